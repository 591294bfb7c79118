import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { invitations, type InvitationRow } from "./schema/invitations.ts";

export async function findInvitationRow(
  db: Database,
  id: string,
): Promise<InvitationRow | undefined> {
  return db.select().from(invitations).where(eq(invitations.id, id)).get();
}

export async function insertInvitationRow(db: Database, row: InvitationRow): Promise<void> {
  await db.insert(invitations).values(row);
}

export async function updateInvitationRow(db: Database, row: InvitationRow): Promise<void> {
  await db.update(invitations).set(row).where(eq(invitations.id, row.id));
}

export async function deleteInvitationRow(db: Database, id: string): Promise<void> {
  await db.delete(invitations).where(eq(invitations.id, id));
}

/** For a person who goes. */
export async function deleteInvitationRowsOf(db: Database, userId: string): Promise<void> {
  await db.delete(invitations).where(eq(invitations.userId, userId));
}
