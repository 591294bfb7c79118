import { asc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { models, type ModelRow } from "./schema/models.ts";

/** In the order they were added: deployments of a group are listed so. */
export async function listModelRows(db: Database): Promise<ModelRow[]> {
  return modelRows(db).all();
}

/** Not yet run, to be read together with others. */
export function modelRows(db: Database) {
  return db.select().from(models).orderBy(asc(models.createdAtMs), asc(models.id));
}

export async function findModelRow(db: Database, id: string): Promise<ModelRow | undefined> {
  return db.select().from(models).where(eq(models.id, id)).get();
}

export async function insertModelRow(db: Database, row: ModelRow): Promise<void> {
  await db.insert(models).values(row);
}

export async function updateModelRow(db: Database, row: ModelRow): Promise<void> {
  await db.update(models).set(row).where(eq(models.id, row.id));
}

export async function deleteModelRow(db: Database, id: string): Promise<void> {
  await db.delete(models).where(eq(models.id, id));
}
