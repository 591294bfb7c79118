/** One region of a vendor: a quota, and a prompt cache of its own. Time is handed in. */
export interface Region {
  /** Undefined: refused, because the quota is used up. */
  take(prompt: Prompt, nowMs: number): Taken | undefined;
}

export interface Prompt {
  /** Its beginning is the same in every turn of one conversation. */
  conversation: string;
  tokens: number;
}

export interface Taken {
  cachedTokens: number;
}

export interface Quota {
  requestsPerMinute: number;
}

/** By place. */
export type Quotas = Readonly<Record<string, Quota>>;

/** Reading anew what is not cached takes a vendor about a second per ten thousand tokens. */
export const READING_MS_PER_TOKEN = 0.1;
/** Refusals come at once. */
export const REFUSAL_MS = 40;

/**
 * Vendors fill their buckets evenly and let no whole minute's worth be used at once. How much they do
 * they do not say; a sixth of a minute is a guess on the strict side.
 */
const BURST_SECONDS = 10;
/** The usual life of a prompt cache after it was last read. */
const CACHE_MS = 300_000;

export function createRegion(quota: Quota | undefined): Region {
  const cached = new Map<string, { tokens: number; usedMs: number }>();
  const perMs = (quota?.requestsPerMinute ?? 0) / 60_000;
  const burst = perMs * BURST_SECONDS * 1_000;
  let level = burst;
  let atMs = 0;

  function hasRoom(nowMs: number): boolean {
    if (quota === undefined) return true;
    level = Math.min(level + Math.max(nowMs - atMs, 0) * perMs, burst);
    atMs = nowMs;
    if (level < 1) return false;
    level -= 1;
    return true;
  }

  return {
    take({ conversation, tokens }, nowMs) {
      if (!hasRoom(nowMs)) return undefined;
      const known = cached.get(conversation);
      const isFresh = known !== undefined && nowMs - known.usedMs < CACHE_MS;
      cached.set(conversation, { tokens, usedMs: nowMs });
      return { cachedTokens: isFresh ? Math.min(known.tokens, tokens) : 0 };
    },
  };
}
