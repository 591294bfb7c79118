import type { RateStanding, ScopeKind } from "../ledger.ts";
import { createCounters, type Counters } from "./counters.ts";
import type { Limits } from "./policy.ts";
import { countInWindow, untilFreedMs } from "./rate-window.ts";
import type { AccountState, Scope } from "./state.ts";

export type RateLimits = Pick<Limits, "requestsPerMinute" | "tokensPerMinute" | "parallel">;

/** What of somebody's counters the limits above are about. */
export type RateCounters = Pick<Counters, "requests" | "tokens" | "heldTokens" | "inFlight">;

/** Whose limits they are, as answers name them. */
export interface RateParty {
  kind: ScopeKind;
  model: string | null;
  limits: RateLimits;
}

/** One limit of one scope: how much of it is used, and what this call adds. */
interface Gauge {
  unit: RateStanding["unit"];
  limit: number;
  used: number;
  needed: number;
  fits: boolean;
  /** Until there is room for the call. */
  roomInMs: number;
}

/** Nobody knows when a call in flight will end; soon is a fair guess. */
const IN_FLIGHT_RETRY_MS = 1_000;

/** The first rate limit this call would break. */
export function brokenRate(
  state: AccountState,
  scopes: readonly Scope[],
  tokens: number,
  nowMs: number,
): { limit: RateStanding; name: string } | undefined {
  for (const scope of scopes) {
    const limit = brokenLimit(scope, countersIn(state, scope), tokens, nowMs);
    if (limit !== undefined) return { limit, name: scope.name };
  }
  return undefined;
}

/** Every rate limit as it stands; `resetMs` is when the oldest counted use is forgotten. */
export function rateStandings(
  state: AccountState,
  scopes: readonly Scope[],
  nowMs: number,
): RateStanding[] {
  return scopes.flatMap((scope) => limitStandings(scope, countersIn(state, scope), nowMs));
}

/** Of one party: the first of its limits a call of so many tokens would break. */
export function brokenLimit(
  party: RateParty,
  counters: RateCounters,
  tokens: number,
  nowMs: number,
): RateStanding | undefined {
  const broken = gaugesOf(party.limits, counters, tokens, nowMs).find((gauge) => !gauge.fits);
  return broken === undefined ? undefined : standingOf(party, broken);
}

export function limitStandings(
  party: RateParty,
  counters: RateCounters,
  nowMs: number,
): RateStanding[] {
  return gaugesOf(party.limits, counters, 0, nowMs).map((gauge) => standingOf(party, gauge));
}

function countersIn(state: AccountState, { id }: Scope): RateCounters {
  return state.counters.get(id) ?? createCounters(0);
}

function standingOf(
  { kind: scope, model }: RateParty,
  { unit, limit, used, roomInMs }: Gauge,
): RateStanding {
  return {
    scope,
    model,
    unit,
    limit,
    remaining: Math.max(limit - used, 0),
    resetMs: roomInMs,
  };
}

function gaugesOf(
  { requestsPerMinute, tokensPerMinute, parallel }: RateLimits,
  counters: RateCounters,
  tokens: number,
  nowMs: number,
): Gauge[] {
  const gauges: Gauge[] = [];
  if (requestsPerMinute !== null) gauges.push(requestGauge(counters, requestsPerMinute, nowMs));
  if (tokensPerMinute !== null) gauges.push(tokenGauge(counters, tokensPerMinute, tokens, nowMs));
  if (parallel !== null) gauges.push(parallelGauge(counters, parallel));
  return gauges;
}

function requestGauge({ requests }: RateCounters, limit: number, nowMs: number): Gauge {
  const used = countInWindow(requests, nowMs);
  const roomInMs = untilFreedMs(requests, used + 1 - limit, nowMs);
  return { unit: "requests", limit, used, needed: 1, fits: used + 1 <= limit, roomInMs };
}

/**
 * A call counts with its bound while it runs and with its real figure for the minute after. One that
 * is larger than the whole limit could never run, so it may when nothing else is counted.
 */
function tokenGauge(counters: RateCounters, limit: number, needed: number, nowMs: number): Gauge {
  const settled = countInWindow(counters.tokens, nowMs);
  const used = settled + counters.heldTokens;
  const fits = used + needed <= limit || (used === 0 && limit > 0);
  const waitMs = untilFreedMs(counters.tokens, used + needed - limit, nowMs);
  const roomInMs = settled === 0 && used > 0 ? IN_FLIGHT_RETRY_MS : waitMs;
  return { unit: "tokens", limit, used, needed, fits, roomInMs };
}

function parallelGauge({ inFlight }: RateCounters, limit: number): Gauge {
  const fits = inFlight + 1 <= limit;
  const roomInMs = fits ? 0 : IN_FLIGHT_RETRY_MS;
  return { unit: "parallel", limit, used: inFlight, needed: 1, fits, roomInMs };
}
