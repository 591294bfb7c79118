import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../src/core/json.ts";
import { IMPORTED_TABLES, type ImportedTable } from "../../../src/http/admin/import-order.ts";
import { rowsOfCsv, tablesOfDump } from "./postgres.ts";

/** What was read, by table; a row as LiteLLM has it. */
export type Tables = Map<ImportedTable, JsonObject[]>;

/** LiteLLM's names of them, in a dump. */
const OF_DUMP: Record<ImportedTable, string> = {
  budgets: "LiteLLM_BudgetTable",
  organizations: "LiteLLM_OrganizationTable",
  users: "LiteLLM_UserTable",
  organization_memberships: "LiteLLM_OrganizationMembership",
  teams: "LiteLLM_TeamTable",
  team_memberships: "LiteLLM_TeamMembership",
  keys: "LiteLLM_VerificationToken",
  customers: "LiteLLM_EndUserTable",
  tags: "LiteLLM_TagTable",
};

/** Reads files of one table each, and a dump of all. */
export function readTables(
  files: Partial<Record<ImportedTable, readonly string[]>>,
  dump?: string,
): Tables {
  const tables: Tables = new Map(IMPORTED_TABLES.map((table) => [table, []]));
  if (dump !== undefined) {
    const dumped = tablesOfDump(readFileSync(dump, "utf8"));
    for (const table of IMPORTED_TABLES) add(tables, table, dumped.get(OF_DUMP[table]) ?? []);
  }
  for (const table of IMPORTED_TABLES) {
    for (const file of files[table] ?? []) add(tables, table, rowsOfFile(file));
  }
  addNested(tables);
  tables.set("keys", (tables.get("keys") ?? []).map(withHash));
  return tables;
}

function add(tables: Tables, table: ImportedTable, rows: readonly JsonObject[]): void {
  tables.get(table)?.push(...rows);
}

/** JSON as LiteLLM's routes answer it, JSON lines, or CSV with a header. */
function rowsOfFile(file: string): JsonObject[] {
  const text = readFileSync(file, "utf8").trim();
  if (!/^[[{]/.test(text)) return rowsOfCsv(text);
  try {
    return listIn(JSON.parse(text));
  } catch (error) {
    const lines = text.split(/\r?\n/);
    if (lines.length === 1) throw new Error(`${file}: ${String(error)}`, { cause: error });
    return lines.flatMap((line) => listIn(JSON.parse(line)));
  }
}

/** A bare list, one row, or the page a list route answers: `{"keys": […], "total_count": …}`. */
function listIn(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  if (!isJsonObject(value)) return [];
  const list = Object.values(value).find((one) => Array.isArray(one) && one.some(isJsonObject));
  const isPage = "total_count" in value || "total" in value || Object.keys(value).length === 1;
  return isPage && Array.isArray(list) ? list.filter(isJsonObject) : isPage ? [] : [value];
}

/** What tells rows of a table apart that may be found in several places. */
const NAMES = {
  budgets: ["budget_id"],
  team_memberships: ["user_id", "team_id"],
  organization_memberships: ["user_id", "organization_id"],
} as const;

/** Routes show budgets and members inside of what they belong to. */
function addNested(tables: Tables): void {
  const seen = new Set<string>();
  const nameOf = (table: keyof typeof NAMES, row: JsonObject): string =>
    JSON.stringify([table, ...NAMES[table].map((name) => row[name])]);
  const addOnce = (table: keyof typeof NAMES, row: JsonObject): void => {
    if (seen.has(nameOf(table, row))) return;
    seen.add(nameOf(table, row));
    add(tables, table, [row]);
  };
  const addBudget = (budget: Json | undefined): void => {
    if (isJsonObject(budget) && typeof budget["budget_id"] === "string") addOnce("budgets", budget);
  };
  for (const table of ["budgets", "team_memberships", "organization_memberships"] as const) {
    for (const row of tables.get(table) ?? []) seen.add(nameOf(table, row));
  }
  for (const row of [...tables.values()].flat()) {
    addBudget(row["litellm_budget_table"]);
    for (const one of objectsIn(row["team_memberships"])) {
      addBudget(one["litellm_budget_table"]);
      addOnce("team_memberships", one);
    }
    const isOrganization = "organization_alias" in row;
    for (const one of isOrganization ? objectsIn(row["members"]) : []) {
      addOnce("organization_memberships", one);
    }
  }
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Very old rows hold the key itself. It is hashed here, so that it never travels. */
function withHash(row: JsonObject): JsonObject {
  const token = row["token"];
  if (typeof token !== "string" || !token.startsWith("sk-")) return row;
  return { ...row, token: createHash("sha256").update(token).digest("hex") };
}
