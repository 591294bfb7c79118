import { asc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { budgets, type BudgetRow } from "./schema/budgets.ts";

export async function findBudgetRow(db: Database, id: string): Promise<BudgetRow | undefined> {
  return db.select().from(budgets).where(eq(budgets.id, id)).get();
}

export async function findBudgetRows(db: Database, ids: readonly string[]): Promise<BudgetRow[]> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return db.select().from(budgets).where(inArray(budgets.id, wanted)).all();
}

export async function listBudgetRows(db: Database): Promise<BudgetRow[]> {
  return db.select().from(budgets).orderBy(asc(budgets.id)).limit(BUDGETS_MAX).all();
}

/** Throws when the id is taken: `isConflict`. */
export async function insertBudgetRow(db: Database, row: BudgetRow): Promise<void> {
  await db.insert(budgets).values(row);
}

export async function updateBudgetRow(db: Database, row: BudgetRow): Promise<void> {
  await db.update(budgets).set(row).where(eq(budgets.id, row.id));
}

export async function deleteBudgetRow(db: Database, id: string): Promise<void> {
  await db.delete(budgets).where(eq(budgets.id, id));
}

/** LiteLLM's list has no pages; an answer must still fit into memory. */
const BUDGETS_MAX = 10_000;
