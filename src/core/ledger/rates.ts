import type { RateStanding } from "../ledger.ts";
import { createCounters, type Counters } from "./counters.ts";
import { countInWindow, untilFreedMs } from "./rate-window.ts";
import type { AccountState, Scope } from "./state.ts";

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
    const broken = gaugesOf(state, scope, tokens, nowMs).find((gauge) => !gauge.fits);
    if (broken === undefined) continue;
    const { unit, limit, used, roomInMs } = broken;
    const remaining = Math.max(limit - used, 0);
    return {
      limit: { scope: scope.kind, model: scope.model, unit, limit, remaining, resetMs: roomInMs },
      name: scope.name,
    };
  }
  return undefined;
}

/** Every rate limit as it stands; `resetMs` is when the oldest counted use is forgotten. */
export function rateStandings(
  state: AccountState,
  scopes: readonly Scope[],
  nowMs: number,
): RateStanding[] {
  return scopes.flatMap((scope) =>
    gaugesOf(state, scope, 0, nowMs).map(({ unit, limit, used, roomInMs }) => ({
      scope: scope.kind,
      model: scope.model,
      unit,
      limit,
      remaining: Math.max(limit - used, 0),
      resetMs: roomInMs,
    })),
  );
}

function gaugesOf(state: AccountState, scope: Scope, tokens: number, nowMs: number): Gauge[] {
  const counters = state.counters.get(scope.id) ?? createCounters(0);
  const { requestsPerMinute, tokensPerMinute, parallel } = scope.limits;
  const gauges: Gauge[] = [];
  if (requestsPerMinute !== null) gauges.push(requestGauge(counters, requestsPerMinute, nowMs));
  if (tokensPerMinute !== null) gauges.push(tokenGauge(counters, tokensPerMinute, tokens, nowMs));
  if (parallel !== null) gauges.push(parallelGauge(counters, parallel));
  return gauges;
}

function requestGauge({ requests }: Counters, limit: number, nowMs: number): Gauge {
  const used = countInWindow(requests, nowMs);
  const roomInMs = untilFreedMs(requests, used + 1 - limit, nowMs);
  return { unit: "requests", limit, used, needed: 1, fits: used + 1 <= limit, roomInMs };
}

/**
 * A call counts with its bound while it runs and with its real figure for the minute after. One that
 * is larger than the whole limit could never run, so it may when nothing else is counted.
 */
function tokenGauge(counters: Counters, limit: number, needed: number, nowMs: number): Gauge {
  const settled = countInWindow(counters.tokens, nowMs);
  const used = settled + counters.heldTokens;
  const fits = used + needed <= limit || (used === 0 && limit > 0);
  const waitMs = untilFreedMs(counters.tokens, used + needed - limit, nowMs);
  const roomInMs = settled === 0 && used > 0 ? IN_FLIGHT_RETRY_MS : waitMs;
  return { unit: "tokens", limit, used, needed, fits, roomInMs };
}

function parallelGauge({ inFlight }: Counters, limit: number): Gauge {
  const fits = inFlight + 1 <= limit;
  const roomInMs = fits ? 0 : IN_FLIGHT_RETRY_MS;
  return { unit: "parallel", limit, used: inFlight, needed: 1, fits, roomInMs };
}
