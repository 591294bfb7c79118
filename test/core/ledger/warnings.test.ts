import { describe, expect, it } from "vitest";
import { applySettlement, fitCounters, openLease } from "../../../src/core/ledger/apply.ts";
import { countedBudgets } from "../../../src/core/ledger/budget.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import { NO_LIMITS, NOTHING_SPENT, type Limits } from "../../../src/core/ledger/policy.ts";
import type { AccountState } from "../../../src/core/ledger/state.ts";
import { takeCrossings } from "../../../src/core/ledger/warnings.ts";
import { budgetOf, keyPolicy, modelLimits, requestFor, stateWith, T } from "./samples.ts";

const DAY_MS = 86_400_000;

function softBudget(limitNanoUsd: number, duration: string | null = null): Limits {
  const [budget = null] = budgetOf(limitNanoUsd, duration).budgets;
  return { ...NO_LIMITS, softBudget: budget };
}

/** Spends, and returns which marks were crossed by it. */
function spend(state: AccountState, costNanoUsd: number, nowMs = T): string[] {
  const decision = decide(state, requestFor(), nowMs);
  if (decision.kind !== "admitted") throw new Error(JSON.stringify(decision));
  openLease(state, decision.lease);
  applySettlement(state, decision.lease, { costNanoUsd, tokens: 1 }, nowMs);
  return takeCrossings(state, "k1", ["gpt-4o"], nowMs).map((one) => `${one.id} ${one.mark}`);
}

describe("a soft budget", () => {
  it("refuses nothing and is told of once", () => {
    const state = stateWith([keyPolicy({ limits: softBudget(150) })]);
    expect([spend(state, 100), spend(state, 50), spend(state, 90)]).toEqual([
      [],
      ["key:k1 soft"],
      [],
    ]);
  });

  it("is told of again in the next window, and after it was changed", () => {
    const limits = softBudget(100, "1d");
    const state = stateWith([keyPolicy({ limits })]);
    expect([spend(state, 100), spend(state, 100)]).toEqual([["key:k1 soft"], []]);
    expect(spend(state, 100, T + DAY_MS)).toEqual(["key:k1 soft"]);
    state.keys.set("k1", keyPolicy({ limits: softBudget(150, "1d") }));
    expect(spend(state, 50, T + DAY_MS)).toEqual(["key:k1 soft"]);
  });

  it("is still known as told when the books are fitted to other rules", () => {
    const limits = { ...softBudget(100, "1d"), ...budgetOf(1_000, "1d"), softBudget: null };
    const both = { ...limits, softBudget: softBudget(100, "1d").softBudget };
    const state = stateWith([keyPolicy({ limits: both })]);
    expect(spend(state, 100)).toEqual(["key:k1 soft"]);
    fitCounters(state, "key:k1", countedBudgets(both), NOTHING_SPENT, T);
    expect(spend(state, 100)).toEqual([]);
  });
});

describe("a hard budget", () => {
  it("is told of at four fifths and when it is gone", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(250) })]);
    expect([spend(state, 100), spend(state, 100)]).toEqual([[], ["key:k1 80"]]);
    const over = stateWith([keyPolicy({ limits: budgetOf(100) })]);
    expect(spend(over, 100)).toEqual(["key:k1 80", "key:k1 100"]);
  });

  it("of one model is told of under that model", () => {
    const limits = modelLimits("gpt-4o", { budgets: budgetOf(110).budgets });
    const state = stateWith([keyPolicy({ limits })]);
    expect(spend(state, 100)).toEqual(["model:6:key:k1:gpt-4o 80"]);
  });

  it("of nothing is not close to its limit", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(0) })]);
    expect(takeCrossings(state, "k1", ["gpt-4o"], T)).toEqual([]);
  });
});
