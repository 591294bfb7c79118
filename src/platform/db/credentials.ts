import { asc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { credentials, type CredentialRow } from "./schema/models.ts";

/** In the order of their names. */
export async function listCredentialRows(db: Database): Promise<CredentialRow[]> {
  return credentialRows(db).all();
}

/** Not yet run, to be read together with others. */
export function credentialRows(db: Database) {
  return db.select().from(credentials).orderBy(asc(credentials.name));
}

export async function findCredentialRow(
  db: Database,
  name: string,
): Promise<CredentialRow | undefined> {
  return db.select().from(credentials).where(eq(credentials.name, name)).get();
}

export async function insertCredentialRow(db: Database, row: CredentialRow): Promise<void> {
  await db.insert(credentials).values(row);
}

export async function updateCredentialRow(db: Database, row: CredentialRow): Promise<void> {
  await db.update(credentials).set(row).where(eq(credentials.name, row.name));
}

export async function deleteCredentialRow(db: Database, name: string): Promise<void> {
  await db.delete(credentials).where(eq(credentials.name, name));
}
