import type { JsonObject } from "../../../src/core/json.ts";
import {
  IMPORTED_TABLES,
  type ImportedTable,
  type ImportResult,
} from "../../../src/http/admin/import-order.ts";
import * as reading from "../../../src/http/admin/import-rows.ts";
import type { Results } from "./send.ts";
import type { Tables } from "./tables.ts";

/** For --dry-run: what would be said of each row, by the gateway's own rules, without asking it. */
export function rehearse(tables: Tables, nowMs: number): Results {
  const results: Results = new Map();
  const context = { by: "import", nowMs, timeZone: "UTC" };
  const idsOf = (table: ImportedTable, name: string): Set<unknown> =>
    new Set((tables.get(table) ?? []).map((row) => row[name]));
  const known = {
    team: idsOf("teams", "team_id"),
    organization: idsOf("organizations", "organization_id"),
    budget: idsOf("budgets", "budget_id"),
  };
  for (const table of IMPORTED_TABLES) {
    const rows = tables.get(table) ?? [];
    if (rows.length > 0)
      results.set(
        table,
        rows.map((row) => judge(read(table, row, context), known)),
      );
  }
  return results;
}

type Known = Record<keyof reading.Links, ReadonlySet<unknown>>;

function judge(one: reading.Reading<unknown>, known: Known): ImportResult {
  if (one.kind === "refused") {
    return { id: one.id, outcome: "refused", reason: one.reason, notes: [] };
  }
  const missing = (["team", "organization", "budget"] as const).flatMap((kind) => {
    const id = one.links[kind];
    return typeof id === "string" && !known[kind].has(id)
      ? [`not in these files, so it must be at the gateway already: ${kind} ${id}`]
      : [];
  });
  return { id: one.id, outcome: "imported", reason: null, notes: [...one.notes, ...missing] };
}

function read(
  table: ImportedTable,
  row: JsonObject,
  context: reading.ImportContext,
): reading.Reading<unknown> {
  switch (table) {
    case "budgets":
      return reading.readBudget(row, context);
    case "organizations":
      return reading.readOrganization(row, context);
    case "users":
      return reading.readUser(row, context);
    case "teams":
      return reading.readTeam(row, context);
    case "keys":
      return reading.readKey(row, context);
    case "customers":
      return reading.readCustomer(row, context);
    case "tags":
      return reading.readTag(row, context);
    case "team_memberships":
    case "organization_memberships": {
      const id = `${String(row["user_id"])} in ${String(row["team_id"] ?? row["organization_id"])}`;
      const spent = { windowNanoUsd: 0, lifetimeNanoUsd: 0 };
      return { kind: "read", id, row, spent, links: {}, notes: [] };
    }
  }
}
