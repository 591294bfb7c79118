import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { tags, type TagRow } from "./schema/budgets.ts";

export async function findTagRow(db: Database, name: string): Promise<TagRow | undefined> {
  return db.select().from(tags).where(eq(tags.name, name)).get();
}

export async function findTagRows(db: Database, names: readonly string[]): Promise<TagRow[]> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(names)}))`;
  return db.select().from(tags).where(inArray(tags.name, wanted)).all();
}

/** In order of their names, after this one. */
export async function listTagRows(db: Database, size: number, after = ""): Promise<TagRow[]> {
  return db
    .select()
    .from(tags)
    .where(gt(tags.name, after))
    .orderBy(asc(tags.name))
    .limit(size)
    .all();
}

/** Those whose limits come from this budget. */
export async function findTagRowsOfBudget(db: Database, budgetId: string): Promise<TagRow[]> {
  return db.select().from(tags).where(eq(tags.budgetId, budgetId)).all();
}

/** Throws when the name is taken: `isConflict`. */
export async function insertTagRow(db: Database, row: TagRow): Promise<void> {
  await db.insert(tags).values(row);
}

/** Writes every column but the spend, which moves by itself. */
export async function updateTagRow(db: Database, row: TagRow): Promise<void> {
  const { spendNanoUsd: _, ...columns } = row;
  await db.update(tags).set(columns).where(eq(tags.name, row.name));
}

export async function setTagSpend(db: Database, name: string, nanoUsd: number): Promise<void> {
  await db.update(tags).set({ spendNanoUsd: nanoUsd }).where(eq(tags.name, name));
}

export async function deleteTagRows(db: Database, names: readonly string[]): Promise<void> {
  const gone = sql`(SELECT value FROM json_each(${JSON.stringify(names)}))`;
  await db.delete(tags).where(inArray(tags.name, gone));
}
