import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import * as field from "./fields.ts";
import {
  IMPORTED_ROWS_MAX,
  IMPORTED_TABLES,
  type ImportedTable,
  type ImportResult,
} from "./import-order.ts";
import { importOrganizationMemberships, importTeamMemberships } from "./import-members.ts";
import {
  budgetImport,
  customerImport,
  keyImport,
  organizationImport,
  tagImport,
  teamImport,
  userImport,
} from "./import-tables.ts";
import { importRows } from "./import-write.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";

const ImportBody = z.object({
  table: z.enum(IMPORTED_TABLES),
  /** As they stand in LiteLLM's database, or as its routes show them. */
  rows: z.array(field.object).min(1).max(IMPORTED_ROWS_MAX),
});

/** Moving in: `npm run import-litellm` sends LiteLLM's rows here. */
export const importRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/sekisho/import"],
    action: "settings.change",
    summary: "Take over rows of a LiteLLM database. What is here already stays as it is.",
    body: ImportBody,
    async answer(call) {
      const { table, rows } = call.body;
      const results = await importInto(table, rows, call);
      const count = (outcome: ImportResult["outcome"]): number =>
        results.filter((one) => one.outcome === outcome).length;
      return {
        table,
        imported: count("imported"),
        unchanged: count("unchanged"),
        refused: count("refused"),
        results: results.map((one) => ({ ...one })),
      };
    },
  }),
];

async function importInto(
  table: ImportedTable,
  rows: readonly JsonObject[],
  call: AdminCall,
): Promise<ImportResult[]> {
  switch (table) {
    case "budgets":
      return importRows(budgetImport, rows, call);
    case "organizations":
      return importRows(organizationImport, rows, call);
    case "users":
      return importRows(userImport, rows, call);
    case "organization_memberships":
      return importOrganizationMemberships(rows, call);
    case "teams":
      return importRows(teamImport, rows, call);
    case "team_memberships":
      return importTeamMemberships(rows, call);
    case "keys":
      return importRows(keyImport, rows, call);
    case "customers":
      return importRows(customerImport, rows, call);
    case "tags":
      return importRows(tagImport, rows, call);
  }
}
