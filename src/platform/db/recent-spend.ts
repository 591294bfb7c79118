import type { Duration } from "../../core/duration.ts";
import { budgetWindowAt } from "../../core/ledger/budget-window.ts";

interface RecentSpend {
  dayNanoUsd: number;
  weekNanoUsd: number;
  monthNanoUsd: number;
}

const DAY: Duration = { count: 1, unit: "d" };
const WEEK: Duration = { count: 1, unit: "w" };
const MONTH: Duration = { count: 1, unit: "mo" };

/**
 * What a key spent in the current day, week (from Monday) and month, in UTC. A former hash names the
 * key as it is now: its calls went along when it was rotated.
 */
export async function sumRecentSpend(
  db: D1Database,
  keyHash: string,
  nowMs: number,
): Promise<RecentSpend> {
  const startOf = (duration: Duration): number =>
    budgetWindowAt(duration, nowMs, "UTC", nowMs).startMs;
  const [day, week, month] = [startOf(DAY), startOf(WEEK), startOf(MONTH)];
  // A week may begin in the month before.
  const row = await db
    .prepare(
      `SELECT
         coalesce(sum(cost_nano_usd) FILTER (WHERE started_at_ms >= ?2), 0) AS dayNanoUsd,
         coalesce(sum(cost_nano_usd) FILTER (WHERE started_at_ms >= ?3), 0) AS weekNanoUsd,
         coalesce(sum(cost_nano_usd) FILTER (WHERE started_at_ms >= ?4), 0) AS monthNanoUsd
       FROM requests
       WHERE key_hash = coalesce((SELECT hash FROM keys WHERE previous_hash = ?1), ?1) AND started_at_ms >= ?5`,
    )
    .bind(keyHash, day, week, month, Math.min(week, month))
    .first<RecentSpend>();
  return row ?? { dayNanoUsd: 0, weekNanoUsd: 0, monthNanoUsd: 0 };
}
