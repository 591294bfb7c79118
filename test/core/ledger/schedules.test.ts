import { describe, expect, it } from "vitest";
import {
  applyRestored,
  applySettlement,
  expire,
  fitCounters,
  openLease,
  overdueLeases,
} from "../../../src/core/ledger/apply.ts";
import { countedBudgets, limitAt, limitsOfModels } from "../../../src/core/ledger/budget.ts";
import { createCounters, periodAt, type Period } from "../../../src/core/ledger/counters.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import {
  NOTHING_SPENT,
  type Budget,
  type KeyPolicy,
  type Limits,
} from "../../../src/core/ledger/policy.ts";
import {
  createState,
  modelScopeId,
  scopesOf,
  type AccountState,
  type Lease,
} from "../../../src/core/ledger/state.ts";
import { createRandom, type Random } from "./random.ts";
import { budgetOf, keyPolicy, requestFor, stateWith, T, teamPolicy } from "./samples.ts";

const SCHEDULES = 25;
const STEPS = 300;
/** A second or two, and several where the machine is shared. */
const TIMEOUT_MS = 30_000;
const MODELS = ["gpt-4o", "openai/o3", "claude"];
const DURATIONS = [null, "1d", "5h", "30d", "10m"];

describe("any schedule of calls", () => {
  it(
    "leaves spent + held within every budget after every step, and counts every charge once",
    () => {
      let admitted = 0;
      for (let seed = 1; seed <= SCHEDULES; seed += 1) admitted += runSchedule(createRandom(seed));
      // A ledger that refuses everything would also keep its budgets.
      expect(admitted).toBeGreaterThan(SCHEDULES * 20);
    },
    TIMEOUT_MS,
  );
});

/** One account, what the books must say, and the leases that were closed already. */
interface Run {
  state: AccountState;
  random: Random;
  nowMs: number;
  /** Leases for which a record was filed. */
  rows: Set<string>;
  /** What the records of each party add up to. */
  sums: Map<string, number>;
  /** What was spent and held when a budget was changed: a lower one cannot undo it, only stop it. */
  before: Map<string, number>;
}

