import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lte,
  or,
  sql,
  type AnyColumn,
  type SQL,
} from "drizzle-orm";
import { changedColumns } from "./changed-columns.ts";
import type { Database } from "./database.ts";
import { keys, type KeyRow } from "./schema/identity.ts";

export async function findKeyRow(db: Database, hash: string): Promise<KeyRow | undefined> {
  return db.select().from(keys).where(eq(keys.hash, hash)).get();
}

/** The key this hash opens: its own, or for its time of grace the one before its last rotation. */
export async function findOpenedRow(
  db: Database,
  hash: string,
  nowMs: number,
): Promise<KeyRow | undefined> {
  const isGraced = and(eq(keys.previousHash, hash), gt(keys.previousUntilMs, nowMs));
  const row = db
    .select()
    .from(keys)
    .where(or(eq(keys.hash, hash), isGraced));
  return row
    .orderBy(desc(eq(keys.hash, hash)))
    .limit(1)
    .get();
}

/** Whether a key has this hash or had it before its last rotation. */
export async function isHashTaken(db: Database, hash: string): Promise<boolean> {
  const isTaken = or(eq(keys.hash, hash), eq(keys.previousHash, hash));
  const row = await db.select({ hash: keys.hash }).from(keys).where(isTaken).limit(1).get();
  return row !== undefined;
}

export async function findKeyRows(db: Database, hashes: readonly string[]): Promise<KeyRow[]> {
  return db.select().from(keys).where(isOneOf(keys.hash, hashes)).all();
}

export async function findKeyRowsByAlias(
  db: Database,
  aliases: readonly string[],
): Promise<KeyRow[]> {
  return db.select().from(keys).where(isOneOf(keys.alias, aliases)).all();
}

/** Those whose limits come from this budget. */
export async function findKeyRowsOfBudget(db: Database, budgetId: string): Promise<KeyRow[]> {
  const linked = sql`json_extract(${keys.settings}, '$.budget_id')`;
  return db.select().from(keys).where(eq(linked, budgetId)).all();
}

/** Throws when the hash or the alias is taken: `isConflict` tells which. */
export async function insertKeyRow(db: Database, row: KeyRow): Promise<void> {
  await db.insert(keys).values(row);
}

/** Writes what differs, except the spend, which moves by itself. Undefined when there is no such key. */
export async function updateKeyRow(
  db: Database,
  before: KeyRow,
  after: KeyRow,
): Promise<KeyRow | undefined> {
  const { spendNanoUsd: _, ...columns } = changedColumns(before, after);
  if (Object.keys(columns).length === 0) return findKeyRow(db, before.hash);
  return db.update(keys).set(columns).where(eq(keys.hash, before.hash)).returning().get();
}

export async function deleteKeyRows(db: Database, hashes: readonly string[]): Promise<void> {
  await db.delete(keys).where(isOneOf(keys.hash, hashes));
}

export async function setKeySpend(db: Database, hash: string, nanoUsd: number): Promise<void> {
  await db.update(keys).set({ spendNanoUsd: nanoUsd }).where(eq(keys.hash, hash));
}

/** Keys of a team that were of this organization are of another one now; says which those are. */
export async function setOrganizationOfTeamKeys(
  db: Database,
  teamId: string,
  fromId: string | null,
  toId: string | null,
): Promise<KeyRow[]> {
  const had = fromId === null ? undefined : eq(keys.organizationId, fromId);
  return db
    .update(keys)
    .set({ organizationId: toId })
    .where(and(eq(keys.teamId, teamId), or(isNull(keys.organizationId), had)))
    .returning();
}

/** Those that rotate by themselves and are due, the longest due first. */
export async function findDueKeyRows(
  db: Database,
  nowMs: number,
  limit: number,
): Promise<KeyRow[]> {
  const due = db.select().from(keys).where(lte(keys.rotateAtMs, nowMs));
  return due.orderBy(keys.rotateAtMs).limit(limit).all();
}

/** One bound parameter for any number of values: D1 allows only a hundred. */
export function isOneOf(column: AnyColumn, values: readonly string[]): SQL {
  return inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
}
