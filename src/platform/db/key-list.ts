import { and, asc, count, desc, eq, isNotNull, like, lte, or, sql, type SQL } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { isOneOf } from "./keys.ts";
import { keys, type KeyRow } from "./schema/identity.ts";

/** Undefined fields do not restrict. */
export interface KeyFilter {
  hash?: string | undefined;
  alias?: string | undefined;
  teamId?: string | undefined;
  userId?: string | undefined;
  organizationId?: string | undefined;
  projectId?: string | undefined;
  accessGroupId?: string | undefined;
  /** The alias and the user are parts of what is looked for. */
  isPartial?: boolean | undefined;
  /** Besides the user's own keys: those the user made, and those of these teams. */
  orCreatedBy?: string | undefined;
  orTeamIds?: readonly string[] | undefined;
  /** Rotates by itself and was due at this moment. */
  dueAtMs?: number | undefined;
  coverage?: Coverage | undefined;
}

export interface Page {
  /** From 1. */
  page: number;
  size: number;
}

/** What lists can be sorted by, under LiteLLM's names. */
export const KEY_ORDERS = [
  "created_at",
  "updated_at",
  "spend",
  "max_budget",
  "key_alias",
  "expires",
] as const;

const ORDER_COLUMNS = {
  created_at: keys.createdAtMs,
  updated_at: keys.updatedAtMs,
  spend: keys.spendNanoUsd,
  max_budget: keys.maxBudgetNanoUsd,
  key_alias: keys.alias,
  expires: keys.expiresAtMs,
};

export interface Order {
  by: (typeof KEY_ORDERS)[number];
  ascending: boolean;
}

export async function listKeyRows(
  db: Database,
  filter: KeyFilter,
  { page, size }: Page,
  { by, ascending }: Order = { by: "created_at", ascending: false },
): Promise<{ rows: KeyRow[]; total: number }> {
  const matches = conditionOf(filter);
  const [rows, totals] = await db.batch([
    db
      .select()
      .from(keys)
      .where(matches)
      .orderBy((ascending ? asc : desc)(ORDER_COLUMNS[by]), keys.hash)
      .limit(size)
      .offset((page - 1) * size),
    db.select({ total: count() }).from(keys).where(matches),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Aliases in alphabetical order, those that hold the text looked for. */
export async function listKeyAliases(
  db: Database,
  filter: KeyFilter,
  { page, size }: Page,
): Promise<{ aliases: string[]; total: number }> {
  const matches = and(isNotNull(keys.alias), conditionOf(filter));
  const [rows, totals] = await db.batch([
    db
      .select({ alias: keys.alias })
      .from(keys)
      .where(matches)
      .orderBy(asc(keys.alias))
      .limit(size)
      .offset((page - 1) * size),
    db.select({ total: count() }).from(keys).where(matches),
  ]);
  return { aliases: rows.flatMap((row) => row.alias ?? []), total: totals[0]?.total ?? 0 };
}

/** All keys of a team or a person, up to what one page of an admin answer may carry. */
export async function findOwnedKeyRows(db: Database, filter: KeyFilter): Promise<KeyRow[]> {
  const { rows } = await listKeyRows(db, filter, { page: 1, size: OWNED_KEYS_MAX });
  return rows;
}

/** Rows of an object answer are bounded by memory: a key's row is about a kilobyte. */
export const OWNED_KEYS_MAX = 2_000;

function conditionOf(filter: KeyFilter): SQL | undefined {
  const { hash, alias, teamId, organizationId, projectId, accessGroupId } = filter;
  const { dueAtMs, coverage, isPartial = false } = filter;
  return and(
    hash === undefined ? undefined : eq(keys.hash, hash),
    alias === undefined ? undefined : named(keys.alias, alias, isPartial),
    teamId === undefined ? undefined : eq(keys.teamId, teamId),
    organizationId === undefined ? undefined : eq(keys.organizationId, organizationId),
    projectId === undefined ? undefined : sql`${keys.settings} ->> 'project_id' = ${projectId}`,
    accessGroupId === undefined
      ? undefined
      : sql`${accessGroupId} IN (SELECT value FROM json_each(${keys.settings}, '$.access_group_ids'))`,
    dueAtMs === undefined ? undefined : lte(keys.rotateAtMs, dueAtMs),
    ofUser(filter),
    coverage === undefined || coverage.kind === "all" ? undefined : isCovered(coverage),
  );
}

function ofUser({ userId, orCreatedBy, orTeamIds, isPartial = false }: KeyFilter): SQL | undefined {
  if (userId === undefined) return undefined;
  return or(
    named(keys.userId, userId, isPartial),
    orCreatedBy === undefined ? undefined : eq(keys.createdBy, orCreatedBy),
    orTeamIds === undefined ? undefined : isOneOf(keys.teamId, orTeamIds),
  );
}

function named(column: typeof keys.alias | typeof keys.userId, text: string, isPart: boolean) {
  if (!isPart) return eq(column, text);
  // `%` and `_` are letters like any others here.
  return sql`${like(column, `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)} ESCAPE '\\'`;
}

/** As `covers` in `core/roles.ts`, in SQL. */
function isCovered(some: Extract<Coverage, { kind: "some" }>): SQL | undefined {
  return or(
    isOneOf(keys.organizationId, some.organizationIds),
    isOneOf(keys.teamId, some.teamIds),
    some.userId === null ? undefined : eq(keys.userId, some.userId),
    some.keyHash === null ? undefined : eq(keys.hash, some.keyHash),
  );
}
