import { and, desc, eq, ne, or, sql, type SQL } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { keys, teams, users, type KeyRow, type UserRow } from "./schema/identity.ts";
import { organizationMembers } from "./schema/organizations.ts";
import { coveredRows, isOneOf } from "./usage-coverage.ts";

/** What stands beside a hash or an id in reports. */
export interface KeyNames {
  name: string;
  alias: string | null;
  teamId: string | null;
}

/** Names of those keys that still exist. */
export async function findKeyNames(
  db: Database,
  hashes: readonly string[],
): Promise<Map<string, KeyNames>> {
  const rows = await db
    .select({ hash: keys.hash, name: keys.name, alias: keys.alias, teamId: keys.teamId })
    .from(keys)
    .where(isOneOf(keys.hash, [...new Set(hashes)]))
    .all();
  return new Map(rows.map(({ hash, ...names }) => [hash, names]));
}

/** Aliases of those teams that have one. */
export async function findTeamAliases(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: teams.id, alias: teams.alias })
    .from(teams)
    .where(isOneOf(teams.id, [...new Set(ids)]))
    .all();
  return new Map(rows.flatMap(({ id, alias }) => (alias === null ? [] : [[id, alias]])));
}

/** Keys, whichever spent most in its life first. */
export async function listKeysBySpend(
  db: Database,
  coverage: Coverage,
  size: number,
): Promise<KeyRow[]> {
  return db
    .select()
    .from(keys)
    .where(coveredRows(KEY_OWNER, coverage))
    .orderBy(desc(keys.spendNanoUsd), keys.hash)
    .limit(size)
    .all();
}

const KEY_OWNER = {
  keyHash: keys.hash,
  teamId: keys.teamId,
  userId: keys.userId,
  organizationId: keys.organizationId,
};

/** People, whoever spent most in their life first. */
export async function listSpenders(
  db: Database,
  { userId, coverage, size }: { userId?: string | undefined; coverage: Coverage; size: number },
): Promise<UserRow[]> {
  return db
    .select()
    .from(users)
    .where(
      and(
        userId === undefined ? undefined : eq(users.id, userId),
        coverage.kind === "all" ? undefined : isCovered(coverage),
      ),
    )
    .orderBy(desc(users.spendNanoUsd), users.id)
    .limit(size)
    .all();
}

function isCovered(some: Extract<Coverage, { kind: "some" }>): SQL | undefined {
  const teamIds = JSON.stringify(some.teamIds);
  const organizationIds = JSON.stringify(some.organizationIds);
  return or(
    some.userId === null ? sql`0` : eq(users.id, some.userId),
    sql`EXISTS (SELECT 1 FROM json_each(${users.teams}) AS mine
      WHERE mine.value IN (SELECT value FROM json_each(${teamIds})))`,
    sql`${users.id} IN (SELECT ${organizationMembers.userId} FROM ${organizationMembers}
      WHERE ${organizationMembers.organizationId} IN (SELECT value FROM json_each(${organizationIds})))`,
  );
}

export interface Spender {
  kind: "key" | "team";
  id: string;
  /** Null for a team: its account is known by its name. */
  accountId: string | null;
}

/** Keys and teams that have spent something. */
export async function listSpent(db: Database): Promise<Spender[]> {
  const [ofKeys, ofTeams] = await db.batch([
    db
      .select({ id: keys.hash, accountId: keys.accountId })
      .from(keys)
      .where(ne(keys.spendNanoUsd, 0)),
    db.select({ id: teams.id }).from(teams).where(ne(teams.spendNanoUsd, 0)),
  ]);
  return [
    ...ofKeys.map((one) => ({ kind: "key" as const, ...one })),
    ...ofTeams.map((one) => ({ kind: "team" as const, ...one, accountId: null })),
  ];
}

/** The spend of these starts again from nothing. Calls and sums of the past stay as they are. */
export async function clearSpend(db: Database, spenders: readonly Spender[]): Promise<void> {
  const idsOf = (kind: Spender["kind"]) =>
    spenders.filter((one) => one.kind === kind).map((one) => one.id);
  await db.batch([
    db
      .update(keys)
      .set({ spendNanoUsd: 0 })
      .where(isOneOf(keys.hash, idsOf("key"))),
    db
      .update(teams)
      .set({ spendNanoUsd: 0 })
      .where(isOneOf(teams.id, idsOf("team"))),
  ]);
}
