import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  inArray,
  or,
  sql,
  type SQL,
} from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import { changedColumns } from "./changed-columns.ts";
import type { Database } from "./database.ts";
import { hasText, oneOf } from "./json-lists.ts";
import { keys, users, type UserRow } from "./schema/identity.ts";
import { organizationMembers } from "./schema/organizations.ts";

export async function findUserRow(db: Database, id: string): Promise<UserRow | undefined> {
  return db.select().from(users).where(eq(users.id, id)).get();
}

export async function findUserRows(db: Database, ids: readonly string[]): Promise<UserRow[]> {
  return db
    .select()
    .from(users)
    .where(inArray(users.id, oneOf(ids)))
    .all();
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

/**
 * Writes what changed, but never the spend and the teams, which others move. Throws when the address
 * is taken.
 */
export async function updateUserRow(db: Database, before: UserRow, after: UserRow): Promise<void> {
  const { spendNanoUsd: _, teams: __, ...columns } = changedColumns(before, after);
  if (Object.keys(columns).length === 0) return;
  await db.update(users).set(columns).where(eq(users.id, after.id));
}

export async function setUserSpend(db: Database, id: string, nanoUsd: number): Promise<void> {
  await db.update(users).set({ spendNanoUsd: nanoUsd }).where(eq(users.id, id));
}

export async function deleteUserRow(db: Database, id: string): Promise<void> {
  await db.delete(users).where(eq(users.id, id));
}

/** Those whose limits come from this budget. */
export async function findUserRowsOfBudget(db: Database, budgetId: string): Promise<UserRow[]> {
  const linked = sql`json_extract(${users.settings}, '$.budget_id')`;
  return db.select().from(users).where(eq(linked, budgetId)).all();
}

/** Undefined fields do not restrict. */
export interface UserFilter {
  ids?: readonly string[] | undefined;
  /** What the identity provider calls them. */
  ssoIds?: readonly string[] | undefined;
  role?: string | undefined;
  /** Part of the address. */
  email?: string | undefined;
  /** Part of the id. */
  idPart?: string | undefined;
  teamId?: string | undefined;
  organizationIds?: readonly string[] | undefined;
  coverage: Coverage;
}

/** What lists can be sorted by, under LiteLLM's names. */
export const USER_ORDERS = [
  "user_id",
  "user_email",
  "user_alias",
  "user_role",
  "spend",
  "max_budget",
  "created_at",
  "updated_at",
] as const;

const ORDER_COLUMNS = {
  user_id: users.id,
  user_email: users.email,
  user_alias: users.alias,
  user_role: users.role,
  spend: users.spendNanoUsd,
  max_budget: users.maxBudgetNanoUsd,
  created_at: users.createdAtMs,
  updated_at: users.updatedAtMs,
};

export interface UserPage {
  /** From 1. */
  page: number;
  size: number;
  by: (typeof USER_ORDERS)[number];
  ascending: boolean;
}

export async function listUserRows(
  db: Database,
  filter: UserFilter,
  { page, size, by, ascending }: UserPage,
): Promise<{ rows: (UserRow & { keyCount: number })[]; total: number }> {
  const matches = conditionOf(filter);
  const owned = db.$count(keys, eq(keys.userId, users.id));
  const [rows, totals] = await db.batch([
    db
      .select({ ...getTableColumns(users), keyCount: owned })
      .from(users)
      .where(matches)
      .orderBy((ascending ? asc : desc)(ORDER_COLUMNS[by]), users.id)
      .limit(size)
      .offset((page - 1) * size),
    db.select({ total: count() }).from(users).where(matches),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

function conditionOf({ ids, ssoIds, role, email, idPart, teamId, ...reach }: UserFilter) {
  const { organizationIds, coverage } = reach;
  const ssoId = sql`json_extract(${users.settings}, '$.sso_user_id')`;
  return and(
    ids === undefined ? undefined : inArray(users.id, oneOf(ids)),
    ssoIds === undefined ? undefined : inArray(ssoId, oneOf(ssoIds)),
    role === undefined ? undefined : eq(users.role, role),
    email === undefined ? undefined : sql`instr(${users.email}, lower(${email})) > 0`,
    idPart === undefined ? undefined : sql`instr(${users.id}, ${idPart}) > 0`,
    teamId === undefined ? undefined : hasText(users.teams, teamId),
    organizationIds === undefined ? undefined : isInOrganization(organizationIds),
    coverage.kind === "all" ? undefined : isCovered(coverage),
  );
}

function isInOrganization(ids: readonly string[]): SQL {
  return sql`EXISTS (SELECT 1 FROM ${organizationMembers}
    WHERE ${organizationMembers.userId} = ${users.id}
    AND ${inArray(organizationMembers.organizationId, oneOf(ids))})`;
}

/** As `covers` in `core/roles.ts`, in SQL. */
function isCovered({ organizationIds, userId }: Extract<Coverage, { kind: "some" }>) {
  return or(isInOrganization(organizationIds), userId === null ? sql`FALSE` : eq(users.id, userId));
}
