import type { JsonObject } from "../../../src/core/json.ts";
import type { ImportResult } from "../../../src/http/admin/import-order.ts";
import type { ConfigReport } from "./config.ts";
import type { Results } from "./send.ts";
import type { Tables } from "./tables.ts";

/** Ids named for each reason; the whole list goes into the file of --report. */
const NAMED_MAX = 5;

export function describeConfig(report: ConfigReport): string {
  const { problems, warnings, secrets, moved, written } = report;
  return [
    written === null ? "Configuration: would be copied." : `Configuration: copied to ${written}.`,
    ...list("It cannot be used before this is corrected:", problems),
    ...list("Without effect here, or different:", warnings),
    ...list(
      "Secrets that stood in the file are references now; copy their values from the old file:",
      moved.map(({ path, name }) => `${path} → ${name}`),
    ),
    ...list(
      "Set each of these (where it is not set yet):",
      secrets.map((name) => `npx wrangler secret put ${name}`),
    ),
  ].join("\n");
}

/** Counts by table, then every reason with whom it is about. Nothing is left out without a word. */
export function describeResults(results: Results, tables: Tables, isDryRun: boolean): string {
  const lines = [...results].map(([table, rows]) => {
    const count = (outcome: string): number => rows.filter((one) => one.outcome === outcome).length;
    const imported = `${count("imported")} ${isDryRun ? "would be imported" : "imported"}`;
    return `${table}: ${imported}, ${count("unchanged")} unchanged, ${count("refused")} refused`;
  });
  const told = [...results].flatMap(([table, rows]) =>
    rows.map((row, index) => ({ table, row, name: nameOf(row, tables.get(table)?.[index]) })),
  );
  const reasonOf = (outcome: string) =>
    reasonsOf(told, (row) => (row.outcome === outcome ? [row.reason ?? ""] : []));
  return [
    ...lines,
    ...list("Refused:", reasonOf("refused")),
    ...list("Unchanged:", reasonOf("unchanged")),
    ...list(
      "Worth knowing:",
      reasonsOf(told, (row) => row.notes),
    ),
  ].join("\n");
}

/** As people know it: nobody remembers the hash of a key. */
function nameOf({ id }: ImportResult, row: JsonObject | undefined): string {
  const { key_alias: alias, team_alias: title, key_name: masked } = row ?? {};
  const name = alias ?? title ?? masked;
  const short = id.length === 64 ? id.slice(0, 8) : id;
  return typeof name === "string" && name !== "" ? `${name} ${short}` : short;
}

export function isAnyRefused(results: Results): boolean {
  return [...results.values()].flat().some((one) => one.outcome === "refused");
}

interface Told {
  table: string;
  row: ImportResult;
  name: string;
}

/** The same reason is told once; what stands after its colon belongs to the row. */
function reasonsOf(told: readonly Told[], of: (row: ImportResult) => string[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { table, row, name } of told) {
    for (const said of of(row)) {
      const [, reason = said, detail] = /^([^:]*): (.*)$/s.exec(said) ?? [];
      const title = `${table}: ${reason}`;
      const named = reasons.get(title) ?? [];
      reasons.set(title, named);
      named.push(detail === undefined ? name : `${name}: ${detail}`);
    }
  }
  return [...reasons].map(([reason, rows]) => {
    const more = rows.length > NAMED_MAX ? `, and ${rows.length - NAMED_MAX} more` : "";
    return `${reason}: ${rows.length} (${rows.slice(0, NAMED_MAX).join("; ")}${more})`;
  });
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ["", title, ...items.map((one) => `  ${one}`)];
}
