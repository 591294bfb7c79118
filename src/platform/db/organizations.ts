import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { organizations, type OrganizationRow } from "./schema/organizations.ts";

export async function findOrganizationRow(
  db: Database,
  id: string,
): Promise<OrganizationRow | undefined> {
  return db.select().from(organizations).where(eq(organizations.id, id)).get();
}

export async function findOrganizationRows(
  db: Database,
  ids: readonly string[],
): Promise<OrganizationRow[]> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return db.select().from(organizations).where(inArray(organizations.id, wanted)).all();
}

/** In order of their ids, after this one. */
export async function listOrganizationRows(
  db: Database,
  size: number,
  after = "",
): Promise<OrganizationRow[]> {
  return db
    .select()
    .from(organizations)
    .where(gt(organizations.id, after))
    .orderBy(asc(organizations.id))
    .limit(size)
    .all();
}

/** Those whose limits come from this budget. */
export async function findOrganizationRowsOfBudget(
  db: Database,
  budgetId: string,
): Promise<OrganizationRow[]> {
  return db.select().from(organizations).where(eq(organizations.budgetId, budgetId)).all();
}

/** Throws when the id is taken: `isConflict`. */
export async function insertOrganizationRow(db: Database, row: OrganizationRow): Promise<void> {
  await db.insert(organizations).values(row);
}

/** Writes every column but the spend, which moves by itself. */
export async function updateOrganizationRow(db: Database, row: OrganizationRow): Promise<void> {
  const { spendNanoUsd: _, ...columns } = row;
  await db.update(organizations).set(columns).where(eq(organizations.id, row.id));
}

export async function setOrganizationSpend(
  db: Database,
  id: string,
  nanoUsd: number,
): Promise<void> {
  await db.update(organizations).set({ spendNanoUsd: nanoUsd }).where(eq(organizations.id, id));
}

export async function deleteOrganizationRows(db: Database, ids: readonly string[]): Promise<void> {
  const gone = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  await db.delete(organizations).where(inArray(organizations.id, gone));
}
