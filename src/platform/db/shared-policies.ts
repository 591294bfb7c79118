import type { Json } from "../../core/json.ts";
import { statedRates, type SharedKind, type SharedPolicy } from "../../core/ledger/shared/terms.ts";
import { REGIONS, type Region } from "../../core/routing/region.ts";
import type { Database } from "./database.ts";
import { findBudgetRow } from "./budgets.ts";
import { findCustomerRow } from "./customers.ts";
import { findOrganizationRow } from "./organizations.ts";
import { limitsOf, type LimitColumns } from "./policy-limits.ts";
import type { BudgetRow, CustomerRow, TagRow } from "./schema/budgets.ts";
import type { OrganizationRow } from "./schema/organizations.ts";
import { findTagRow } from "./tags.ts";

/** A row whose budget many accounts share, with the budget it is linked to, if it is. */
export type SharedRow = { shared: BudgetRow | undefined } & (
  | { kind: "organization"; row: OrganizationRow }
  | { kind: "end_user"; row: CustomerRow }
  | { kind: "tag"; row: TagRow }
);

export type StoredKind = SharedRow["kind"];

export function sharedPolicyOf(found: SharedRow): SharedPolicy {
  const { kind, row } = found;
  const limits = limitsOf(row, found.shared);
  const [budget = null] = limits.budgets;
  const rates = statedRates(limits);
  const id = kind === "tag" ? found.row.name : found.row.id;
  const alias = kind === "tag" ? null : found.row.alias;
  return {
    kind,
    id,
    name: alias ?? id,
    budget,
    models: row.models,
    blocked: row.blocked ?? false,
    ...(limits.softBudget !== null && { softBudget: limits.softBudget }),
    ...(rates !== undefined && { rates }),
    ...(kind === "end_user" && regionIn(found.row.settings["allowed_model_region"])),
  };
}

function regionIn(written: Json | undefined): { region?: Region } {
  const region = REGIONS.find((one) => one === written);
  return region === undefined ? {} : { region };
}

/** `undefined` where nobody made rules: a tag or an end user needs no row to be counted. */
export async function findSharedRow(
  db: Database,
  kind: StoredKind,
  id: string,
): Promise<SharedRow | undefined> {
  switch (kind) {
    case "organization": {
      const row = await findOrganizationRow(db, id);
      return row && { kind, row, shared: await findLinked(db, row) };
    }
    case "end_user": {
      const row = await findCustomerRow(db, id);
      return row && { kind, row, shared: await findLinked(db, row) };
    }
    case "tag": {
      const row = await findTagRow(db, id);
      return row && { kind, row, shared: await findLinked(db, row) };
    }
  }
}

export function isStoredKind(kind: SharedKind): kind is StoredKind {
  return kind !== "global";
}

async function findLinked(
  db: Database,
  { budgetId }: { budgetId: string | null },
): Promise<BudgetRow | undefined> {
  return budgetId === null ? undefined : findBudgetRow(db, budgetId);
}

/** What a linked budget decides, for whoever shows it. */
export type SharedLimits = LimitColumns;
