import type { CallRecord } from "./record.ts";
import { CACHED_TOKENS_MIN } from "./routing/affinity.ts";

/** What a call says of its prompt cache; a record and a stored row both have it. */
export interface CacheSeen extends Pick<
  CallRecord,
  "status" | "usageSource" | "cachedTokensExpected"
> {
  cacheReadTokens: number;
}

/**
 * What is expected is a guess from the length of texts, and a cache may end some turns before the prompt
 * does: only with less than this share of it read was there none.
 */
export const CACHE_KEPT_FRACTION = 0.5;

/**
 * The call went where its prompt was cached, and paid for reading it anew. Of a call that failed, or
 * whose usage the vendor did not tell, nobody knows.
 */
export function isCacheLost(seen: CacheSeen): boolean {
  const { cachedTokensExpected: expected, cacheReadTokens } = seen;
  if (seen.status !== "success" || seen.usageSource !== "reported") return false;
  return expected >= CACHED_TOKENS_MIN && cacheReadTokens < expected * CACHE_KEPT_FRACTION;
}
