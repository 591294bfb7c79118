import { and, eq, inArray, not, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { hasText, oneOf, withoutTexts } from "./json-lists.ts";
import { teams, users, type TeamMember } from "./schema/identity.ts";

/**
 * Who is in a team stands in the team's row, and the team in the person's. Both are changed in one
 * transaction, each in one statement.
 */

/** People who are in the team already stay as they are. */
export async function addTeamMembers(
  db: Database,
  teamId: string,
  members: readonly TeamMember[],
): Promise<void> {
  const ids = members.flatMap((one) => one.user_id ?? []);
  const known = sql`(SELECT coalesce(value ->> 'user_id', '') FROM json_each(${teams.members}))`;
  const added = sql`(SELECT json_group_array(json(value)) FROM (
    SELECT value FROM json_each(${teams.members})
    UNION ALL
    SELECT value FROM json_each(${JSON.stringify(members)}) WHERE value ->> 'user_id' NOT IN ${known}
  ))`;
  const joined = sql`json_insert(${users.teams}, '$[#]', ${teamId})`;
  await db.batch([
    db.update(teams).set({ members: added }).where(eq(teams.id, teamId)),
    db
      .update(users)
      .set({ teams: joined })
      .where(and(inArray(users.id, oneOf(ids)), not(hasText(users.teams, teamId)))),
  ]);
}

/** Null takes a limit of the member's own away. */
export async function changeTeamMember(
  db: Database,
  teamId: string,
  userId: string,
  changes: Partial<TeamMember>,
): Promise<void> {
  const members = sql`(SELECT json_group_array(json(
    CASE WHEN value ->> 'user_id' = ${userId} THEN json_patch(value, ${JSON.stringify(changes)}) ELSE value END
  )) FROM json_each(${teams.members}))`;
  await db.update(teams).set({ members }).where(eq(teams.id, teamId));
}

export async function removeTeamMember(
  db: Database,
  teamId: string,
  userId: string,
): Promise<void> {
  await db.batch([
    db
      .update(teams)
      .set({ members: withoutMember(userId) })
      .where(eq(teams.id, teamId)),
    db
      .update(users)
      .set({ teams: withoutTexts(users.teams, [teamId]) })
      .where(eq(users.id, userId)),
  ]);
}

/** Takes a person out of every team; says which. */
export async function leaveTeams(db: Database, userId: string): Promise<string[]> {
  const isMember = sql`EXISTS (SELECT 1 FROM json_each(${teams.members}) WHERE value ->> 'user_id' = ${userId})`;
  const left = await db
    .update(teams)
    .set({ members: withoutMember(userId) })
    .where(isMember)
    .returning({ id: teams.id });
  return left.map((one) => one.id);
}

/** The team's row is gone; nobody is in it any more. */
export async function leaveTeam(db: Database, teamId: string): Promise<void> {
  await db
    .update(users)
    .set({ teams: withoutTexts(users.teams, [teamId]) })
    .where(hasText(users.teams, teamId));
}

function withoutMember(userId: string) {
  return sql`(SELECT json_group_array(json(value)) FROM json_each(${teams.members})
    WHERE value ->> 'user_id' IS NOT ${userId})`;
}
