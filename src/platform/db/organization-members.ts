import { and, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { organizationMembers, type OrganizationMemberRow } from "./schema/organizations.ts";

/** Every organization this person belongs to. */
export async function findMembershipsOf(
  db: Database,
  userId: string,
): Promise<OrganizationMemberRow[]> {
  return db.select().from(organizationMembers).where(eq(organizationMembers.userId, userId)).all();
}

export async function findMembers(
  db: Database,
  organizationId: string,
): Promise<OrganizationMemberRow[]> {
  return db
    .select()
    .from(organizationMembers)
    .where(eq(organizationMembers.organizationId, organizationId))
    .all();
}

/** Adds a person or changes their role. */
export async function putMember(db: Database, row: OrganizationMemberRow): Promise<void> {
  const { role, updatedAtMs, updatedBy } = row;
  await db
    .insert(organizationMembers)
    .values(row)
    .onConflictDoUpdate({
      target: [organizationMembers.organizationId, organizationMembers.userId],
      set: { role, updatedAtMs, updatedBy },
    });
}

/** False when the person was no member. */
export async function removeMember(
  db: Database,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  const gone = await db
    .delete(organizationMembers)
    .where(
      and(
        eq(organizationMembers.organizationId, organizationId),
        eq(organizationMembers.userId, userId),
      ),
    )
    .returning({ userId: organizationMembers.userId });
  return gone.length > 0;
}
