import type { GroupRules, Wish } from "./choice.ts";
import type { Home, PoolState } from "./pool-state.ts";

/** Conversations remembered per group: a few megabytes. The least lately used is forgotten first. */
const HOMES_MAX = 10_000;

/** Vendors cache no shorter prompts. */
export const CACHED_TOKENS_MIN = 1_024;

/** Reading ten thousand tokens again takes vendors about a second. */
const WAIT_MS_PER_TOKEN = 0.1;
/** Longer than any caller would thank for. */
const WAIT_MS_MAX = 5_000;

export function findHome(
  state: PoolState,
  rules: GroupRules,
  { affinity }: Wish,
  nowMs: number,
): Home | undefined {
  if (affinity === null || rules.affinityTtlMs === 0) return undefined;
  const home = state.homes.get(affinity);
  return home !== undefined && nowMs - home.lastUsedMs < rules.affinityTtlMs ? home : undefined;
}

/** A conversation is where it was last sent; `tokens` once its answer is there. */
export function settleHome(
  state: PoolState,
  affinity: string | null,
  deploymentId: string,
  tokens: number | undefined,
  nowMs: number,
): void {
  if (affinity === null) return;
  const known = state.homes.get(affinity);
  const kept = known?.deploymentId === deploymentId ? known.tokens : 0;
  // Set anew, so that the map's own order is the order of use.
  state.homes.delete(affinity);
  state.homes.set(affinity, { deploymentId, lastUsedMs: nowMs, tokens: tokens ?? kept });
  for (const oldest of state.homes.keys()) {
    if (state.homes.size <= HOMES_MAX) break;
    state.homes.delete(oldest);
  }
}

/** Least lately used come first, so the first that is fresh ends it. */
export function forgetHomes(state: PoolState, ttlMs: number, nowMs: number): void {
  for (const [affinity, { lastUsedMs }] of state.homes) {
    if (nowMs - lastUsedMs < ttlMs) return;
    state.homes.delete(affinity);
  }
}

export function cachedAt(home: Home, wish: Wish): number {
  return Math.min(home.tokens, wish.cachedTokensGuess);
}

/**
 * How long a call waits for the deployment that holds its cache: as long as reading anew what is
 * lost, at its share of the price, would take elsewhere.
 */
export function patienceMs(cachedTokens: number, cacheReadFraction: number, wish: Wish): number {
  if (cachedTokens < CACHED_TOKENS_MIN) return 0;
  const worthMs = cachedTokens * (1 - cacheReadFraction) * WAIT_MS_PER_TOKEN;
  return Math.min(worthMs, WAIT_MS_MAX, wish.waitMs);
}

/**
 * In [0, 1), the same for the same two names everywhere: whoever has forgotten where a conversation
 * was finds it again (rendezvous hashing).
 */
export function meeting(affinity: string, deploymentId: string): number {
  let hash = 2_166_136_261;
  for (const character of `${affinity}\n${deploymentId}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  }
  // FNV leaves the high bits of short texts alike; murmur's finish spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
