/**
 * How long the vendor asks us to wait, first hit wins; `undefined` when it does not say. `text` is
 * the error's message, its body, or both. Dates are measured against the vendor's own clock (its
 * `date` header), else against `nowMs`.
 */
export function retryAfterMs(headers: Headers, text: string, nowMs?: number): number | undefined {
  const vendorNowMs = dateIn(headers.get("date")) ?? nowMs;
  const waitMs =
    numberIn(headers.get("retry-after-ms")) ??
    fromRetryAfter(headers.get("retry-after"), vendorNowMs) ??
    fromText(text) ??
    fromResetHeaders(headers, vendorNowMs);
  return waitMs === undefined ? undefined : Math.max(0, Math.ceil(waitMs));
}

/** Seconds, or an HTTP date. */
function fromRetryAfter(value: string | null, nowMs: number | undefined): number | undefined {
  const seconds = numberIn(value);
  return seconds === undefined ? untilDate(value, nowMs) : seconds * 1000;
}

/** Google's `"retryDelay": "34.4s"`, then the sentences: "try again in 6m0s", "retry after 24 seconds". */
function fromText(text: string): number | undefined {
  const delay =
    /"retryDelay"\s*:\s*"([^"]{1,40})"/.exec(text)?.[1] ??
    /(?:try again|retry) (?:in|after) ((?:[\d.]+ ?(?:ms|milliseconds?|hours?|minutes?|seconds?|[hms])\s?)+)/i.exec(
      text,
    )?.[1];
  return delay === undefined ? undefined : durationMs(delay);
}

/** The windows that are used up say when they open again. */
function fromResetHeaders(headers: Headers, nowMs: number | undefined): number | undefined {
  const waits: number[] = [];
  for (const kind of ["requests", "tokens", "input-tokens", "output-tokens"]) {
    if (isUsedUp(headers.get(`x-ratelimit-remaining-${kind}`))) {
      const waitMs = durationMs(headers.get(`x-ratelimit-reset-${kind}`) ?? "");
      if (waitMs !== undefined) waits.push(waitMs);
    }
    if (isUsedUp(headers.get(`anthropic-ratelimit-${kind}-remaining`))) {
      const waitMs = untilDate(headers.get(`anthropic-ratelimit-${kind}-reset`), nowMs);
      if (waitMs !== undefined) waits.push(waitMs);
    }
  }
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function isUsedUp(remaining: string | null): boolean {
  return remaining === null || Number(remaining) <= 0;
}

const UNIT_MS = new Map([
  ["ms", 1],
  ["milliseconds", 1],
  ["millisecond", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Go's durations (`6m0s`, `640ms`) and the same in words; a bare number is seconds. */
export function durationMs(text: string): number | undefined {
  const seconds = numberIn(text);
  if (seconds !== undefined) return seconds * 1000;
  let totalMs: number | undefined;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/gi)) {
    const unitMs = UNIT_MS.get(unit.toLowerCase()) ?? UNIT_MS.get(unit.charAt(0).toLowerCase());
    if (unitMs !== undefined) totalMs = (totalMs ?? 0) + Number(amount) * unitMs;
  }
  return totalMs;
}

function numberIn(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function untilDate(value: string | null, nowMs: number | undefined): number | undefined {
  const atMs = dateIn(value);
  return atMs === undefined || nowMs === undefined ? undefined : atMs - nowMs;
}

function dateIn(value: string | null): number | undefined {
  const atMs = Date.parse(value ?? "");
  return Number.isNaN(atMs) ? undefined : atMs;
}
