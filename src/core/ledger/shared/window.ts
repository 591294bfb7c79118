import { periodAt } from "../counters.ts";
import type { Budget } from "../policy.ts";

/** The span one spending is counted in. Both sides compute it from time; the later one wins. */
export interface SharedWindow {
  /** How often an administrator set the spend. */
  resets: number;
  startMs: number;
  /** Null when the budget never resets. */
  endMs: number | null;
}

export function windowAt(
  budget: Budget | null,
  resets: number,
  nowMs: number,
  timeZone: string,
): SharedWindow {
  if (budget === null) return { resets, startMs: 0, endMs: null };
  const { startMs, endMs } = periodAt(undefined, budget, nowMs, timeZone);
  return { resets, startMs, endMs };
}

/**
 * Does spending start from nothing here? A window that overlaps the earlier one is the same spending
 * under other bounds: an administrator changed the duration, which is no way to a second helping.
 */
export function beginsAfter(later: SharedWindow, earlier: SharedWindow): boolean {
  if (later.resets !== earlier.resets) return later.resets > earlier.resets;
  return earlier.endMs !== null && later.startMs >= earlier.endMs;
}
