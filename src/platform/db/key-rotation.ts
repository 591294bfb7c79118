import { and, eq, gte, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { keys, type KeyRow } from "./schema/identity.ts";
import { dailyLabelUsage, dailyUsage, hourlySpend, requests } from "./schema/requests.ts";

/**
 * Gives a key its new hash and takes its history along, in one transaction: reports by key go on as
 * if nothing had happened. False when it does not have the old hash any more. Throws when the alias
 * is taken: `isConflict`.
 */
export async function rotateKeyRow(db: Database, from: string, row: KeyRow): Promise<boolean> {
  const { spendNanoUsd: _, ...columns } = row;
  const keyHash = row.hash;
  const newest = db
    .select({ id: requests.requestId })
    .from(requests)
    .where(eq(requests.keyHash, from))
    .orderBy(sql`${requests.startedAtMs} DESC`)
    .limit(RENAMED_CALLS_MAX);
  const [written] = await db.batch([
    db.update(keys).set(columns).where(eq(keys.hash, from)).returning({ hash: keys.hash }),
    db.update(dailyUsage).set({ keyHash }).where(eq(dailyUsage.keyHash, from)),
    db.update(dailyLabelUsage).set({ keyHash }).where(eq(dailyLabelUsage.keyHash, from)),
    db.update(hourlySpend).set({ keyHash }).where(eq(hourlySpend.keyHash, from)),
    db.update(requests).set({ keyHash }).where(inArray(requests.requestId, newest)),
  ]);
  return written.length > 0;
}

/** D1 gives a statement 30 seconds; so many rows take about one. Older calls keep the hash they had. */
const RENAMED_CALLS_MAX = 50_000;

/** Nano-dollars by the name the caller asked for, over the key's whole life. */
export async function sumModelSpend(
  db: Database,
  { hash, createdAtMs }: KeyRow,
): Promise<Map<string, number>> {
  // Days stand first in the table's key: nothing before the key was made is looked at. A day is of the
  // operator's calendar, so it may be the one before.
  const firstDay = new Date(createdAtMs - DAY_MS).toISOString().slice(0, 10);
  const rows = await db
    .select({
      model: dailyUsage.modelGroup,
      nanoUsd: sql<number>`sum(${dailyUsage.costNanoUsd})`,
    })
    .from(dailyUsage)
    .where(and(gte(dailyUsage.day, firstDay), eq(dailyUsage.keyHash, hash)))
    .groupBy(dailyUsage.modelGroup)
    .all();
  return new Map(rows.map((row) => [row.model, row.nanoUsd]));
}

const DAY_MS = 86_400_000;
