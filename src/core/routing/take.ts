import type { Choice, Wish } from "./choice.ts";
import type { Decision } from "./decide.ts";
import type { PoolState } from "./pool-state.ts";

/** Takes the place a decision found. */
export function take(
  state: PoolState,
  wish: Wish,
  decision: Extract<Decision, { kind: "go" }>,
  _nowMs: number,
): Extract<Choice, { kind: "chosen" }> {
  const { deploymentId, reason, cachedTokensExpected } = decision;
  const ticket = `${wish.callId}/${++state.ticketsGiven}`;
  return { kind: "chosen", deploymentId, ticket, reason, cachedTokensExpected };
}

/** Gives back the places of calls whose deadline passed. How many there were. */
export function expire(_state: PoolState, _nowMs: number): number {
  return 0;
}

/** When something changes by time alone: a rest ends, a place is overdue, room comes free. */
export function nextAtMs(_state: PoolState, _nowMs: number): number | undefined {
  return undefined;
}
