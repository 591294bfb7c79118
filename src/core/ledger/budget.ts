import type { Budget, Limits, ModelLimits } from "./policy.ts";
import { NO_LIMITS } from "./policy.ts";

/** The limit at this moment: an exception ends by itself, without anything having run. */
export function limitAt({ limitNanoUsd, increase }: Budget, nowMs: number): number {
  const more = increase !== undefined && nowMs < increase.untilMs ? increase.nanoUsd : 0;
  return limitNanoUsd + more;
}

/**
 * Every budget that needs a period of its own. A soft budget shares that of the budget with the same
 * duration.
 */
export function countedBudgets({ budgets, softBudget }: Limits): readonly Budget[] {
  const isShared = budgets.some((one) => one.duration === softBudget?.duration);
  return softBudget === null || isShared ? budgets : [...budgets, softBudget];
}

/** The limits for calls of some models, as those of a party in its own right. */
export function limitsOfModels(limits: ModelLimits): Limits {
  const { budgets, requestsPerMinute, tokensPerMinute } = limits;
  return { ...NO_LIMITS, budgets, requestsPerMinute, tokensPerMinute };
}
