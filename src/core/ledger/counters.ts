import { parseDuration } from "../duration.ts";
import { budgetWindowAt } from "./budget-window.ts";
import type { Budget } from "./policy.ts";
import { emptyWindow, type RateWindow } from "./rate-window.ts";

/** What one key, team, member or user has used, and what its calls in flight hold. */
export interface Counters {
  /** Settled over the whole life. */
  spentNanoUsd: number;
  /** One per budget, found by its duration. */
  periods: Period[];
  /** Sums over the live leases of this scope. */
  heldNanoUsd: number;
  heldTokens: number;
  inFlight: number;
  requests: RateWindow;
  tokens: RateWindow;
}

/** Spend against one budget. Knows enough to find its own next window. */
export interface Period {
  duration: string | null;
  anchorMs: number;
  startMs: number;
  /** Null when the budget never resets. */
  endMs: number | null;
  spentNanoUsd: number;
  /** What was told of it already; see `takeCrossings`. */
  told?: Told[];
}

/** A threshold somebody was told of, and the limit it was a part of. */
export interface Told {
  mark: Mark;
  limitNanoUsd: number;
}

/** A budget's threshold: the soft budget, or a percentage of the hard one. */
export type Mark = "soft" | "80" | "100";

export function createCounters(spentNanoUsd: number): Counters {
  return {
    spentNanoUsd,
    periods: [],
    heldNanoUsd: 0,
    heldTokens: 0,
    inFlight: 0,
    requests: emptyWindow(),
    tokens: emptyWindow(),
  };
}

/** The period of a budget at this moment: a fresh one if the last is over. Changes nothing. */
export function periodAt(
  counters: Counters | undefined,
  budget: Budget,
  nowMs: number,
  timeZone: string,
): Period {
  const known = counters?.periods.find((period) => period.duration === budget.duration);
  if (known === undefined) {
    return openPeriod(budget.duration, budget.anchorMs, nowMs, timeZone, 0);
  }
  return rolled(known, nowMs, timeZone);
}

/** Settled money is spent in the period in which it is settled. */
export function charge(
  counters: Counters,
  costNanoUsd: number,
  nowMs: number,
  timeZone: string,
): void {
  counters.spentNanoUsd += costNanoUsd;
  counters.periods = counters.periods.map((period) => {
    const current = rolled(period, nowMs, timeZone);
    return { ...current, spentNanoUsd: current.spentNanoUsd + costNanoUsd };
  });
}

/**
 * Makes the periods fit a changed set of budgets. A new one starts with what was spent in the window
 * so far, as in LiteLLM: changing a budget's duration is no way to a second helping.
 */
export function fitPeriods(
  counters: Counters,
  budgets: readonly Budget[],
  windowNanoUsd: number,
  nowMs: number,
  timeZone: string,
): void {
  counters.periods = budgets.map((budget) => {
    const known = counters.periods.find((period) => period.duration === budget.duration);
    if (known?.anchorMs === budget.anchorMs) return known;
    const spent = budget.duration === null ? counters.spentNanoUsd : windowNanoUsd;
    return openPeriod(budget.duration, budget.anchorMs, nowMs, timeZone, spent);
  });
}

/** Spend in the window of the first budget; over the whole life when there is none. */
export function shownSpend(counters: Counters, nowMs: number): number {
  const [first] = counters.periods;
  if (first === undefined) return counters.spentNanoUsd;
  return isOver(first, nowMs) ? 0 : first.spentNanoUsd;
}

function rolled(period: Period, nowMs: number, timeZone: string): Period {
  if (!isOver(period, nowMs)) return period;
  return openPeriod(period.duration, period.anchorMs, nowMs, timeZone, 0);
}

function isOver({ endMs }: Period, nowMs: number): boolean {
  return endMs !== null && nowMs >= endMs;
}

function openPeriod(
  durationText: string | null,
  anchorMs: number,
  nowMs: number,
  timeZone: string,
  spentNanoUsd: number,
): Period {
  const duration = durationText === null ? undefined : parseDuration(durationText);
  const lifelong = { startMs: anchorMs, endMs: null };
  // A text that is no duration can only come from a row someone edited: it then never resets.
  const window =
    duration === undefined ? lifelong : budgetWindowAt(duration, nowMs, timeZone, anchorMs);
  return { duration: durationText, anchorMs, ...window, spentNanoUsd };
}
