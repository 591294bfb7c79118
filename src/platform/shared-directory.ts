import { drizzle } from "drizzle-orm/d1";
import {
  hasRates,
  openPolicy,
  statedRates,
  type SharedName,
  type SharedPolicy,
} from "../core/ledger/shared/terms.ts";
import { findBudgetRow } from "./db/budgets.ts";
import { limitsOf } from "./db/policy-limits.ts";
import { hasSharedRows } from "./db/shared-budgets.ts";
import { findSharedRow, sharedPolicyOf, type StoredKind } from "./db/shared-policies.ts";
import { createMemory } from "./memory.ts";

/** Where it is written which shared budgets exist. */
export interface SharedDirectory {
  find(name: SharedName): Promise<FoundShared | undefined>;
  /** The policy, with the default budget where it is an end user's and has none or had that before. */
  complete(policy: SharedPolicy): Promise<SharedPolicy>;
}

/** What of shared budgets stands in the configuration. */
export interface SharedDefaults {
  global: SharedPolicy | undefined;
  /** `max_end_user_budget_id`. */
  endUserBudgetId: string | undefined;
}

export const NO_DEFAULTS: SharedDefaults = { global: undefined, endUserBudgetId: undefined };

export interface FoundShared {
  policy: SharedPolicy;
  /** As far as the database knows it. */
  spentNanoUsd: number;
}

/** The database for what administrators make, the configuration for what is everybody's. */
export function createSharedDirectory(
  database: D1Database,
  { global, endUserBudgetId }: SharedDefaults,
): SharedDirectory {
  const db = drizzle(database);
  // Where nobody made customers or tags, their names cost one question a minute and not one each.
  const existence = createMemory((kind: StoredKind) => hasSharedRows(db, kind), String, Date.now);
  const defaultRow = createMemory(
    async (id: string | undefined) => (id === undefined ? undefined : findBudgetRow(db, id)),
    String,
    Date.now,
  );

  async function findMade({ kind, id }: SharedName): Promise<FoundShared | undefined> {
    if (kind === "global") {
      return global === undefined ? undefined : { policy: global, spentNanoUsd: 0 };
    }
    if (!(await existence.recall(kind))) return undefined;
    const found = await findSharedRow(db, kind, id);
    if (found === undefined) return undefined;
    return { policy: sharedPolicyOf(found), spentNanoUsd: found.row.spendNanoUsd };
  }

  async function complete(policy: SharedPolicy): Promise<SharedPolicy> {
    const { isDefault = false, softBudget: _, defaultRates: __, ...own } = policy;
    const isOwn = policy.budget !== null && !isDefault;
    if (policy.kind !== "end_user" || isOwn) return policy;
    if (endUserBudgetId === undefined && !isDefault) return policy;
    const row = await defaultRow.recall(endUserBudgetId);
    const limits = row && limitsOf(row);
    const [budget = null] = limits?.budgets ?? [];
    const defaultRates = limits && statedRates(limits);
    const rated = { ...own, budget, ...(defaultRates && { defaultRates }) };
    if (budget === null && defaultRates === undefined) return rated;
    const softBudget = budget === null ? null : limits?.softBudget;
    return { ...rated, isDefault: true, ...(softBudget && { softBudget }) };
  }

  return {
    complete,
    async find(name) {
      const made = await findMade(name);
      if (name.kind !== "end_user" || endUserBudgetId === undefined) return made;
      const policy = await complete(made?.policy ?? openPolicy(name));
      if (made === undefined && policy.budget === null && !hasRates(policy)) return undefined;
      return { policy, spentNanoUsd: made?.spentNanoUsd ?? 0 };
    },
  };
}
