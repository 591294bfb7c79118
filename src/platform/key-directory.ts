import type { Database } from "./db/database.ts";
import { findOpenedRow } from "./db/keys.ts";

/**
 * Which account decides about a key that does not say so itself: an imported or self-chosen one.
 * Remembered for a moment. The account object stays the authority on blocking and deletion, so a
 * stale entry opens no door.
 */
export interface KeyDirectory {
  accountOf(keyHash: string, nowMs: number): Promise<string | undefined>;
}

export function createKeyDirectory(db: Database): KeyDirectory {
  const found = new Map<string, { accountId: string | undefined; untilMs: number }>();
  return {
    async accountOf(keyHash, nowMs) {
      const known = found.get(keyHash);
      if (known !== undefined && known.untilMs > nowMs) return known.accountId;
      const accountId = (await findOpenedRow(db, keyHash, nowMs))?.accountId;
      // Forgetting everything at once is crude and bounded; the next minute fills it again.
      if (found.size >= ENTRIES_MAX) found.clear();
      found.set(keyHash, { accountId, untilMs: nowMs + (accountId ? KNOWN_MS : UNKNOWN_MS) });
      return accountId;
    },
  };
}

/** LiteLLM's `user_api_key_cache_ttl`. */
const KNOWN_MS = 60_000;
/** Long enough to blunt guessing, short enough that a key just imported works at once. */
const UNKNOWN_MS = 5_000;
const ENTRIES_MAX = 10_000;
