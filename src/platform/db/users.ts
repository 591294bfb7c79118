import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { users, type UserRow } from "./schema/identity.ts";

export async function findUserRow(db: Database, id: string): Promise<UserRow | undefined> {
  return db.select().from(users).where(eq(users.id, id)).get();
}

export async function findUserRowByEmail(
  db: Database,
  email: string,
): Promise<UserRow | undefined> {
  return db.select().from(users).where(eq(users.email, email)).get();
}

/** Throws when the id or the e-mail address is taken: `isConflict`. */
export async function insertUserRow(db: Database, row: UserRow): Promise<void> {
  await db.insert(users).values(row);
}

/** Writes every column but the spend, which moves by itself. Throws when the address is taken. */
export async function updateUserRow(db: Database, row: UserRow): Promise<void> {
  const { spendNanoUsd: _, ...columns } = row;
  await db.update(users).set(columns).where(eq(users.id, row.id));
}

export async function setUserSpend(db: Database, id: string, nanoUsd: number): Promise<void> {
  await db.update(users).set({ spendNanoUsd: nanoUsd }).where(eq(users.id, id));
}

/** For taking back a user whose account could not be told about it. */
export async function deleteUserRow(db: Database, id: string): Promise<void> {
  await db.delete(users).where(eq(users.id, id));
}
