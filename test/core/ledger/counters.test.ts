import { describe, expect, it } from "vitest";
import { fitCounters, resetSpend } from "../../../src/core/ledger/apply.ts";
import { charge, periodAt, shownSpend } from "../../../src/core/ledger/counters.ts";
import { createState } from "../../../src/core/ledger/state.ts";
import { budgetOf, T } from "./samples.ts";

const nothing = { windowNanoUsd: 0, lifetimeNanoUsd: 0 };
const DAY_MS = 86_400_000;

describe("counters", () => {
  it("carry the window's spend into a budget whose duration was changed", () => {
    const state = createState("UTC");
    const daily = fitCounters(state, "key:k", budgetOf(100, "1d").budgets, nothing, T);
    charge(daily, 70, T, "UTC");
    fitCounters(state, "key:k", budgetOf(100, "30d").budgets, nothing, T);
    expect(shownSpend(daily, T)).toBe(70);
  });

  it("carry the whole life's spend into a budget that never resets", () => {
    const state = createState("UTC");
    const counters = fitCounters(state, "key:k", budgetOf(100, "1d").budgets, nothing, T);
    charge(counters, 70, T, "UTC");
    charge(counters, 20, T + DAY_MS, "UTC");
    expect(shownSpend(counters, T + DAY_MS)).toBe(20);
    fitCounters(state, "key:k", budgetOf(100).budgets, nothing, T + DAY_MS);
    expect(shownSpend(counters, T + DAY_MS)).toBe(90);
  });

  it("take what was spent elsewhere only for what they never counted", () => {
    const state = createState("UTC");
    const spent = { windowNanoUsd: 30, lifetimeNanoUsd: 500 };
    const counters = fitCounters(state, "key:k", budgetOf(100, "1d").budgets, spent, T);
    expect([shownSpend(counters, T), counters.spentNanoUsd]).toEqual([30, 500]);
    fitCounters(state, "key:k", budgetOf(100, "1d").budgets, spent, T);
    expect([shownSpend(counters, T), counters.spentNanoUsd]).toEqual([30, 500]);
  });

  it("count several budgets of one scope side by side", () => {
    const state = createState("UTC");
    const budgets = [...budgetOf(100, "1d").budgets, ...budgetOf(1_000, "30d").budgets];
    const counters = fitCounters(state, "key:k", budgets, nothing, T);
    charge(counters, 40, T, "UTC");
    charge(counters, 5, T + DAY_MS, "UTC");
    const spent = budgets.map((one) => periodAt(counters, one, T + DAY_MS, "UTC").spentNanoUsd);
    expect(spent).toEqual([5, 45]);
  });

  it("are set by an administrator's word", () => {
    const state = createState("UTC");
    const counters = fitCounters(state, "key:k", budgetOf(100, "1d").budgets, nothing, T);
    charge(counters, 70, T, "UTC");
    resetSpend(counters, 5);
    expect([shownSpend(counters, T), counters.spentNanoUsd]).toEqual([5, 5]);
  });
});
