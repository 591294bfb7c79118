import { eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { keys } from "./schema/identity.ts";
import { dailyUsage, hourlySpend, requests } from "./schema/requests.ts";

export interface Tally {
  requests: number;
  costNanoUsd: number;
}

export interface Reconciliation {
  /** By day: what the rows say that are still there, and what the daily sums say. */
  days: Map<string, { rows: Tally; sums: Tally }>;
  /** Over the same whole hours. */
  hours: { rows: Tally; sums: Tally };
  /** When the oldest call that was not removed yet started. */
  oldestMs: number | null;
}

export interface ReconciledPeriod {
  fromDay: string;
  toDay: string;
  /** Whole hours that contain the period. */
  fromMs: number;
  untilMs: number;
}

/** Reads rows and sums in one transaction, so that no call settles between the two. */
export async function reconcileDays(
  db: Database,
  { fromDay, toDay, fromMs, untilMs }: ReconciledPeriod,
): Promise<Reconciliation> {
  const inHours = sql`started_at_ms >= ${fromMs} AND started_at_ms < ${untilMs}`;
  const [ofRows, ofDays, rowsInHours, ofHours, oldest] = await db.batch([
    db
      .select({ day: requests.day, ...tally(sql`1`, requests.costNanoUsd) })
      .from(requests)
      .where(inHours)
      .groupBy(requests.day),
    db
      .select({ day: dailyUsage.day, ...tally(dailyUsage.requests, dailyUsage.costNanoUsd) })
      .from(dailyUsage)
      .where(sql`day >= ${fromDay} AND day <= ${toDay}`)
      .groupBy(dailyUsage.day),
    db
      .select(tally(sql`1`, requests.costNanoUsd))
      .from(requests)
      .where(inHours),
    db
      .select(tally(hourlySpend.requests, hourlySpend.costNanoUsd))
      .from(hourlySpend)
      .where(sql`hour_ms >= ${fromMs} AND hour_ms < ${untilMs}`),
    db.select({ atMs: sql<number | null>`min(${requests.startedAtMs})` }).from(requests),
  ]);
  const days: Reconciliation["days"] = new Map();
  const dayOf = (day: string) => days.get(day) ?? { rows: NOTHING, sums: NOTHING };
  for (const { day, ...sums } of ofDays) days.set(day, { ...dayOf(day), sums });
  for (const { day, ...rows } of ofRows) {
    // Whole hours reach a little over the period's ends where the zone's offset is no whole hour.
    if (day >= fromDay && day <= toDay) days.set(day, { ...dayOf(day), rows });
  }
  return {
    days,
    hours: { rows: rowsInHours[0] ?? NOTHING, sums: ofHours[0] ?? NOTHING },
    oldestMs: oldest[0]?.atMs ?? null,
  };
}

export interface KeyDifference {
  keyHash: string;
  spendNanoUsd: number;
  sumsNanoUsd: number;
}

/** Keys whose spend is not what their sums add up to, the largest difference first. */
export async function findKeyDifferences(db: Database, max: number): Promise<KeyDifference[]> {
  return db.all<KeyDifference>(sql`
    SELECT hash AS keyHash, spend_nano_usd AS spendNanoUsd, coalesce(total, 0) AS sumsNanoUsd
    FROM ${keys} LEFT JOIN (
      SELECT key_hash, sum(cost_nano_usd) AS total FROM ${dailyUsage} GROUP BY key_hash
    ) ON key_hash = hash
    WHERE spend_nano_usd <> coalesce(total, 0)
    ORDER BY abs(spend_nano_usd - coalesce(total, 0)) DESC, hash LIMIT ${max}`);
}

/** What one key's sums add up to. */
export async function sumOfKey(db: Database, keyHash: string): Promise<Tally> {
  const [row] = await db
    .select(tally(dailyUsage.requests, dailyUsage.costNanoUsd))
    .from(dailyUsage)
    .where(eq(dailyUsage.keyHash, keyHash));
  return row ?? NOTHING;
}

const NOTHING: Tally = { requests: 0, costNanoUsd: 0 };

function tally(count: unknown, cost: unknown) {
  return {
    requests: sql<number>`coalesce(sum(${count}), 0)`,
    costNanoUsd: sql<number>`coalesce(sum(${cost}), 0)`,
  };
}
