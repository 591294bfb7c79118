import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Budget, Limits, ModelLimits } from "../../core/ledger/policy.ts";
import { nanoFromUsd } from "../../core/money.ts";
import type { BudgetRow } from "./schema/budgets.ts";

/** What of a row says how much may be used. A shared budget's row says it for those linked to it. */
export type LimitColumns = Pick<
  BudgetRow,
  | "maxBudgetNanoUsd"
  | "budgetDuration"
  | "budgetAnchorMs"
  | "rpmLimit"
  | "tpmLimit"
  | "maxParallelRequests"
  | "settings"
  | "metadata"
>;

/** A row's own limits; what it does not say itself, the budget it is linked to says. */
export function limitsOf(row: LimitColumns, shared?: LimitColumns): Limits {
  const first = firstBudget(row) ?? (shared === undefined ? undefined : firstBudget(shared));
  const further = furtherBudgets(row, first?.duration);
  return {
    budgets: first === undefined ? further : [first, ...further],
    requestsPerMinute: row.rpmLimit ?? shared?.rpmLimit ?? null,
    tokensPerMinute: row.tpmLimit ?? shared?.tpmLimit ?? null,
    parallel: row.maxParallelRequests ?? shared?.maxParallelRequests ?? null,
    softBudget: softBudgetOf(row) ?? (shared === undefined ? null : softBudgetOf(shared)),
    byModel: modelLimitsOf(row, shared),
  };
}

function firstBudget(row: LimitColumns): Budget | undefined {
  const { maxBudgetNanoUsd: limitNanoUsd, budgetDuration: duration, budgetAnchorMs } = row;
  if (limitNanoUsd === null) return undefined;
  const budget = { limitNanoUsd, duration, anchorMs: budgetAnchorMs };
  const increase = increaseOf(row);
  return increase === undefined ? budget : { ...budget, increase };
}

/** LiteLLM's `temp_budget_increase` counts until `temp_budget_expiry`; one without the other is neither. */
function increaseOf({ metadata }: LimitColumns): Budget["increase"] {
  const usd = numberIn(metadata["temp_budget_increase"]);
  const expiry = metadata["temp_budget_expiry"];
  const untilMs = typeof expiry === "string" ? Date.parse(expiry) : Number.NaN;
  return usd === null || Number.isNaN(untilMs) ? undefined : { nanoUsd: nanoFromUsd(usd), untilMs };
}

function softBudgetOf({ settings, budgetDuration, budgetAnchorMs }: LimitColumns): Budget | null {
  const usd = numberIn(settings["soft_budget"]);
  if (usd === null) return null;
  return { limitNanoUsd: nanoFromUsd(usd), duration: budgetDuration, anchorMs: budgetAnchorMs };
}

/** LiteLLM's `budget_limits`: several windows at once. Admin routes checked what stands in it. */
function furtherBudgets(
  { settings, budgetAnchorMs }: LimitColumns,
  firstDuration: string | null | undefined,
): Budget[] {
  const listed = settings["budget_limits"];
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const { budget_duration: duration, max_budget: usd } = entry;
    // One counter per duration: a second budget of the same length would share the first one's.
    if (typeof duration !== "string" || typeof usd !== "number") return [];
    if (duration === firstDuration) return [];
    return [{ limitNanoUsd: nanoFromUsd(usd), duration, anchorMs: budgetAnchorMs }];
  });
}

/** `model_max_budget`, `model_rpm_limit` and `model_tpm_limit`, put together by the name they are for. */
function modelLimitsOf(row: LimitColumns, shared?: LimitColumns): ModelLimits[] {
  const found = new Map<string, ModelLimits>();
  const entryFor = (name: string): ModelLimits => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const made = {
      name,
      models: [name],
      budgets: [],
      requestsPerMinute: null,
      tokensPerMinute: null,
    };
    found.set(name, made);
    return made;
  };
  const budgets = { ...textedIn("model_max_budget", shared), ...textedIn("model_max_budget", row) };
  for (const [name, value] of Object.entries(budgets)) {
    found.set(name, modelBudget(name, value, row));
  }
  for (const [name, value] of Object.entries(textedIn("model_rpm_limit", row))) {
    entryFor(name).requestsPerMinute = numberIn(value);
  }
  for (const [name, value] of Object.entries(textedIn("model_tpm_limit", row))) {
    entryFor(name).tokensPerMinute = numberIn(value);
  }
  return [...found.values()];
}

/** An object under this name, wherever LiteLLM keeps it. */
function textedIn(name: string, row: LimitColumns | undefined): JsonObject {
  const value = row?.settings[name] ?? row?.metadata[name];
  return isJsonObject(value) ? value : {};
}

/**
 * All of LiteLLM's ways to write one: `{budget_limit, time_period}`, `{max_budget, budget_duration}`,
 * with `models` where it is for several, or a bare number, which has the row's own duration.
 */
function modelBudget(name: string, value: Json | undefined, row: LimitColumns): ModelLimits {
  const { budgetDuration, budgetAnchorMs: anchorMs } = row;
  const written = isJsonObject(value)
    ? value
    : { max_budget: value, budget_duration: budgetDuration };
  const usd = numberIn(written["budget_limit"] ?? written["max_budget"]);
  const period = written["time_period"] ?? written["budget_duration"];
  const duration = typeof period === "string" && period !== "" ? period : null;
  const models = textsIn(written["models"]);
  return {
    name,
    models: models.length === 0 ? [name] : models,
    budgets: usd === null ? [] : [{ limitNanoUsd: nanoFromUsd(usd), duration, anchorMs }],
    requestsPerMinute: numberIn(written["rpm_limit"]),
    tokensPerMinute: numberIn(written["tpm_limit"]),
  };
}

/** LiteLLM's clients write some numbers as text. */
export function numberIn(value: Json | undefined): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

export function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
