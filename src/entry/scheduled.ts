import { compose } from "../compose.ts";
import type { Env } from "../env.ts";
import { logEvent, logFault } from "../platform/log.ts";
import { deleteRequestsBefore, type RetentionLimits } from "../platform/db/retention.ts";

/** The Worker's `scheduled` handler: what has to happen without anybody calling (wrangler.toml). */
export async function handleScheduled(_: ScheduledController, env: Env): Promise<void> {
  const { deps } = compose(env);
  const { retentionMs } = deps.config.settings;
  await removeOldCalls({ db: env.DB, retentionMs, nowMs: () => deps.nowMs() });
}

export interface RetentionDeps {
  db: D1Database;
  /** How long single calls are kept; `undefined`: for ever. */
  retentionMs: number | undefined;
  nowMs(): number;
}

/**
 * Removes calls that are older than the operator wants to keep. What one run does not finish, the next
 * one goes on with, and a run with nothing to do is one statement.
 */
export async function removeOldCalls(
  { db, retentionMs, nowMs }: RetentionDeps,
  limits: RetentionLimits = LIMITS,
): Promise<number> {
  if (retentionMs === undefined) return 0;
  const beforeMs = nowMs() - retentionMs;
  try {
    const removed = await deleteRequestsBefore(db, beforeMs, limits);
    if (removed > 0) logEvent("old_calls_removed", { removed, beforeMs });
    return removed;
  } catch (cause) {
    // The next run tries again; the platform would only note that this one failed.
    logFault(cause);
    return 0;
  }
}

/**
 * A Worker on the free plan may make fifty queries in one invocation, and each row removed is four
 * rows written, with its indexes. Forty thousand an hour is a million calls a day.
 */
const LIMITS: RetentionLimits = { rowsPerBatch: 1_000, batchesMax: 40 };
