import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { BudgetRow } from "../../platform/db/schema/budgets.ts";
import type { AdminDeps } from "./deps.ts";
import type { LimitColumns } from "./limit-fields.ts";
import { budgetResetAt, renderAuthors } from "./render.ts";

/** A row of LiteLLM's budget table. */
export function renderBudget(row: BudgetRow, deps: AdminDeps): JsonObject {
  return { budget_id: row.id, ...renderBudgetLimits(row, deps), ...renderAuthors(row) };
}

/** `litellm_budget_table` of whoever has limits: their own or the linked budget's; null without any. */
export function renderBudgetTable(
  row: LimitColumns,
  linked: BudgetRow | undefined,
  deps: AdminDeps,
): Json {
  if (linked !== undefined) return renderBudget(linked, deps);
  const limits = renderBudgetLimits(row, deps);
  const isLimited = Object.values(limits).some((value) => value !== null);
  return isLimited ? { budget_id: null, ...limits } : null;
}

function renderBudgetLimits(row: LimitColumns, deps: AdminDeps): JsonObject {
  return {
    max_budget: row.maxBudgetNanoUsd === null ? null : usdFromNano(row.maxBudgetNanoUsd),
    soft_budget: row.settings["soft_budget"] ?? null,
    max_parallel_requests: row.maxParallelRequests,
    tpm_limit: row.tpmLimit,
    rpm_limit: row.rpmLimit,
    model_max_budget: row.settings["model_max_budget"] ?? null,
    budget_duration: row.budgetDuration,
    budget_reset_at: budgetResetAt(row, deps.nowMs(), deps.timeZone),
  };
}
