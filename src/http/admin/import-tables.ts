import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../core/json.ts";
import { accountIdOf } from "../../core/key-format.ts";
import type { Spent } from "../../core/ledger/policy.ts";
import { deleteBudgetRow, findBudgetRows } from "../../platform/db/budgets.ts";
import { deleteCustomerRows, findCustomerRows } from "../../platform/db/customers.ts";
import type { Database } from "../../platform/db/database.ts";
import { deleteKeyRows, findKeyRows } from "../../platform/db/keys.ts";
import { deleteOrganizationRows, findOrganizationRows } from "../../platform/db/organizations.ts";
import { keyPolicyOf, teamPolicyOf, userPolicyOf } from "../../platform/db/policies.ts";
import {
  budgets,
  customers,
  tags,
  type BudgetRow,
  type CustomerRow,
  type TagRow,
} from "../../platform/db/schema/budgets.ts";
import {
  keys,
  teams,
  users,
  type KeyRow,
  type TeamRow,
  type UserRow,
} from "../../platform/db/schema/identity.ts";
import { organizations, type OrganizationRow } from "../../platform/db/schema/organizations.ts";
import { sharedPolicyOf, type SharedRow } from "../../platform/db/shared-policies.ts";
import { deleteTagRows, findTagRows } from "../../platform/db/tags.ts";
import { deleteTeamRow, findTeamRows } from "../../platform/db/teams.ts";
import { deleteUserRow, findUserRows } from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import * as reading from "./import-rows.ts";
import type { AuditedTable } from "./route.ts";

/** How the rows of one of LiteLLM's tables come in. */
export interface ImportTable<Row> {
  audited: AuditedTable;
  table: SQLiteTable;
  read(raw: JsonObject, context: reading.ImportContext): reading.Reading<Row>;
  find(db: Database, ids: readonly string[]): Promise<Row[]>;
  idOf(row: Row): string;
  remove(db: Database, id: string): Promise<void>;
  /** What is decided about a row that was read, without asking anyone. */
  complete?(row: Row): Promise<void>;
  /** Another row for one whose name is taken: losing a name is better than losing its limits. */
  rename?(row: Row): { row: Row; note: string } | undefined;
  /** Tells the object that decides about it, with what was spent. */
  tell(row: Row, spent: Spent, found: FoundLinks, deps: AdminDeps): Promise<void>;
}

/** What the rows count on, as far as it is here. */
export interface FoundLinks {
  teams: ReadonlyMap<string, TeamRow>;
  organizations: ReadonlyMap<string, OrganizationRow>;
  budgets: ReadonlyMap<string, BudgetRow>;
  users: ReadonlyMap<string, UserRow>;
}

export const keyImport: ImportTable<KeyRow> = {
  audited: "LiteLLM_VerificationToken",
  table: keys,
  read: reading.readKey,
  find: findKeyRows,
  idOf: (row) => row.hash,
  remove: (db, id) => deleteKeyRows(db, [id]),
  async complete(row) {
    row.accountId = await accountIdOf(row);
  },
  rename(row) {
    if (row.alias === null) return undefined;
    const alias = `${row.alias} (${row.hash.slice(0, 8)})`;
    return { row: { ...row, alias }, note: `another key has its alias; it is called: ${alias}` };
  },
  async tell(row, spent, found, deps) {
    const email = found.users.get(row.userId ?? "")?.email ?? null;
    const policy = keyPolicyOf(row, email, budgetOf(row, found));
    await deps.account(row.accountId).putKey(policy, spent);
  },
};

export const teamImport: ImportTable<TeamRow> = {
  audited: "LiteLLM_TeamTable",
  table: teams,
  read: reading.readTeam,
  find: findTeamRows,
  idOf: (row) => row.id,
  remove: deleteTeamRow,
  async tell(row, spent, found, deps) {
    const account = deps.account(await accountIdOf({ teamId: row.id, userId: null }));
    await account.putTeam(teamPolicyOf(row, budgetOf(row, found)), spent);
  },
};

export const userImport: ImportTable<UserRow> = {
  audited: "LiteLLM_UserTable",
  table: users,
  read: reading.readUser,
  find: findUserRows,
  idOf: (row) => row.id,
  remove: deleteUserRow,
  rename(row) {
    if (row.email === null) return undefined;
    const note = `another person has this e-mail address, left out: ${row.email}`;
    return { row: { ...row, email: null }, note };
  },
  async tell(row, spent, found, deps) {
    const account = deps.account(await accountIdOf({ teamId: null, userId: row.id }));
    await account.putUser(userPolicyOf(row, budgetOf(row, found)), spent);
  },
};

export const budgetImport: ImportTable<BudgetRow> = {
  audited: "LiteLLM_BudgetTable",
  table: budgets,
  read: reading.readBudget,
  find: findBudgetRows,
  idOf: (row) => row.id,
  remove: deleteBudgetRow,
  // Whoever is linked to it reads it from the database.
  tell: async () => undefined,
};

export const organizationImport: ImportTable<OrganizationRow> = {
  audited: "LiteLLM_OrganizationTable",
  table: organizations,
  read: reading.readOrganization,
  find: findOrganizationRows,
  idOf: (row) => row.id,
  remove: (db, id) => deleteOrganizationRows(db, [id]),
  tell: (row, spent, found, deps) =>
    tellShared({ kind: "organization", row, shared: linkedTo(row, found) }, spent, deps),
};

export const customerImport: ImportTable<CustomerRow> = {
  audited: "LiteLLM_EndUserTable",
  table: customers,
  read: reading.readCustomer,
  find: findCustomerRows,
  idOf: (row) => row.id,
  remove: (db, id) => deleteCustomerRows(db, [id]),
  tell: (row, spent, found, deps) =>
    tellShared({ kind: "end_user", row, shared: linkedTo(row, found) }, spent, deps),
};

export const tagImport: ImportTable<TagRow> = {
  audited: "LiteLLM_TagTable",
  table: tags,
  read: reading.readTag,
  find: findTagRows,
  idOf: (row) => row.name,
  remove: (db, id) => deleteTagRows(db, [id]),
  tell: (row, spent, found, deps) =>
    tellShared({ kind: "tag", row, shared: linkedTo(row, found) }, spent, deps),
};

function budgetOf({ settings }: { settings: JsonObject }, { budgets: found }: FoundLinks) {
  const id = settings["budget_id"];
  return typeof id === "string" ? found.get(id) : undefined;
}

function linkedTo({ budgetId }: { budgetId: string | null }, { budgets: found }: FoundLinks) {
  return budgetId === null ? undefined : found.get(budgetId);
}

async function tellShared(found: SharedRow, spent: Spent, deps: AdminDeps): Promise<void> {
  const policy = sharedPolicyOf(found);
  await deps.shared(policy).put(policy, spent.windowNanoUsd);
}