/** Random calls of three keys in a team: reserved, settled at or below their bound, or abandoned. */
function runSchedule(random: Random): number {
  const run: Run = {
    state: randomAccount(random),
    random,
    nowMs: T,
    rows: new Set(),
    sums: new Map(),
    before: new Map(),
  };
  let admitted = 0;
  for (let step = 0; step < STEPS; step += 1) {
    run.nowMs += random.chance(0.02) ? random.below(40_000_000) : random.below(2_000);
    if (random.chance(0.6)) admitted += reserveOne(run) ? 1 : 0;
    else settleOne(run);
    for (const lease of overdueLeases(run.state, run.nowMs)) {
      expire(run.state, lease, run.nowMs);
      file(run, lease, lease.heldNanoUsd);
    }
    if (random.chance(0.01)) run.state = restarted(run.state);
    if (random.chance(0.01)) changeKey(run);
    checkBudgets(run);
    checkHolds(run.state);
    checkSums(run);
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
  const names = MODELS.filter(() => random.chance(0.4));
  return {
    ...budgetOf(1_000 + random.below(60_000), random.pick(DURATIONS) ?? null),
    byModel: [...names, ...(random.chance(0.2) ? ["openai/*"] : [])].map((name) => ({
      name,
      models: random.chance(0.2) ? MODELS : [name],
      budgets: [randomBudget(random)],
      requestsPerMinute: random.chance(0.2) ? 1 + random.below(20) : null,
      tokensPerMinute: null,
    })),
  };
}

function randomBudget(random: Random): Budget {
  const duration = random.pick(DURATIONS) ?? null;
  const limitNanoUsd = 500 + random.below(20_000);
  const increase = { nanoUsd: random.below(10_000), untilMs: T + random.below(60_000_000) };
  return { limitNanoUsd, duration, anchorMs: T, ...(random.chance(0.3) && { increase }) };
}

function reserveOne({ state, random, nowMs }: Run): boolean {
  const request = requestFor({
    keyHash: random.pick(["k1", "k2", "k3"]) ?? "k1",
    model: random.pick(MODELS) ?? "gpt-4o",
    allowsClamping: random.chance(0.3),
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
  checkAdmitted(state, decision.lease, nowMs);
  return true;
}

/** At the moment a call is let in, whatever was changed before, everything that pays for it can. */
function checkAdmitted(state: AccountState, lease: Lease, nowMs: number): void {
  const key = state.keys.get(lease.keyHash);
  for (const scope of key === undefined ? [] : scopesOf(state, key, lease.models)) {
    for (const budget of scope.limits.budgets) {
      const after = usedOf(state, scope.id, budget, nowMs);
      insist(after <= limitAt(budget, nowMs), `${scope.id} was let in for ${after}`);
    }
  }
}

function usedOf(state: AccountState, id: string, budget: Budget, nowMs: number): number {
  const counters = state.counters.get(id);
  const { spentNanoUsd } = periodAt(counters, budget, nowMs, state.timeZone);
  return spentNanoUsd + (counters?.heldNanoUsd ?? 0);
}

/** The same settlement may arrive twice; whoever holds the account asks only once for a lease. */
function settleOne(run: Run): void {
  const { state, random, nowMs } = run;
  const lease = random.pick([...state.leases.values()]);
  if (lease === undefined) return;
  const costNanoUsd = random.below(lease.heldNanoUsd + 1);
  for (let time = random.chance(0.2) ? 2 : 1; time > 0; time -= 1) {
    const open = state.leases.get(lease.id);
    if (open === undefined) continue;
    applySettlement(state, open, { costNanoUsd, tokens: random.below(100) }, nowMs);
    file(run, lease, costNanoUsd);
  }
}

function file({ rows, sums }: Run, { id, scopes }: Lease, costNanoUsd: number): void {
  insist(!rows.has(id), `${id} was resolved before`);
  rows.add(id);
  for (const one of scopes) sums.set(one, (sums.get(one) ?? 0) + costNanoUsd);
}

/** What comes back from disk: policies, what was spent in which period, and open leases. */
function restarted(before: AccountState): AccountState {
  const after = { ...createState(before.timeZone), keys: before.keys, teams: before.teams };
  for (const [id, { spentNanoUsd, periods }] of before.counters) {
    const stored = JSON.parse(JSON.stringify(periods)) as Period[];
    after.counters.set(id, { ...createCounters(spentNanoUsd), periods: stored });
  }
  for (const lease of before.leases.values()) {
    applyRestored(after, JSON.parse(JSON.stringify(lease)) as Lease, undefined);
  }
  return after;
}

/** An administrator gives a key other windows, other models, and never less than it has. */
function changeKey(run: Run): void {
  const { state, random } = run;
  const key = random.pick([...state.keys.values()]);
  if (key === undefined) return;
  const limits = randomLimits(random);
  const changed: KeyPolicy = { ...key, limits };
  state.keys.set(key.hash, changed);
  const id = `key:${key.hash}`;
  refit(run, id, limits);
  for (const entry of limits.byModel) {
    const part = modelScopeId(id, entry.name);
    if (state.counters.has(part)) refit(run, part, limitsOfModels(entry));
  }
}

function refit({ state, nowMs, before }: Run, id: string, limits: Limits): void {
  const { heldNanoUsd, periods } = fitCounters(
    state,
    id,
    countedBudgets(limits),
    NOTHING_SPENT,
    nowMs,
  );
  before.set(id, heldNanoUsd + Math.max(...periods.map((period) => period.spentNanoUsd)));
}

function checkBudgets({ state, nowMs, before }: Run): void {
  for (const key of state.keys.values()) {
    for (const scope of scopesOf(state, key, MODELS)) {
      for (const budget of scope.limits.budgets) {
        // What an exception let in was let in, and counts on when it is over.
        const limit = Math.max(
          limitAt(budget, nowMs),
          limitAt(budget, T),
          before.get(scope.id) ?? 0,
        );
        const used = usedOf(state, scope.id, budget, nowMs);
        insist(used <= limit, `${scope.id} overspent ${limit}`);
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
    const sums = [counters.heldNanoUsd, counters.heldTokens, counters.inFlight];
    insist(String(sums) === String([held, tokens, open.length]), `holds of ${id}: ${sums.join()}`);
  }
}

/** The whole life's spend of everybody must be what the records they are in add up to. */
function checkSums({ state, sums }: Run): void {
  for (const [id, { spentNanoUsd }] of state.counters) {
    insist(spentNanoUsd === (sums.get(id) ?? 0), `${id} counted ${spentNanoUsd}`);
  }
}

/** `expect` would take longer than everything it looks at. */
function insist(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}
