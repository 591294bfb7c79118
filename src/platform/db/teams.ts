import { and, asc, count, eq, inArray, or, sql, type SQL } from "drizzle-orm";
import type { Json } from "../../core/json.ts";
import type { Coverage } from "../../core/roles.ts";
import { changedColumns } from "./changed-columns.ts";
import type { Database } from "./database.ts";
import { oneOf, withoutTexts, withTexts } from "./json-lists.ts";
import { teams, type TeamRow } from "./schema/identity.ts";

export async function findTeamRow(db: Database, id: string): Promise<TeamRow | undefined> {
  return db.select().from(teams).where(eq(teams.id, id)).get();
}

export async function findTeamRows(db: Database, ids: readonly string[]): Promise<TeamRow[]> {
  return db
    .select()
    .from(teams)
    .where(inArray(teams.id, oneOf(ids)))
    .all();
}

/** Throws when the id is taken: `isConflict`. */
export async function insertTeamRow(db: Database, row: TeamRow): Promise<void> {
  await db.insert(teams).values(row);
}

/** Writes what changed, but never the spend and the members, which others move. */
export async function updateTeamRow(db: Database, before: TeamRow, after: TeamRow): Promise<void> {
  const { spendNanoUsd: _, members: __, ...columns } = changedColumns(before, after);
  if (Object.keys(columns).length === 0) return;
  await db.update(teams).set(columns).where(eq(teams.id, after.id));
}

/** In one statement, so that two who change the list at the same time both have their way. */
export async function changeTeamModels(
  db: Database,
  id: string,
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): Promise<void> {
  const models = add.length > 0 ? withTexts(teams.models, add) : withoutTexts(teams.models, remove);
  await db.update(teams).set({ models }).where(eq(teams.id, id));
}

/** One of the further fields or of the metadata, and nothing beside it. */
export async function setTeamField(
  db: Database,
  id: string,
  place: "settings" | "metadata",
  name: string,
  value: Json,
): Promise<void> {
  const column = teams[place];
  const path = `$.${JSON.stringify(name)}`;
  const changed = sql`json_set(${column}, ${path}, json(${JSON.stringify(value)}))`;
  await db
    .update(teams)
    .set({ [place]: changed })
    .where(eq(teams.id, id));
}

export async function deleteTeamRow(db: Database, id: string): Promise<void> {
  await db.delete(teams).where(eq(teams.id, id));
}

/** Undefined fields do not restrict. */
export interface TeamFilter {
  id?: string | undefined;
  /** Part of it, whatever the case. */
  alias?: string | undefined;
  organizationId?: string | undefined;
  /** In whatever role. */
  memberId?: string | undefined;
  coverage: Coverage;
}

export async function listTeamRows(
  db: Database,
  filter: TeamFilter,
  { page, size }: { page: number; size: number },
): Promise<{ rows: TeamRow[]; total: number }> {
  const matches = conditionOf(filter);
  const [rows, totals] = await db.batch([
    db
      .select()
      .from(teams)
      .where(matches)
      .orderBy(asc(teams.createdAtMs), asc(teams.id))
      .limit(size)
      .offset((page - 1) * size),
    db.select({ total: count() }).from(teams).where(matches),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

export async function findTeamRowsOfOrganization(
  db: Database,
  organizationId: string,
): Promise<TeamRow[]> {
  return db.select().from(teams).where(eq(teams.organizationId, organizationId)).all();
}

/** Those whose limits, or a member's, come from this budget. */
export async function findTeamRowsOfBudget(db: Database, budgetId: string): Promise<TeamRow[]> {
  const members = sql`(SELECT value ->> 'budget_id' FROM json_each(${teams.members}))`;
  const own = sql`json_extract(${teams.settings}, '$.budget_id')`;
  const isLinked = or(eq(own, budgetId), sql`${budgetId} IN ${members}`);
  return db.select().from(teams).where(isLinked).all();
}

function conditionOf({ id, alias, organizationId, memberId, coverage }: TeamFilter) {
  return and(
    id === undefined ? undefined : eq(teams.id, id),
    alias === undefined ? undefined : sql`instr(lower(${teams.alias}), lower(${alias})) > 0`,
    organizationId === undefined ? undefined : eq(teams.organizationId, organizationId),
    memberId === undefined ? undefined : hasMember(memberId),
    coverage.kind === "all" ? undefined : isCovered(coverage),
  );
}

function hasMember(userId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${teams.members}) WHERE value ->> 'user_id' = ${userId})`;
}

/** As `covers` in `core/roles.ts`, in SQL. */
function isCovered({ organizationIds, teamIds }: Extract<Coverage, { kind: "some" }>) {
  return or(
    inArray(teams.organizationId, oneOf(organizationIds)),
    inArray(teams.id, oneOf(teamIds)),
  );
}
