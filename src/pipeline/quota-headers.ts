import type { QuotaHeaders } from "../core/routing/choice.ts";
import { durationMs } from "../dialects/retry-after.ts";

/**
 * What a vendor's answer says of the limits it counts this deployment by. `undefined` when it says
 * nothing: Bedrock and Google have no such headers, and the pool learns from their refusals instead.
 */
export function readQuota(headers: Headers, nowMs: number): QuotaHeaders | undefined {
  const found = anthropicQuota(headers, nowMs) ?? openAiQuota(headers);
  if (found === undefined) return undefined;
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}

/**
 * Anthropic's, whose windows end at a time of day (RFC 3339). Of its token limits `tokens` is the one
 * that is nearest to its end; an organization may be told of input and output alone.
 */
function anthropicQuota(headers: Headers, nowMs: number): QuotaHeaders | undefined {
  const read = (name: string): string | null => headers.get(`anthropic-ratelimit-${name}`);
  const tokens = read("tokens-limit") === null ? "input-tokens" : "tokens";
  const resetMs = (name: string): number | undefined => {
    const atMs = Date.parse(read(`${name}-reset`) ?? "");
    return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
  };
  return unlessEmpty({
    requestsLimit: count(read("requests-limit")),
    requestsRemaining: count(read("requests-remaining")),
    requestsResetMs: resetMs("requests"),
    tokensLimit: count(read(`${tokens}-limit`)),
    tokensRemaining: count(read(`${tokens}-remaining`)),
    tokensResetMs: resetMs(tokens),
  });
}

/**
 * OpenAI's, which Azure, Groq, xAI, Fireworks and most others send too: resets are durations (`6m0s`)
 * or, on Azure, bare seconds. Some name the minute, because they count days as well (Cerebras).
 */
function openAiQuota(headers: Headers): QuotaHeaders | undefined {
  const read = (kind: string, unit: string): string | null =>
    headers.get(`x-ratelimit-${kind}-${unit}-minute`) ?? headers.get(`x-ratelimit-${kind}-${unit}`);
  const resetMs = (unit: string): number | undefined => durationMs(read("reset", unit) ?? "");
  // Where requests take longer than a minute to come back, they are counted by the day.
  const isDaily = (resetMs("requests") ?? 0) > MINUTE_MS;
  return unlessEmpty({
    ...(!isDaily && {
      requestsLimit: count(read("limit", "requests")),
      requestsRemaining: count(read("remaining", "requests")),
      requestsResetMs: resetMs("requests"),
    }),
    tokensLimit: count(read("limit", "tokens")),
    tokensRemaining: count(read("remaining", "tokens")),
    tokensResetMs: resetMs("tokens"),
  });
}

const MINUTE_MS = 60_000;

function unlessEmpty(quota: QuotaHeaders): QuotaHeaders | undefined {
  return Object.values(quota).every((value) => value === undefined) ? undefined : quota;
}

/** Gateways in between write -1 for "no limit". */
function count(value: string | null): number | undefined {
  return value !== null && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}
