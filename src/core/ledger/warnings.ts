import type { BudgetStanding } from "../ledger.ts";
import { limitAt } from "./budget.ts";
import type { Counters, Mark, Told } from "./counters.ts";
import type { Budget, Limits } from "./policy.ts";
import { findKeyPolicy, scopesOf, type AccountState, type Scope } from "./state.ts";

/** A threshold that spending has passed. */
export interface Crossing extends BudgetStanding {
  mark: Mark;
  /** Of the party's counters. */
  id: string;
}

export interface Threshold {
  mark: Mark;
  budget: Budget;
  /** Of the budget. What is reserved keeps most from ever reaching all of it. */
  fraction: number;
}

/**
 * What spending for this key has passed and nobody was told. Each is marked in the books, and so told
 * once a window; write the counters to disk in the same transaction.
 */
export function takeCrossings(
  state: AccountState,
  keyHash: string,
  models: readonly string[],
  nowMs: number,
): Crossing[] {
  const key = findKeyPolicy(state, keyHash);
  const scopes = key === undefined ? [] : scopesOf(state, key, models);
  return scopes.flatMap((scope) => {
    const counters = state.counters.get(scope.id);
    return counters === undefined ? [] : crossingsOf(scope, counters, nowMs);
  });
}

function crossingsOf(scope: Scope, counters: Counters, nowMs: number): Crossing[] {
  const { kind, id, name, model } = scope;
  return thresholdsOf(scope.limits).flatMap(({ mark, budget, fraction }) => {
    // The books were charged at this moment, so what is found is the present period.
    const period = counters.periods.find((one) => one.duration === budget.duration);
    const limitNanoUsd = limitAt(budget, nowMs);
    if (period === undefined || period.spentNanoUsd < limitNanoUsd * fraction) return [];
    if (!tellOnce(period, mark, budget)) return [];
    const { duration, spentNanoUsd, endMs: resetAtMs } = period;
    return [
      { mark, id, scope: kind, name, model, spentNanoUsd, limitNanoUsd, duration, resetAtMs },
    ];
  });
}

export function thresholdsOf({
  budgets,
  softBudget,
}: Pick<Limits, "budgets" | "softBudget">): Threshold[] {
  const hard = budgets
    // What may spend nothing is not close to its limit.
    .filter((budget) => budget.limitNanoUsd > 0)
    .flatMap((budget): Threshold[] => [
      { mark: "80", budget, fraction: 0.8 },
      { mark: "100", budget, fraction: 1 },
    ]);
  return softBudget === null ? hard : [{ mark: "soft", budget: softBudget, fraction: 1 }, ...hard];
}

/** False when it was told before in this period. A limit that was changed is another one. */
export function tellOnce(books: { told?: Told[] }, mark: Mark, { limitNanoUsd }: Budget): boolean {
  const told = books.told ?? [];
  if (told.some((one) => one.mark === mark && one.limitNanoUsd === limitNanoUsd)) return false;
  books.told = [...told.filter((one) => one.mark !== mark), { mark, limitNanoUsd }];
  return true;
}
