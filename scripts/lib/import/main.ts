import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { IMPORTED_TABLES, type ImportedTable } from "../../../src/http/admin/import-order.ts";
import { importConfig } from "./config.ts";
import { rehearse } from "./rehearse.ts";
import { describeConfig, describeResults, isAnyRefused } from "./report.ts";
import { sendTables } from "./send.ts";
import { readTables } from "./tables.ts";

const USAGE = `Moves a LiteLLM proxy's set-up into this gateway. Nothing is written without --url or --config.

  npm run import-litellm -- --config old/config.yaml [--out config.imported.yaml]
  npm run import-litellm -- --dump litellm.sql --url https://gateway.example [--dry-run]
  npm run import-litellm -- --keys keys.json --teams teams.json … --url https://gateway.example

  --keys --teams --users --organizations --budgets --customers --tags
  --team-memberships --organization-memberships
               what LiteLLM's list routes answered, or CSV with a header; each may be given several times
  --dump       a plain pg_dump of LiteLLM's database
  --url        the gateway; LITELLM_MASTER_KEY is its master key
  --dry-run    says what would be done, and changes nothing
  --report     a file for the result of every single row, as JSON
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`${whatWentWrong(error)}\n`);
  process.exitCode = 1;
}

function whatWentWrong(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  if (code === "ENOENT" && "path" in error) return `${String(error.path)}: no such file.`;
  // Node's own words name the option; ours name all others.
  return code.startsWith("ERR_PARSE_ARGS") ? `${error.message}\n\n${USAGE}` : error.message;
}

async function main(): Promise<void> {
  const { values, files } = readOptions();
  const hasRows = values.dump !== undefined || Object.keys(files).length > 0;
  if (values.help === true || (values.config === undefined && !hasRows)) {
    process.stdout.write(USAGE);
    return;
  }
  const isDryRun = values["dry-run"] === true;
  if (values.config !== undefined) {
    const target = fromHere(values.out ?? "config.imported.yaml");
    const report = importConfig(fromHere(values.config), target, isDryRun);
    process.stdout.write(`${describeConfig(report)}\n\n`);
    if (report.problems.length > 0) process.exitCode = 2;
  }
  if (hasRows) await importTables(files, values, isDryRun);
}

async function importTables(
  files: Partial<Record<ImportedTable, string[]>>,
  { dump, url, report }: { dump?: string; url?: string; report?: string },
  isDryRun: boolean,
): Promise<void> {
  const tables = readTables(files, dump === undefined ? undefined : fromHere(dump));
  const results = isDryRun ? rehearse(tables, Date.now()) : await sendTables(tables, gateway(url));
  process.stdout.write(`${describeResults(results, tables, isDryRun)}\n`);
  if (report !== undefined) {
    const whole = JSON.stringify(Object.fromEntries(results), null, 2);
    writeFileSync(fromHere(report), `${whole}\n`);
  }
  if (isAnyRefused(results)) process.exitCode = 2;
}

function gateway(url: string | undefined) {
  const masterKey = process.env["LITELLM_MASTER_KEY"];
  if (url === undefined) throw new Error("Say with --url where the gateway is, or try --dry-run.");
  if (!masterKey) throw new Error("Set LITELLM_MASTER_KEY to the gateway's master key.");
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return { url: url.replace(/\/+$/, ""), masterKey, say };
}

function readOptions() {
  const text = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    options: {
      ...{ config: text, out: text, dump: text, url: text, report: text },
      ...{ keys: many, teams: many, users: many, organizations: many, budgets: many },
      ...{
        customers: many,
        tags: many,
        "team-memberships": many,
        "organization-memberships": many,
      },
      ...{ "dry-run": flag, help: flag },
    },
  });
  const named: Record<string, unknown> = values;
  const files: Partial<Record<ImportedTable, string[]>> = {};
  for (const table of IMPORTED_TABLES) {
    const given = named[table.replaceAll("_", "-")];
    if (Array.isArray(given)) files[table] = given.map((one) => fromHere(String(one)));
  }
  return { values, files };
}

/** npm runs scripts in the project's folder; paths are meant from where it was called. */
function fromHere(file: string): string {
  return path.resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
}
