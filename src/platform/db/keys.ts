import { and, asc, count, desc, eq, inArray, or, sql, type AnyColumn, type SQL } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { keys, type KeyRow } from "./schema/identity.ts";

export async function findKeyRow(db: Database, hash: string): Promise<KeyRow | undefined> {
  return db.select().from(keys).where(eq(keys.hash, hash)).get();
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

/** Throws when the hash or the alias is taken: `isConflict` tells which. */
export async function insertKeyRow(db: Database, row: KeyRow): Promise<void> {
  await db.insert(keys).values(row);
}

/** Writes every column but the spend, which moves by itself. False when there is no such key. */
export async function updateKeyRow(db: Database, row: KeyRow): Promise<boolean> {
  const { spendNanoUsd: _, ...columns } = row;
  const written = await db
    .update(keys)
    .set(columns)
    .where(eq(keys.hash, row.hash))
    .returning({ hash: keys.hash });
  return written.length > 0;
}

export async function deleteKeyRows(db: Database, hashes: readonly string[]): Promise<void> {
  await db.delete(keys).where(isOneOf(keys.hash, hashes));
}

export async function setKeySpend(db: Database, hash: string, nanoUsd: number): Promise<void> {
  await db.update(keys).set({ spendNanoUsd: nanoUsd }).where(eq(keys.hash, hash));
}

/** Undefined fields do not restrict. */
export interface KeyFilter {
  hash?: string | undefined;
  alias?: string | undefined;
  teamId?: string | undefined;
  userId?: string | undefined;
  organizationId?: string | undefined;
  coverage?: Coverage | undefined;
}

export interface Page {
  /** From 1. */
  page: number;
  size: number;
}

/** What lists can be sorted by, under LiteLLM's names. */
export const KEY_ORDERS = ["created_at", "updated_at", "spend", "max_budget", "key_alias"] as const;

const ORDER_COLUMNS = {
  created_at: keys.createdAtMs,
  updated_at: keys.updatedAtMs,
  spend: keys.spendNanoUsd,
  max_budget: keys.maxBudgetNanoUsd,
  key_alias: keys.alias,
};

export interface Order {
  by: (typeof KEY_ORDERS)[number];
  ascending: boolean;
}

export async function listKeyRows(
  db: Database,
  filter: KeyFilter,
  { page, size }: Page,
  { by, ascending }: Order = { by: "created_at", ascending: false },
): Promise<{ rows: KeyRow[]; total: number }> {
  const matches = conditionOf(filter);
  const [rows, totals] = await db.batch([
    db
      .select()
      .from(keys)
      .where(matches)
      .orderBy((ascending ? asc : desc)(ORDER_COLUMNS[by]), keys.hash)
      .limit(size)
      .offset((page - 1) * size),
    db.select({ total: count() }).from(keys).where(matches),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** All keys of a team or a person, up to what one page of an admin answer may carry. */
export async function findOwnedKeyRows(db: Database, filter: KeyFilter): Promise<KeyRow[]> {
  const { rows } = await listKeyRows(db, filter, { page: 1, size: OWNED_KEYS_MAX });
  return rows;
}

/** Rows of an object answer are bounded by memory: a key's row is about a kilobyte. */
export const OWNED_KEYS_MAX = 2_000;

function conditionOf(filter: KeyFilter): SQL | undefined {
  const { hash, alias, teamId, userId, organizationId, coverage } = filter;
  return and(
    hash === undefined ? undefined : eq(keys.hash, hash),
    alias === undefined ? undefined : eq(keys.alias, alias),
    teamId === undefined ? undefined : eq(keys.teamId, teamId),
    userId === undefined ? undefined : eq(keys.userId, userId),
    organizationId === undefined ? undefined : eq(keys.organizationId, organizationId),
    coverage === undefined || coverage.kind === "all" ? undefined : isCovered(coverage),
  );
}

/** As `covers` in `core/roles.ts`, in SQL. */
function isCovered(some: Extract<Coverage, { kind: "some" }>): SQL | undefined {
  return or(
    isOneOf(keys.organizationId, some.organizationIds),
    isOneOf(keys.teamId, some.teamIds),
    some.userId === null ? undefined : eq(keys.userId, some.userId),
    some.keyHash === null ? undefined : eq(keys.hash, some.keyHash),
  );
}

/** One bound parameter for any number of values: D1 allows only a hundred. */
function isOneOf(column: AnyColumn, values: readonly string[]): SQL {
  return inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
}
