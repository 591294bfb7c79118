import { addToWindow } from "../ledger/rate-window.ts";
import { settleHome } from "./affinity.ts";
import type { Choice, Underway, Wish } from "./choice.ts";
import { endsRest, standingOf } from "./cooldown.ts";
import type { Decision } from "./decide.ts";
import { stateOf, type DeploymentState, type Place, type PoolState } from "./pool-state.ts";

/**
 * How long a place is held without a word of its call. An answer may take an hour, and its place is
 * renewed all the while; one whose isolate died keeps others out for no longer than this.
 */
export const PLACE_MS = 100_000;

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
    deadlineMs: nowMs + PLACE_MS,
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

/** The call goes on, and so do its places. One that is being answered proves that a rest has helped. */
export function renew(state: PoolState, { callId, answering }: Underway, nowMs: number): void {
  for (const deployment of state.deployments.values()) {
    for (const [ticket, place] of deployment.places) {
      if (place.callId !== callId) continue;
      place.deadlineMs = nowMs + PLACE_MS;
      if (ticket === answering && endsRest(place, deployment)) deployment.rest = undefined;
    }
  }
}

/**
 * Gives back the places of calls nobody renewed. What they held counts as used; whether they went well,
 * nobody knows. How many there were.
 */
export function expire(state: PoolState, nowMs: number): number {
  let expired = 0;
  for (const deployment of state.deployments.values()) {
    for (const [ticket, place] of deployment.places) {
      // A clock that was put back holds nothing for longer.
      place.deadlineMs = Math.min(place.deadlineMs, nowMs + PLACE_MS);
      if (nowMs < place.deadlineMs) continue;
      giveBack(deployment, ticket, ({ tokens }) => tokens, nowMs);
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
