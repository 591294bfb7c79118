import { parseDuration } from "../../core/duration.ts";
import type { JsonObject } from "../../core/json.ts";
import { budgetWindowAt } from "../../core/ledger/budget-window.ts";
import { usdFromNano } from "../../core/money.ts";
import type { LimitColumns } from "./limit-fields.ts";

/** `2026-10-01T00:00:00+00:00`, as Python writes it: LiteLLM's clients compare these as text. */
export function renderTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(".000Z", "+00:00").replace("Z", "+00:00");
}

export function renderOptionalTime(atMs: number | null): string | null {
  return atMs === null ? null : renderTime(atMs);
}

/** When the current window of the budget ends; null when it never does. */
export function budgetResetAt(
  { budgetDuration, budgetAnchorMs }: LimitColumns,
  nowMs: number,
  timeZone: string,
): string | null {
  const duration = budgetDuration === null ? undefined : parseDuration(budgetDuration);
  if (duration === undefined) return null;
  return renderTime(budgetWindowAt(duration, nowMs, timeZone, budgetAnchorMs).endMs);
}

/** The limits under LiteLLM's names. */
export function renderLimits(row: LimitColumns, nowMs: number, timeZone: string): JsonObject {
  return {
    models: row.models,
    max_budget: row.maxBudgetNanoUsd === null ? null : usdFromNano(row.maxBudgetNanoUsd),
    budget_duration: row.budgetDuration,
    budget_reset_at: budgetResetAt(row, nowMs, timeZone),
    tpm_limit: row.tpmLimit,
    rpm_limit: row.rpmLimit,
    max_parallel_requests: row.maxParallelRequests,
    metadata: row.metadata,
  };
}

export function renderAuthors(row: {
  createdAtMs: number;
  createdBy: string;
  updatedAtMs: number;
  updatedBy: string;
}): JsonObject {
  return {
    created_at: renderTime(row.createdAtMs),
    created_by: row.createdBy,
    updated_at: renderTime(row.updatedAtMs),
    updated_by: row.updatedBy,
  };
}
