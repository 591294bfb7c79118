import type { Json, JsonObject } from "../../../src/core/json.ts";

/** Columns of LiteLLM's tables that are lists of text. */
const LISTS = new Set([
  ...["models", "teams", "admins", "members", "policies", "access_group_ids", "allowed_routes"],
  ...["allowed_cache_controls", "team_member_permissions", "default_team_member_models"],
  ...["allowed_models"],
]);
/** Those that hold JSON. */
const JSONS = new Set([
  ...["aliases", "config", "permissions", "metadata", "router_settings", "budget_limits"],
  ...["model_max_budget", "model_spend", "model_info", "members_with_roles"],
]);
const BOOLEANS = new Set([
  ...["blocked", "auto_rotate", "soft_budget_cooldown", "allow_team_guardrail_config"],
]);

/** A file's text as a table: `COPY … CSV HEADER`, with the first line as names. */
export function rowsOfCsv(text: string): JsonObject[] {
  const [names, ...lines] = cellsOfCsv(text);
  if (names === undefined) return [];
  return lines.map((cells) => rowOf(names.map(String), cells));
}

/** Every table of a plain `pg_dump`, by its name. */
export function tablesOfDump(text: string): Map<string, JsonObject[]> {
  const tables = new Map<string, JsonObject[]>();
  let current: { names: string[]; rows: JsonObject[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (current !== undefined) {
      if (line === "\\.") current = undefined;
      else current.rows.push(rowOf(current.names, line.split("\t").map(unescaped)));
      continue;
    }
    const [, name, columns] = /^COPY (?:\w+\.)?"?(\w+)"? \((.*)\) FROM stdin;$/.exec(line) ?? [];
    if (name === undefined || columns === undefined) continue;
    current = { names: columns.split(", ").map((one) => one.replaceAll('"', "")), rows: [] };
    tables.set(name, current.rows);
  }
  return tables;
}

function rowOf(names: readonly string[], cells: readonly (string | null)[]): JsonObject {
  return Object.fromEntries(
    names.map((name, index) => [name, valueOf(name, cells[index] ?? null)]),
  );
}

/** Numbers stay text: whoever reads the row takes them either way. */
function valueOf(name: string, cell: string | null): Json {
  if (cell === null) return null;
  if (LISTS.has(name)) return listOf(cell);
  if (JSONS.has(name)) return jsonOf(cell);
  if (BOOLEANS.has(name)) return cell === "" ? null : /^(t|true|1)$/i.test(cell);
  return cell;
}

/** `{gpt-4o,"a, b"}`, or JSON where a tool exported that. */
function listOf(cell: string): Json {
  if (cell.startsWith("[")) return jsonOf(cell);
  const inside = /^\{(.*)\}$/s.exec(cell)?.[1];
  if (inside === undefined) return cell === "" ? [] : [cell];
  const items = inside.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return Array.from(
    items,
    ([, quoted, plain]) => quoted?.replaceAll(/\\(.)/gs, "$1") ?? plain ?? "",
  );
}

/** What is no JSON is kept as text, for whoever checks the row to complain about. */
function jsonOf(cell: string): Json {
  if (cell === "") return null;
  try {
    const value: unknown = JSON.parse(cell);
    return value as Json;
  } catch {
    return cell;
  }
}

const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** COPY's own text form: `\N` is null, tabs and line ends are escaped. */
function unescaped(cell: string): string | null {
  if (cell === "\\N") return null;
  return cell.replaceAll(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign);
}

/** RFC 4180, and Postgres' way of telling null (nothing) from empty text (two quotes). */
function cellsOfCsv(text: string): (string | null)[][] {
  const lines: (string | null)[][] = [];
  let cells: (string | null)[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const body = text.replace(/^\uFEFF/, "");
  while (cell.lastIndex < body.length) {
    const [found, quoted, plain, end] = cell.exec(body) ?? [];
    if (found === undefined) throw new Error("is no CSV: a quote is not closed");
    cells.push(quoted?.replaceAll('""', '"') ?? (plain === "" ? null : (plain ?? null)));
    if (end === ",") continue;
    lines.push(cells);
    cells = [];
  }
  return lines;
}
