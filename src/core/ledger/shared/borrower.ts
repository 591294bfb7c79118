import { periodAt, type Counters } from "../counters.ts";
import type { Answer, SharedName, SharedPolicy, Statement, Terms } from "./terms.ts";
import { beginsAfter, windowAt, type SharedWindow } from "./window.ts";

/**
 * What an account was lent of a shared budget. Spending and holds are in the account's counters, like
 * those of a key; this is the limit they have to stay within.
 */
export interface Slice extends Terms {
  /** In the window above. Once that is over, what calls in flight hold is all there is. */
  grantedNanoUsd: number;
  /** Of the account's last statement. */
  number: number;
}

/** A slice and its counters at one moment. */
export interface SliceBooks {
  window: SharedWindow;
  spentNanoUsd: number;
  heldNanoUsd: number;
  grantedNanoUsd: number;
  othersSpentNanoUsd: number;
}

/** An empty slice of a budget somebody told of; its lender is asked before it is used. */
export function createSlice(policy: SharedPolicy, nowMs: number, timeZone: string): Slice {
  const window = windowAt(policy.budget, 0, nowMs, timeZone);
  return { policy, revision: 0, window, othersSpentNanoUsd: 0, grantedNanoUsd: 0, number: 0 };
}

export function booksOf(
  slice: Slice,
  counters: Counters,
  nowMs: number,
  timeZone: string,
): SliceBooks {
  const { heldNanoUsd } = counters;
  const { window, spentNanoUsd } = spendingAt(slice, counters, nowMs, timeZone);
  const isCurrent = !beginsAfter(window, slice.window);
  return {
    window,
    spentNanoUsd,
    heldNanoUsd,
    grantedNanoUsd: isCurrent ? slice.grantedNanoUsd : spentNanoUsd + heldNanoUsd,
    othersSpentNanoUsd: isCurrent ? slice.othersSpentNanoUsd : 0,
  };
}

export function restOf({ grantedNanoUsd, spentNanoUsd, heldNanoUsd }: SliceBooks): number {
  return grantedNanoUsd - spentNanoUsd - heldNanoUsd;
}

/** Gives up what is not used and says so. Make the slice durable before the statement leaves. */
export function makeStatement(
  slice: Slice,
  counters: Counters,
  accountId: string,
  wantNanoUsd: number,
  nowMs: number,
  timeZone: string,
): Statement {
  const books = booksOf(slice, counters, nowMs, timeZone);
  const keepNanoUsd = books.spentNanoUsd + books.heldNanoUsd;
  slice.number += 1;
  slice.window = books.window;
  slice.grantedNanoUsd = keepNanoUsd;
  slice.othersSpentNanoUsd = books.othersSpentNanoUsd;
  return {
    accountId,
    name: nameOf(slice.policy),
    number: slice.number,
    window: books.window,
    spentNanoUsd: books.spentNanoUsd,
    keepNanoUsd,
    wantNanoUsd,
  };
}

/**
 * Takes in the answer to the statement of this number. False when it is void: the account has said
 * something since, or a later statement of its own was heard first. Then it asks again.
 */
export function accept(
  slice: Slice,
  counters: Counters,
  number: number,
  answer: Answer,
  nowMs: number,
  timeZone: string,
): boolean {
  if (answer.kind === "stale") slice.number = Math.max(slice.number, answer.heardNumber);
  if (answer.kind === "stale" || number !== slice.number) return false;
  adopt(slice, counters, answer.terms, nowMs, timeZone);
  if (answer.kind === "rolled") return false;
  // In a window of its own that is newer, `booksOf` finds this grant to be of the past.
  slice.grantedNanoUsd = answer.grantedNanoUsd;
  return true;
}

/** The lender's rules and window. What was granted under others is only what is spent and held. */
export function adopt(
  slice: Slice,
  counters: Counters,
  terms: Terms,
  nowMs: number,
  timeZone: string,
): void {
  // Words may overtake one another on their way.
  if (terms.revision < slice.revision) return;
  const { window, spentNanoUsd } = spendingAt(slice, counters, nowMs, timeZone);
  slice.policy = terms.policy;
  slice.revision = terms.revision;
  slice.othersSpentNanoUsd = terms.othersSpentNanoUsd;
  slice.window = terms.window;
  const isAhead = beginsAfter(window, terms.window);
  const spent = beginsAfter(terms.window, window) ? 0 : spentNanoUsd;
  const { startMs, endMs } = isAhead ? window : terms.window;
  const { budget } = terms.policy;
  counters.periods =
    budget === null
      ? []
      : [
          {
            duration: budget.duration,
            anchorMs: budget.anchorMs,
            startMs,
            endMs,
            spentNanoUsd: spent,
          },
        ];
  slice.grantedNanoUsd = spent + counters.heldNanoUsd;
}

function spendingAt(
  { policy: { budget }, window }: Slice,
  counters: Counters,
  nowMs: number,
  timeZone: string,
): { window: SharedWindow; spentNanoUsd: number } {
  if (budget === null) return { window, spentNanoUsd: 0 };
  const { resets } = window;
  const { startMs, endMs, spentNanoUsd } = periodAt(counters, budget, nowMs, timeZone);
  return { window: { resets, startMs, endMs }, spentNanoUsd };
}

function nameOf({ kind, id }: SharedPolicy): SharedName {
  return { kind, id };
}
