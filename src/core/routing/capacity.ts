import { countInWindow, untilFreedMs, type RateWindow } from "../ledger/rate-window.ts";
import type { DeploymentRules } from "./choice.ts";
import type { DeploymentState } from "./pool-state.ts";
import { stretchedLimit, usableLimit, type LearnedQuota } from "./quota.ts";

/** How much of a deployment is used, and whether one more call has room. */
export interface Capacity {
  requests: Gauge;
  tokens: Gauge;
  /** What the vendor counted in the last few seconds, as if it went on so for a minute. */
  requestsPace: number;
  /** No more was sent in the last second than flows in, as far as is known: one more is no gamble. */
  keepsPace: boolean;
  inFlight: number;
  parallel: number | undefined;
  /** Within what the operator allows: never exceeded. */
  fitsRules: boolean;
  /** Within what the vendor was found to allow, too. */
  fitsLearned: boolean;
  /** A little beyond what was found. */
  fitsNearly: boolean;
  /** When there is room for the call; now, when there is. */
  roomAtMs: number;
}

export interface Gauge {
  used: number;
  /** Of these, what the vendor counted. */
  accepted: number;
  configured: number | undefined;
  learned: number | undefined;
}

/** Nobody knows when a call in flight will end; soon is a fair guess. */
const IN_FLIGHT_RETRY_MS = 1_000;

/** `quota` is what was learned, empty for strategies that go by the operator's word alone. */
export function capacityOf(
  rules: DeploymentRules,
  state: DeploymentState,
  quota: LearnedQuota,
  wish: { tokens: number },
  nowMs: number,
): Capacity {
  const requests: Gauge = {
    ...requestsUsed(state, nowMs),
    configured: rules.requestsPerMinute,
    learned: usableLimit(quota.requests, nowMs),
  };
  const tokensUsedNow = tokensUsed(state, nowMs);
  const tokens: Gauge = {
    used: tokensUsedNow,
    accepted: tokensUsedNow,
    configured: rules.tokensPerMinute,
    learned: usableLimit(quota.tokens, nowMs),
  };
  const inFlight = state.places.size;
  const { parallel } = rules;
  // A call larger than the whole limit could never run, so it may when nothing else is counted.
  const needed = Math.min(wish.tokens, tokens.configured ?? Infinity);
  const overRequests = over(requests.used + 1, requests.configured);
  const overTokens = over(tokens.used + needed, tokens.configured);
  const isParallelFull = parallel !== undefined && inFlight >= parallel;
  const fitsRules = overRequests <= 0 && overTokens <= 0 && !isParallelFull;
  const learned = roomInLearned(requests.learned, tokens.learned);
  const nearly = roomInLearned(
    stretchedLimit(quota.requests, nowMs),
    stretchedLimit(quota.tokens, nowMs),
  );
  const waits = [
    overRequests > 0 ? untilFreedMs(state.requests, overRequests, nowMs) : 0,
    overTokens > 0 ? tokensFreedMs(state, overTokens, nowMs) : 0,
    isParallelFull ? IN_FLIGHT_RETRY_MS : 0,
    learned.requests ? 0 : untilFreedMs(state.requests, 1, nowMs),
    learned.tokens ? 0 : tokensFreedMs(state, 1, nowMs),
  ];
  return {
    requests,
    tokens,
    requestsPace: paceOf(state, nowMs),
    keepsPace: countSince(state.requests, nowMs - SECOND_MS) < flowOf(requests.learned),
    inFlight,
    parallel,
    fitsRules,
    fitsLearned: learned.requests && learned.tokens,
    fitsNearly: nearly.requests && nearly.tokens,
    roomAtMs: nowMs + Math.max(...waits),
  };

  /**
   * An estimate asks only whether it is used up, never whether the whole call fits: one that is far
   * too low would keep large calls out for good.
   */
  function roomInLearned(requestLimit = Infinity, tokenLimit = Infinity) {
    return {
      requests: requests.accepted + 1 <= Math.max(requestLimit, 1),
      tokens: tokens.accepted < tokenLimit,
    };
  }
}

function over(wanted: number, limit: number | undefined): number {
  return limit === undefined ? 0 : Math.max(wanted - limit, 0);
}

export function requestsUsed(
  state: DeploymentState,
  nowMs: number,
): Pick<Gauge, "used" | "accepted"> {
  const used = countInWindow(state.requests, nowMs);
  return { used, accepted: used - countInWindow(state.refused, nowMs) };
}

/** Vendors' buckets are often smaller than their minute: what came in a burst empties them. */
const PACE_SECONDS = 6;

const SECOND_MS = 1_000;

/** Calls a second that a limit lets through, and never none. */
function flowOf(perMinute = Infinity): number {
  return Math.max(perMinute / 60, 1);
}

function paceOf({ requests, refused }: DeploymentState, nowMs: number): number {
  const from = nowMs - PACE_SECONDS * 1_000;
  const counted = countSince(requests, from) - countSince(refused, from);
  return (counted * 60) / PACE_SECONDS;
}

/** Of the minute that a window holds, what came since a moment, its whole second included. */
export function countSince(window: RateWindow, atMs: number): number {
  const second = Math.floor(atMs / 1_000);
  return window.buckets.reduce((sum, one) => (one.second >= second ? sum + one.count : sum), 0);
}

/** A call counts with its bound while it runs and with its real figure for the minute after. */
export function tokensUsed(state: DeploymentState, nowMs: number): number {
  return countInWindow(state.tokens, nowMs) + heldTokens(state);
}

function heldTokens({ places }: DeploymentState): number {
  return places.values().reduce((sum, place) => sum + place.tokens, 0);
}

function tokensFreedMs(state: DeploymentState, amount: number, nowMs: number): number {
  const settled = countInWindow(state.tokens, nowMs);
  return settled < amount ? IN_FLIGHT_RETRY_MS : untilFreedMs(state.tokens, amount, nowMs);
}
