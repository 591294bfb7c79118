import type { QuotaHeaders } from "./choice.ts";

/** What a vendor's limits were found to be. Empty: nothing is known. */
export interface LearnedQuota {
  requests?: LearnedLimit;
  tokens?: LearnedLimit;
}

/**
 * One limit. Told by headers it is exact. Otherwise it is what the vendor let through when it last
 * refused, which is believed the less the seldomer it was confirmed.
 */
export type LearnedLimit =
  | {
      source: "headers";
      perMinute: number;
      atMs: number;
      /** Used by somebody else who shares the limit, as far as was seen. */
      foreign: number;
    }
  | {
      source: "refusals";
      perMinute: number;
      /** The last refusal. */
      atMs: number;
      /** Refusals close together are one event, which began with this estimate. */
      before: number | undefined;
      beganMs: number;
      /** Least that had been let through when the event's refusals came. */
      sample: number;
      /** Events in a row that agreed. */
      confirmations: number;
      /** By what share events missed the estimate before them, the latest most of all; 1 at first. */
      error?: number;
      errorBefore?: number;
    };

/** What one deployment had been let through when it refused. */
export interface Observed {
  /** In the last minute. */
  lastMinute: number;
  /** Since a moment within the last minute. */
  since(atMs: number): number;
  /** Less than this is chance and no rate: an estimate below it would keep everybody out. */
  least: number;
}

const MINUTE_MS = 60_000;

/** Long enough that what flows in meanwhile can be told from chance. */
const EVENT_MS = 20_000;
/** A longer memory would keep a quota down that was raised long ago. */
const FORGOTTEN_MS = 60 * MINUTE_MS;
/** Two estimates this close confirm each other. */
const AGREEMENT = 0.25;
/** One refusal lowers an estimate by no more: it may have been a burst and no lack of quota. */
const FALL_MAX = 0.15;

/** Learns from a refusal. Requests and tokens alike: nobody says which of them ran out. */
export function learnFromRefusal(
  known: LearnedLimit | undefined,
  observed: Observed,
  nowMs: number,
): LearnedLimit {
  if (known?.source === "headers" && isRemembered(known, nowMs)) return known;
  const last = known?.source === "refusals" && isRemembered(known, nowMs) ? known : undefined;
  if (last !== undefined && nowMs - last.beganMs < EVENT_MS) {
    const sample = Math.min(last.sample, Math.max(observed.lastMinute, observed.least));
    const error = missed(last.before, sample, last.errorBefore);
    return { ...last, sample, perMinute: blend(last.before, sample), atMs: nowMs, error };
  }
  const sample = Math.max(rateSince(last?.beganMs, observed, nowMs), observed.least);
  const agrees = last !== undefined && Math.abs(sample / last.perMinute - 1) < AGREEMENT;
  return {
    source: "refusals",
    perMinute: blend(last?.perMinute, sample),
    atMs: nowMs,
    before: last?.perMinute,
    beganMs: nowMs,
    sample,
    confirmations: agrees ? last.confirmations + 1 : 1,
    error: missed(last?.perMinute, sample, last?.error),
    errorBefore: last?.error,
  };
}

/** Half of it is this event's. */
function missed(before: number | undefined, sample: number, errorBefore = 1): number {
  if (before === undefined) return 1;
  return (errorBefore + Math.min(Math.abs(sample / before - 1), 1)) / 2;
}

/**
 * A refusal does not say whether requests or tokens ran out. What did is let through in about the same
 * amount each time. Tokens that vary more than requests are what they happened to be, and would only
 * keep calls out.
 */
export function believed(quota: LearnedQuota): LearnedQuota {
  const { requests, tokens } = quota;
  if (requests?.source !== "refusals" || tokens?.source !== "refusals") return quota;
  return (tokens.error ?? 1) < (requests.error ?? 1) ? quota : { requests };
}

/**
 * Between two refusals a vendor's bucket was empty twice, so what it let through meanwhile is exactly
 * what flows into it. The minute as a whole also holds what a full bucket gave at its start.
 */
