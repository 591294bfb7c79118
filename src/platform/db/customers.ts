import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { customers, type CustomerRow } from "./schema/budgets.ts";

export async function findCustomerRow(db: Database, id: string): Promise<CustomerRow | undefined> {
  return db.select().from(customers).where(eq(customers.id, id)).get();
}

export async function findCustomerRows(
  db: Database,
  ids: readonly string[],
): Promise<CustomerRow[]> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return db.select().from(customers).where(inArray(customers.id, wanted)).all();
}

/** In order of their ids, after this one. */
export async function listCustomerRows(
  db: Database,
  size: number,
  after = "",
): Promise<CustomerRow[]> {
  return db
    .select()
    .from(customers)
    .where(gt(customers.id, after))
    .orderBy(asc(customers.id))
    .limit(size)
    .all();
}

/** Those whose limits come from this budget. */
export async function findCustomerRowsOfBudget(
  db: Database,
  budgetId: string,
): Promise<CustomerRow[]> {
  return db.select().from(customers).where(eq(customers.budgetId, budgetId)).all();
}

/** Throws when the id is taken: `isConflict`. */
export async function insertCustomerRow(db: Database, row: CustomerRow): Promise<void> {
  await db.insert(customers).values(row);
}

/** Writes every column but the spend, which moves by itself. */
export async function updateCustomerRow(db: Database, row: CustomerRow): Promise<void> {
  const { spendNanoUsd: _, ...columns } = row;
  await db.update(customers).set(columns).where(eq(customers.id, row.id));
}

export async function setCustomerSpend(db: Database, id: string, nanoUsd: number): Promise<void> {
  await db.update(customers).set({ spendNanoUsd: nanoUsd }).where(eq(customers.id, id));
}

export async function deleteCustomerRows(db: Database, ids: readonly string[]): Promise<void> {
  const gone = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  await db.delete(customers).where(inArray(customers.id, gone));
}
