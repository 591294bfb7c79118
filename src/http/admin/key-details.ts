import type { JsonObject } from "../../core/json.ts";
import type { ModelLimits } from "../../core/ledger/policy.ts";
import { usdFromNano } from "../../core/money.ts";
import { sumModelSpend } from "../../platform/db/key-rotation.ts";
import { limitsOf } from "../../platform/db/policy-limits.ts";
import { findLinkedBudget } from "../../platform/db/linked-budgets.ts";
import type { BudgetRow } from "../../platform/db/schema/budgets.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { linkedBudget } from "./budget-fields.ts";
import type { AdminDeps } from "./deps.ts";
import type { KeyDetails } from "./key-view.ts";

/** Throws when the key is to be linked to a budget that is not there. */
export async function requireBudgetOf(
  { settings }: KeyRow,
  deps: AdminDeps,
): Promise<BudgetRow | undefined> {
  const id = settings["budget_id"];
  return linkedBudget(typeof id === "string" ? id : null, deps);
}

/** The budget the key is linked to, and what it spent per model. */
export async function detailsOf(row: KeyRow, deps: AdminDeps): Promise<KeyDetails> {
  const [budget, spends] = await Promise.all([
    findLinkedBudget(deps.db, row),
    sumModelSpend(deps.db, row),
  ]);
  const modelSpend: JsonObject = {};
  for (const [model, nanoUsd] of spends) modelSpend[model] = usdFromNano(nanoUsd);
  return { budget, modelSpend, modelUsage: await modelUsageOf(row, budget, deps) };
}

/** Each budget for some models, with what of it is spent: the account knows. */
async function modelUsageOf(
  row: KeyRow,
  budget: BudgetRow | undefined,
  deps: AdminDeps,
): Promise<JsonObject> {
  const entries = limitsOf(row, budget).byModel.filter((one) => one.budgets.length > 0);
  if (entries.length === 0) return {};
  const standings = await deps
    .account(row.accountId)
    .standings(entries.map(({ name }) => ({ kind: "key", id: row.hash, model: name })));
  const usage: JsonObject = {};
  for (const [at, entry] of entries.entries()) {
    usage[entry.name] = renderUsage(entry, standings[at]?.windowNanoUsd ?? 0);
  }
  return usage;
}

function renderUsage({ budgets }: ModelLimits, spentNanoUsd: number): JsonObject {
  const [budget] = budgets;
  return {
    current_spend: usdFromNano(spentNanoUsd),
    budget_limit: budget === undefined ? null : usdFromNano(budget.limitNanoUsd),
    time_period: budget?.duration ?? null,
  };
}
