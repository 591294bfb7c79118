import { countedBudgets } from "./budget.ts";
import { charge, fitPeriods, shownSpend, type Counters } from "./counters.ts";
import { NOTHING_SPENT, type Budget, type Spent } from "./policy.ts";
import { addToWindow } from "./rate-window.ts";
import { NO_ATTRIBUTION, sharedNamesOf, sharedScopes } from "./shared/purse.ts";
import {
  countersOf,
  findKeyPolicy,
  hold,
  release,
  scopesOf,
  type AccountState,
  type Lease,
  type ScopeId,
} from "./state.ts";

/** What a call came to, when its lease is closed. */
export interface Outcome {
  costNanoUsd: number;
  /** Read and written. */
  tokens: number;
}

/** Takes an admitted lease into the books. */
export function openLease(state: AccountState, lease: Lease): void {
  openBooks(state, lease.keyHash, lease.models, lease.admittedAtMs);
  // Counters made here must not count the lease twice, so it joins the others last.
  for (const id of lease.scopes) {
    const counters = countersOf(state, id);
    hold(counters, lease);
    addToWindow(counters.requests, lease.admittedAtMs, 1);
  }
  state.leases.set(lease.id, lease);
}

/**
 * Puts back what was read from disk: an open lease, or one that was closed within the last minute and
 * still counts against the rates.
 */
export function applyRestored(
  state: AccountState,
  lease: Lease,
  closed: { atMs: number; tokens: number } | undefined,
): void {
  if (closed === undefined) return openLease(state, lease);
  for (const id of lease.scopes) {
    const counters = state.counters.get(id);
    if (counters === undefined) continue;
    addToWindow(counters.requests, lease.admittedAtMs, 1);
    addToWindow(counters.tokens, closed.atMs, closed.tokens);
  }
}

/**
 * Lets go of what a lease held and charges what the call came to. The same step whether somebody
 * settled it or its deadline passed; then the outcome is the whole hold.
 */
export function applySettlement(
  state: AccountState,
  lease: Lease,
  outcome: Outcome,
  nowMs: number,
): void {
  state.leases.delete(lease.id);
  for (const id of lease.scopes) {
    // A key deleted while its call ran is not counted any more; its team still pays.
    const counters = state.counters.get(id);
    if (counters === undefined) continue;
    release(counters, lease);
    count(counters, outcome, nowMs, state.timeZone);
  }
}

/** Charges a call that had no lease here; returns whom. Nobody, when the key is not known either. */
export function applyCharge(
  state: AccountState,
  keyHash: string,
  models: readonly string[],
  outcome: Outcome,
  nowMs: number,
  attribution: { endUser: string | null; tags: readonly string[] } = NO_ATTRIBUTION,
): ScopeId[] {
  openBooks(state, keyHash, models, nowMs);
  const key = findKeyPolicy(state, keyHash);
  const sharing = key === undefined ? [] : sharedNamesOf(state, key, attribution);
  const own = key === undefined ? [] : scopesOf(state, key, models);
  const ids = [...own, ...sharedScopes(state, sharing)].map((scope) => scope.id);
  for (const id of ids) count(countersOf(state, id), outcome, nowMs, state.timeZone);
  return ids;
}

/**
 * Starts counting for whoever pays for this key and was never counted before: a member of a team who
 * is named nowhere has the team's limits for members, and is met here for the first time; so is the
 * part of a budget that is for one model, when that model is first called.
 */
function openBooks(
  state: AccountState,
  keyHash: string,
  models: readonly string[],
  nowMs: number,
): void {
  const key = findKeyPolicy(state, keyHash);
  if (key === undefined) return;
  for (const { id, limits } of scopesOf(state, key, models)) {
    const budgets = countedBudgets(limits);
    const periods = state.counters.get(id)?.periods.length ?? 0;
    if (periods !== budgets.length) fitCounters(state, id, budgets, NOTHING_SPENT, nowMs);
  }
}

/** What nobody settled in time costs all it could have cost: never nothing. */
export function expire(state: AccountState, lease: Lease, nowMs: number): void {
  const outcome = { costNanoUsd: lease.heldNanoUsd, tokens: lease.tokens };
  applySettlement(state, lease, outcome, nowMs);
}

export function overdueLeases(state: AccountState, nowMs: number): Lease[] {
  return [...state.leases.values()].filter((lease) => lease.deadlineMs <= nowMs);
}

/** When the next lease is overdue; `undefined` when none is open. */
export function nextDeadlineMs(state: AccountState): number | undefined {
  let next: number | undefined;
  for (const { deadlineMs } of state.leases.values()) {
    if (next === undefined || deadlineMs < next) next = deadlineMs;
  }
  return next;
}

/** Sets up the books for a scope whose rules are new or have changed; `spent` is for new ones. */
export function fitCounters(
  state: AccountState,
  id: ScopeId,
  budgets: readonly Budget[],
  spent: Spent,
  nowMs: number,
): Counters {
  const known = state.counters.get(id);
  const windowNanoUsd = known === undefined ? spent.windowNanoUsd : shownSpend(known, nowMs);
  const counters = countersOf(state, id, spent.lifetimeNanoUsd);
  fitPeriods(counters, budgets, windowNanoUsd, nowMs, state.timeZone);
  return counters;
}

/** Sets spend by an administrator's word, in the whole life and in every current period. */
export function resetSpend(counters: Counters, spentNanoUsd: number): void {
  counters.spentNanoUsd = spentNanoUsd;
  counters.periods = counters.periods.map((period) => ({ ...period, spentNanoUsd, told: [] }));
}

function count(counters: Counters, outcome: Outcome, nowMs: number, timeZone: string): void {
  addToWindow(counters.tokens, nowMs, outcome.tokens);
  charge(counters, outcome.costNanoUsd, nowMs, timeZone);
}
