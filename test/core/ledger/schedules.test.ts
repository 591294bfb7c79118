import { describe, expect, it } from "vitest";
import {
  applySettlement,
  expire,
  openLease,
  overdueLeases,
} from "../../../src/core/ledger/apply.ts";
import { periodAt } from "../../../src/core/ledger/counters.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import type { Limits } from "../../../src/core/ledger/policy.ts";
import { scopesOf, type AccountState } from "../../../src/core/ledger/state.ts";
import { createRandom, type Random } from "./random.ts";
import { budgetOf, keyPolicy, requestFor, stateWith, T, teamPolicy } from "./samples.ts";

const SCHEDULES = 25;
const STEPS = 400;

describe("any schedule of calls", () => {
  it("leaves spent + held within every budget after every step", () => {
    let admitted = 0;
    for (let seed = 1; seed <= SCHEDULES; seed += 1) admitted += runSchedule(createRandom(seed));
    // A ledger that refuses everything would also keep its budgets.
    expect(admitted).toBeGreaterThan(SCHEDULES * 20);
  });
});

/** Random calls of three keys in a team: reserved, settled at or below their bound, or abandoned. */
function runSchedule(random: Random): number {
  const state = randomAccount(random);
  let nowMs = T;
  let admitted = 0;
  for (let step = 0; step < STEPS; step += 1) {
    nowMs += random.chance(0.02) ? random.below(40_000_000) : random.below(2_000);
    if (random.chance(0.6)) admitted += reserveOne(state, random, nowMs) ? 1 : 0;
    else settleOne(state, random, nowMs);
    for (const lease of overdueLeases(state, nowMs)) expire(state, lease, nowMs);
    checkBudgets(state, nowMs);
    checkHolds(state);
  }
  return admitted;
}

function randomAccount(random: Random): AccountState {
  const keys = ["k1", "k2", "k3"].map((hash) =>
    keyPolicy({
      hash,
      teamId: "t1",
      userId: random.pick(["u1", "u2"]) ?? null,
      limits: randomLimits(random),
    }),
  );
  const members = { u1: randomLimits(random) };
  const memberLimits = randomLimits(random);
  return stateWith(keys, teamPolicy({ limits: randomLimits(random), members, memberLimits }));
}

function randomLimits(random: Random): Limits {
  const limit = 1_000 + random.below(60_000);
  return budgetOf(limit, random.pick([null, "1d", "5h", "30d", "10m"]) ?? null);
}

function reserveOne(state: AccountState, random: Random, nowMs: number): boolean {
  const request = requestFor({
    keyHash: random.pick(["k1", "k2", "k3"]) ?? "k1",
    bound: {
      inputNanoUsd: random.below(200),
      outputPicoPerToken: random.below(5_000),
      outputTokensMax: 1 + random.below(3_000),
      clampable: random.chance(0.5),
      tokens: random.below(5_000),
    },
    deadlineMs: nowMs + random.below(20_000),
  });
  const decision = decide(state, request, nowMs);
  if (decision.kind !== "admitted") return false;
  openLease(state, decision.lease);
  return true;
}

function settleOne(state: AccountState, random: Random, nowMs: number): void {
  const lease = random.pick([...state.leases.values()]);
  if (lease === undefined) return;
  const outcome = { costNanoUsd: random.below(lease.heldNanoUsd + 1), tokens: random.below(100) };
  applySettlement(state, lease, outcome, nowMs);
}

function checkBudgets(state: AccountState, nowMs: number): void {
  for (const key of state.keys.values()) {
    for (const scope of scopesOf(state, key)) {
      const counters = state.counters.get(scope.id);
      for (const budget of scope.limits.budgets) {
        const { spentNanoUsd } = periodAt(counters, budget, nowMs, state.timeZone);
        const heldNanoUsd = counters?.heldNanoUsd ?? 0;
        expect(spentNanoUsd + heldNanoUsd, scope.id).toBeLessThanOrEqual(budget.limitNanoUsd);
      }
    }
  }
}

/** The running sums must be what the open leases add up to. */
function checkHolds(state: AccountState): void {
  for (const [id, counters] of state.counters) {
    const open = [...state.leases.values()].filter((lease) => lease.scopes.includes(id));
    const held = open.reduce((sum, lease) => sum + lease.heldNanoUsd, 0);
    const tokens = open.reduce((sum, lease) => sum + lease.tokens, 0);
    expect([counters.heldNanoUsd, counters.heldTokens, counters.inFlight], id).toEqual([
      held,
      tokens,
      open.length,
    ]);
  }
}
