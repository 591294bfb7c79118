import type * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { findBudgetRow } from "../../platform/db/budgets.ts";
import type { BudgetRow } from "../../platform/db/schema/budgets.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { changeLimits, limitFields, pickFields, type LimitColumns } from "./limit-fields.ts";

/** What a budget says, and whoever can have limits of their own or those of a budget. */
export const budgetFields = {
  max_budget: limitFields.max_budget,
  soft_budget: limitFields.soft_budget,
  budget_duration: limitFields.budget_duration,
  tpm_limit: limitFields.tpm_limit,
  rpm_limit: limitFields.rpm_limit,
  max_parallel_requests: limitFields.max_parallel_requests,
  model_max_budget: field.optionalObject,
  metadata: limitFields.metadata,
  models: limitFields.models,
  blocked: limitFields.blocked,
};

export const linkedFields = { ...budgetFields, budget_id: field.optionalText };

export type BudgetBody = z.infer<z.ZodObject<typeof budgetFields>>;
export type LinkedBody = z.infer<z.ZodObject<typeof linkedFields>>;

export function changeBudgetLimits(
  before: LimitColumns,
  body: BudgetBody,
  nowMs: number,
): LimitColumns {
  return changeLimits(before, body, pickFields(body, ["model_max_budget"]), nowMs);
}

/** Limits come from one place: either they are said here, or by the budget that is named. */
export function refuseTwoBudgets({ max_budget: usd, budget_id: id }: LinkedBody): void {
  if (usd === undefined || usd === null || id === undefined || id === null) return;
  throw new GatewayError(
    "invalid_request",
    "Set either max_budget or budget_id: a linked budget already says how much may be spent.",
    { param: "budget_id" },
  );
}

export async function requireBudget(id: string, deps: AdminDeps): Promise<BudgetRow> {
  const row = await findBudgetRow(deps.db, id);
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `Budget not found, passed budget_id: ${id}.`, {
    param: "budget_id",
  });
}

/** The budget a row is linked to. Throws when it names one that is not there. */
export async function linkedBudget(
  budgetId: string | null,
  deps: AdminDeps,
): Promise<BudgetRow | undefined> {
  return budgetId === null ? undefined : requireBudget(budgetId, deps);
}
