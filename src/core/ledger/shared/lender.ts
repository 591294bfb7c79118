import type { Told } from "../counters.ts";
import type { SharedPolicy, SharedStanding, Statement, Terms } from "./terms.ts";
import { beginsAfter, windowAt, type SharedWindow } from "./window.ts";

/**
 * A budget that is lent to accounts in slices. For every account the sum of what it spent and holds
 * stays within what it was granted, and the grants stay within the limit: so nobody has to see every
 * call for the limit to hold.
 */
export interface LenderState {
  policy: SharedPolicy;
  revision: number;
  window: SharedWindow;
  /** Spent in this window and on no account's books: what an administrator set, what was forgotten. */
  carriedNanoUsd: number;
  loans: Map<string, Loan>;
  /** What was told of this window already; see `takeSharedCrossings`. */
  told?: Told[];
}

export interface Loan {
  /** Of the last statement heard. */
  number: number;
  /** Never less than what the account has spent and holds. */
  grantedNanoUsd: number;
  /** As last stated. */
  spentNanoUsd: number;
  /** The revision the account surely knows. */
  toldRevision: number;
}

/** A slice lasts for about so many calls like the ones that asked: what a silent account can withhold. */
const SLICE_CALLS_MAX = 100;

export function createLender(
  policy: SharedPolicy,
  spentNanoUsd: number,
  nowMs: number,
  timeZone: string,
): LenderState {
  return {
    policy,
    revision: 1,
    window: windowAt(policy.budget, 0, nowMs, timeZone),
    carriedNanoUsd: spentNanoUsd,
    loans: new Map(),
  };
}

/** Takes in what an account says. Afterwards it has been granted what it keeps, and no more. */
export function hear(
  state: LenderState,
  statement: Statement,
  nowMs: number,
  timeZone: string,
): "heard" | "rolled" | "stale" {
  roll(state, nowMs, timeZone);
  const loan = loanOf(state, statement.accountId);
  if (statement.number <= loan.number) return "stale";
  loan.number = statement.number;
  if (beginsAfter(statement.window, state.window)) openWindow(state, statement.window);
  if (beginsAfter(state.window, statement.window)) return "rolled";
  // What is spent stays spent: an account that says less has forgotten some of it.
  state.carriedNanoUsd += Math.max(loan.spentNanoUsd - statement.spentNanoUsd, 0);
  loan.spentNanoUsd = statement.spentNanoUsd;
  loan.grantedNanoUsd = statement.keepNanoUsd;
  return "heard";
}

/** Grants what is wanted as far as it is there and, while much is there, something for later calls. */
export function lend(state: LenderState, accountId: string, wantNanoUsd: number): number {
  const loan = loanOf(state, accountId);
  const free = freeNanoUsd(state);
  const needed = Math.min(wantNanoUsd, free);
  const borrowers = new Set([...idleLoans(state).map(([id]) => id), accountId]).size;
  const spare = Math.floor((free - needed) / (2 * borrowers));
  loan.grantedNanoUsd += needed + Math.min(spare, wantNanoUsd * SLICE_CALLS_MAX);
  return loan.grantedNanoUsd;
}

export function freeNanoUsd({ policy, carriedNanoUsd, loans }: LenderState): number {
  let free = (policy.budget?.limitNanoUsd ?? 0) - carriedNanoUsd;
  for (const loan of loans.values()) free -= loan.grantedNanoUsd;
  return Math.max(free, 0);
}

/** Accounts that may have something to give back, those with the most first. */
export function idleLoans({ loans }: LenderState): [accountId: string, loan: Loan][] {
  return [...loans]
    .filter(([, loan]) => idle(loan) > 0)
    .toSorted(([, a], [, b]) => idle(b) - idle(a));
}

export function termsFor(state: LenderState, accountId: string): Terms {
  const { policy, revision, window } = state;
  const own = state.loans.get(accountId)?.spentNanoUsd ?? 0;
  return { policy, revision, window, othersSpentNanoUsd: spentByAll(state) - own };
}

export function lenderStanding(state: LenderState): SharedStanding {
  let heldNanoUsd = 0;
  for (const loan of state.loans.values()) heldNanoUsd += idle(loan);
  return { spentNanoUsd: spentByAll(state), heldNanoUsd, resetAtMs: state.window.endMs };
}

/**
 * Other rules for the same spending. Accounts have to be told. Where nothing was limited nothing was
 * counted: then `spentNanoUsd` is what counts as spent.
 */
export function changePolicy(
  state: LenderState,
  policy: SharedPolicy,
  spentNanoUsd: number,
  nowMs: number,
  timeZone: string,
): void {
  roll(state, nowMs, timeZone);
  if (state.policy.budget === null) {
    openWindow(state, state.window);
    state.carriedNanoUsd = spentNanoUsd;
  }
  state.policy = policy;
  state.revision += 1;
  state.window = windowAt(policy.budget, state.window.resets, nowMs, timeZone);
}

/** Counts from this figure on, by an administrator's word. Accounts have to be told. */
export function resetLender(state: LenderState, nanoUsd: number): void {
  state.revision += 1;
  openWindow(state, { ...state.window, resets: state.window.resets + 1 });
  state.carriedNanoUsd = nanoUsd;
}

export function roll(state: LenderState, nowMs: number, timeZone: string): void {
  const { endMs, resets } = state.window;
  if (endMs === null || nowMs < endMs) return;
  openWindow(state, windowAt(state.policy.budget, resets, nowMs, timeZone));
}

/** What an account may still hold for calls in flight will be settled, and counts, in this window. */
function openWindow(state: LenderState, window: SharedWindow): void {
  state.window = window;
  state.carriedNanoUsd = 0;
  state.told = [];
  for (const loan of state.loans.values()) {
    loan.grantedNanoUsd = idle(loan);
    loan.spentNanoUsd = 0;
  }
}

function loanOf({ loans }: LenderState, accountId: string): Loan {
  const known = loans.get(accountId);
  if (known !== undefined) return known;
  const made = { number: 0, grantedNanoUsd: 0, spentNanoUsd: 0, toldRevision: 0 };
  loans.set(accountId, made);
  return made;
}

/** Not known to be spent: held, or unused. */
function idle({ grantedNanoUsd, spentNanoUsd }: Loan): number {
  return Math.max(grantedNanoUsd - spentNanoUsd, 0);
}

/** Of this window, as far as accounts have said. */
export function spentByAll({ carriedNanoUsd, loans }: LenderState): number {
  let spent = carriedNanoUsd;
  for (const loan of loans.values()) spent += loan.spentNanoUsd;
  return spent;
}
