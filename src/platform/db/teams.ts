import { eq, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { teams, type TeamMember, type TeamRow } from "./schema/identity.ts";

export async function findTeamRow(db: Database, id: string): Promise<TeamRow | undefined> {
  return db.select().from(teams).where(eq(teams.id, id)).get();
}

export async function findTeamRows(db: Database, ids: readonly string[]): Promise<TeamRow[]> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return db.select().from(teams).where(inArray(teams.id, wanted)).all();
}

/** Throws when the id is taken: `isConflict`. */
export async function insertTeamRow(db: Database, row: TeamRow): Promise<void> {
  await db.insert(teams).values(row);
}

/** Writes every column but the spend, which moves by itself. */
export async function updateTeamRow(db: Database, row: TeamRow): Promise<void> {
  const { spendNanoUsd: _, ...columns } = row;
  await db.update(teams).set(columns).where(eq(teams.id, row.id));
}

/** In one statement, so that people added at the same time do not overwrite each other. */
export async function addTeamMember(db: Database, id: string, member: TeamMember): Promise<void> {
  const members = sql`json_insert(${teams.members}, '$[#]', json(${JSON.stringify(member)}))`;
  await db.update(teams).set({ members }).where(eq(teams.id, id));
}

/** For taking back a team whose account could not be told about it. */
export async function deleteTeamRow(db: Database, id: string): Promise<void> {
  await db.delete(teams).where(eq(teams.id, id));
}
