import type { ChoiceReason, GroupRules, Wish } from "./choice.ts";
import type { PoolState } from "./pool-state.ts";

/** Where a call should go, before it has taken a place there. */
export type Decision =
  | { kind: "go"; deploymentId: string; reason: ChoiceReason; cachedTokensExpected: number }
  /** Its prompt cache is worth a moment: ask again then, or when a place is given back. */
  | { kind: "wait-for-home"; againAtMs: number }
  | { kind: "full"; againAtMs: number };

/**
 * Looks and changes nothing. `waitedMs` is how long the call has waited already: patience for a cache
 * ends, and what is only thought to be full is tried when waiting is over.
 */
export function decide(
  _state: PoolState,
  _rules: GroupRules,
  wish: Wish,
  nowMs: number,
  _random: () => number,
  _waitedMs = 0,
): Decision {
  const [deploymentId] = wish.eligible;
  if (deploymentId === undefined) return { kind: "full", againAtMs: nowMs };
  return { kind: "go", deploymentId, reason: "strategy", cachedTokensExpected: 0 };
}
