import type { KeyPolicy, TeamPolicy, UserPolicy } from "../../core/ledger/policy.ts";
import type { Database } from "./database.ts";
import { findLinkedBudget, findMemberBudgets } from "./linked-budgets.ts";
import { keyPolicyOf, teamPolicyOf, userPolicyOf } from "./policies.ts";
import type { KeyRow, TeamRow, UserRow } from "./schema/identity.ts";
import { findUserRow } from "./users.ts";

/** A row's policy with what stands elsewhere: its owner's address, and the budget it is linked to. */
export async function readKeyPolicy(db: Database, row: KeyRow): Promise<KeyPolicy> {
  const [owner, budget] = await Promise.all([
    row.userId === null ? undefined : findUserRow(db, row.userId),
    findLinkedBudget(db, row),
  ]);
  return keyPolicyOf(row, owner?.email ?? null, budget);
}

export async function readTeamPolicy(db: Database, row: TeamRow): Promise<TeamPolicy> {
  const [budget, ofMembers] = await Promise.all([
    findLinkedBudget(db, row),
    findMemberBudgets(db, row),
  ]);
  return teamPolicyOf(row, budget, ofMembers);
}

export async function readUserPolicy(db: Database, row: UserRow): Promise<UserPolicy> {
  return userPolicyOf(row, await findLinkedBudget(db, row));
}
