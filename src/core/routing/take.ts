import { addToWindow } from "../ledger/rate-window.ts";
import { settleHome } from "./affinity.ts";
import type { Choice, Wish } from "./choice.ts";
import { standingOf } from "./cooldown.ts";
import type { Decision } from "./decide.ts";
import { stateOf, type DeploymentState, type Place, type PoolState } from "./pool-state.ts";

/** Takes the place a decision found. */
export function take(
  state: PoolState,
  wish: Wish,
  decision: Extract<Decision, { kind: "go" }>,
  nowMs: number,
): Extract<Choice, { kind: "chosen" }> {
  const { deploymentId, reason, cachedTokensExpected } = decision;
  const deployment = stateOf(state, deploymentId);
  const ticket = `${wish.callId}/${(state.ticketsGiven += 1)}`;
  const isProbe = standingOf(deployment, nowMs).kind === "probe";
  deployment.places.set(ticket, {
    callId: wish.callId,
    takenAtMs: nowMs,
    deadlineMs: wish.deadlineMs,
    tokens: wish.tokens,
    stream: wish.stream,
    affinity: wish.affinity,
    isProbe,
  });
  addToWindow(deployment.requests, nowMs, 1);
  settleHome(state, wish.affinity, deploymentId, undefined, nowMs);
  return { kind: "chosen", deploymentId, ticket, reason, cachedTokensExpected };
}

/** Ends a place; `tokens` is what the call read and wrote. Nothing: it was given back before. */
export function giveBack(
  deployment: DeploymentState,
  ticket: string,
  tokens: (place: Place) => number,
  nowMs: number,
): Place | undefined {
  const place = deployment.places.get(ticket);
  if (place === undefined) return undefined;
  deployment.places.delete(ticket);
  addToWindow(deployment.tokens, nowMs, tokens(place));
  return place;
}

/**
 * Gives back the places of calls whose deadline passed without a report. What they held counts as
 * used; whether they went well, nobody knows. How many there were.
 */
export function expire(state: PoolState, nowMs: number): number {
  let expired = 0;
  for (const deployment of state.deployments.values()) {
    for (const [ticket, { deadlineMs }] of deployment.places) {
      if (nowMs < deadlineMs) continue;
      giveBack(deployment, ticket, (place) => place.tokens, nowMs);
      expired += 1;
    }
  }
  return expired;
}

/** When the next rest ends or the next place is overdue; nothing: time alone changes nothing. */
export function nextAtMs(state: PoolState, nowMs: number): number | undefined {
  const times = state.deployments
    .values()
    .flatMap(({ rest, places }) => [
      rest?.untilMs ?? 0,
      ...places.values().map((place) => place.deadlineMs),
    ])
    .filter((time) => time > nowMs)
    .toArray();
  return times.length === 0 ? undefined : Math.min(...times);
}
