import { NOTHING_SPENT } from "../../core/ledger/policy.ts";
import * as customers from "../../platform/db/customers.ts";
import { findKeyRowsOfBudget } from "../../platform/db/keys.ts";
import * as organizations from "../../platform/db/organizations.ts";
import { sharedPolicyOf, type SharedRow } from "../../platform/db/shared-policies.ts";
import * as tags from "../../platform/db/tags.ts";
import { findTeamRowsOfBudget } from "../../platform/db/teams.ts";
import { findUserRowsOfBudget } from "../../platform/db/users.ts";
import { linkedBudget } from "./budget-fields.ts";
import type { AdminDeps } from "./deps.ts";
import { putKey } from "./key-changes.ts";
import { putTeam } from "./team-changes.ts";
import { putUser } from "./user-changes.ts";

/** Names of everything whose limits come from this budget. */
export async function linkedTo(budgetId: string, deps: AdminDeps): Promise<string[]> {
  const found = await findLinked(budgetId, deps);
  return [
    ...found.keys.map((row) => row.alias ?? row.name),
    ...found.teams.map((row) => row.alias ?? row.id),
    ...found.users.map((row) => row.email ?? row.id),
    ...found.shared.map((one) => sharedPolicyOf(one).name),
  ];
}

/** Tells everybody linked to it that a budget has changed, so that it holds from the next call on. */
export async function tellLinked(budgetId: string, deps: AdminDeps): Promise<void> {
  const found = await findLinked(budgetId, deps);
  for (const row of found.keys) await putKey(row, NOTHING_SPENT, deps);
  for (const row of found.teams) await putTeam(row, deps);
  for (const row of found.users) await putUser(row, 0, deps);
  for (const one of found.shared) {
    const policy = sharedPolicyOf(one);
    await deps.shared(policy).put(policy, one.row.spendNanoUsd);
  }
}

async function findLinked(budgetId: string, deps: AdminDeps) {
  const { db } = deps;
  const [keys, teams, users, shared] = await Promise.all([
    findKeyRowsOfBudget(db, budgetId),
    findTeamRowsOfBudget(db, budgetId),
    findUserRowsOfBudget(db, budgetId),
    findShared(budgetId, deps),
  ]);
  return { keys, teams, users, shared };
}

async function findShared(budgetId: string, deps: AdminDeps): Promise<SharedRow[]> {
  const { db } = deps;
  const shared = await linkedBudget(budgetId, deps);
  const [organizationRows, customerRows, tagRows] = await Promise.all([
    organizations.findOrganizationRowsOfBudget(db, budgetId),
    customers.findCustomerRowsOfBudget(db, budgetId),
    tags.findTagRowsOfBudget(db, budgetId),
  ]);
  return [
    ...organizationRows.map((row) => ({ kind: "organization" as const, row, shared })),
    ...customerRows.map((row) => ({ kind: "end_user" as const, row, shared })),
    ...tagRows.map((row) => ({ kind: "tag" as const, row, shared })),
  ];
}