function rateSince(refusedAtMs: number | undefined, observed: Observed, nowMs: number): number {
  if (refusedAtMs === undefined) return observed.lastMinute;
  // From the next whole second: windows count by seconds, and the refusal ended a burst.
  const fromMs = (Math.floor(refusedAtMs / 1_000) + 1) * 1_000;
  const elapsedMs = nowMs - fromMs;
  if (elapsedMs > MINUTE_MS) return observed.lastMinute;
  return (observed.since(fromMs) * MINUTE_MS) / elapsedMs;
}

/** Half way to what was seen, and down by small steps only. */
function blend(before: number | undefined, sample: number): number {
  if (before === undefined) return sample;
  return Math.max((before + sample) / 2, before * (1 - FALL_MAX));
}

/**
 * Learns from what the vendor says of its limits. `ownUse` is what this gateway sent in the last
 * minute: what is missing beyond it, others used.
 */
export function learnFromHeaders(
  quota: LearnedQuota,
  headers: QuotaHeaders,
  ownUse: { requests: number; tokens: number },
  nowMs: number,
): LearnedQuota {
  const requests = limitOf(
    headers.requestsLimit,
    headers.requestsRemaining,
    headers.requestsResetMs,
    ownUse.requests,
    nowMs,
  );
  const tokens = limitOf(
    headers.tokensLimit,
    headers.tokensRemaining,
    headers.tokensResetMs,
    ownUse.tokens,
    nowMs,
  );
  return { ...quota, ...(requests && { requests }), ...(tokens && { tokens }) };
}

/** A limit that comes back later than this is one of the hour or the day. */
const MINUTE_RESET_MS_MAX = 2 * MINUTE_MS;

function limitOf(
  perMinute: number | undefined,
  remaining: number | undefined,
  resetMs: number | undefined,
  ownUse: number,
  nowMs: number,
): LearnedLimit | undefined {
  if (perMinute === undefined || perMinute <= 0) return undefined;
  if (resetMs !== undefined && resetMs > MINUTE_RESET_MS_MAX) return undefined;
  const foreign = remaining === undefined ? 0 : Math.max(perMinute - remaining - ownUse, 0);
  return { source: "headers", perMinute, atMs: nowMs, foreign };
}

/** How much of a limit is used before a call is worth more elsewhere; undefined: nothing is known. */
export function usableLimit(limit: LearnedLimit | undefined, nowMs: number): number | undefined {
  if (limit === undefined || !isRemembered(limit, nowMs)) return undefined;
  // A clock that was put back makes nothing younger than new.
  const ageMs = Math.max(nowMs - limit.atMs, 0);
  switch (limit.source) {
    case "headers":
      return limit.perMinute - (ageMs < MINUTE_MS ? limit.foreign : 0);
    case "refusals":
      return limit.perMinute * shareAfter(ageMs, limit.confirmations);
  }
}

/** An estimate errs by about this much, and a refusal costs a moment. */
const STRETCH = 1.15;

/**
 * How far it is worth going where a call would be much dearer anywhere else. What headers said is no
 * estimate.
 */
export function stretchedLimit(limit: LearnedLimit | undefined, nowMs: number): number | undefined {
  const usable = usableLimit(limit, nowMs);
  return usable === undefined || limit?.source === "headers" ? usable : usable * STRETCH;
}

/** Straight after a refusal a tenth is left free, after a minute a fiftieth. */
const SHARE_AT_FIRST = 0.9;
const SHARE_SETTLED = 0.98;
const SETTLED_MINUTES = 1;
/** From here on more is tried, a little at first and then quickly: quotas are raised, too. */
const TRYING_MINUTES = 3;
const TRYING_GROWTH = 0.01;
/** Time runs faster for an estimate that was not confirmed: it may have been a burst. */
const CONFIDENCE = [10, 3, 1];

/** What share of an estimate is used, so long after the refusal it came from. */
function shareAfter(ageMs: number, confirmations: number): number {
  const haste = CONFIDENCE[confirmations - 1] ?? 1;
  const minutes = (ageMs / MINUTE_MS) * haste;
  const settling = Math.min(minutes / SETTLED_MINUTES, 1);
  const trying = Math.max(minutes - TRYING_MINUTES, 0);
  return (
    SHARE_AT_FIRST + (SHARE_SETTLED - SHARE_AT_FIRST) * settling + TRYING_GROWTH * trying * trying
  );
}

function isRemembered({ atMs }: LearnedLimit, nowMs: number): boolean {
  return nowMs - atMs < FORGOTTEN_MS;
}
