import { GatewayError } from "../../core/errors.ts";
import { accountIdOf } from "../../core/key-format.ts";
import { NOTHING_SPENT, type AccountManagement } from "../../core/ledger/policy.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import type { TeamMember, UserRow } from "../../platform/db/schema/identity.ts";
import { readUserPolicy } from "../../platform/db/stored-policies.ts";
import { addTeamMember } from "../../platform/db/teams.ts";
import * as table from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import { putKey, removeKeys } from "./key-changes.ts";
import { putTeam, requireTeam } from "./teams.ts";
import { tellAccount } from "./tell-account.ts";

/** A team somebody is added to, with what they may spend there. */
export interface Membership {
  team_id: string;
  max_budget_in_team?: number | null;
  user_role?: TeamMember["role"] | null;
}

export async function accountOfUser(row: UserRow, deps: AdminDeps): Promise<AccountManagement> {
  return deps.account(await accountIdOf({ teamId: null, userId: row.id }));
}

export async function createUser(row: UserRow, deps: AdminDeps): Promise<void> {
  await refusingDuplicates(row, () => table.insertUserRow(deps.db, row));
  await tellAccount(
    () => putUser(row, row.spendNanoUsd, deps),
    () => table.deleteUserRow(deps.db, row.id),
  );
}

export async function saveUser(before: UserRow, after: UserRow, deps: AdminDeps): Promise<void> {
  await refusingDuplicates(after, () => table.updateUserRow(deps.db, after));
  await tellAccount(
    () => putUser(after, 0, deps),
    () => table.updateUserRow(deps.db, before),
  );
  if (after.email !== before.email) await spreadEmail(after, deps);
}

/** Keys carry their owner's address into records; their accounts may be those of teams. */
async function spreadEmail(row: UserRow, deps: AdminDeps): Promise<void> {
  for (const key of await findOwnedKeyRows(deps.db, { userId: row.id })) {
    await putKey(key, NOTHING_SPENT, deps);
  }
}

export async function setUserSpend(row: UserRow, nanoUsd: number, deps: AdminDeps): Promise<void> {
  await table.setUserSpend(deps.db, row.id, nanoUsd);
  await tellAccount(
    async () => (await accountOfUser(row, deps)).resetSpend({ kind: "user", id: row.id }, nanoUsd),
    () => table.setUserSpend(deps.db, row.id, row.spendNanoUsd),
  );
}

export async function joinTeams(
  row: UserRow,
  memberships: readonly Membership[],
  deps: AdminDeps,
): Promise<void> {
  for (const { team_id: teamId, max_budget_in_team: usd, user_role: role } of memberships) {
    const limits = usd === undefined ? {} : { max_budget_in_team: usd };
    const member = { role: role ?? "user", user_id: row.id, user_email: row.email, ...limits };
    await addTeamMember(deps.db, teamId, member);
    await putTeam(await requireTeam(teamId, deps), deps);
  }
}

/** Takes back a user that was being made, and the key that was made for them. */
export async function removeUser(row: UserRow, deps: AdminDeps): Promise<void> {
  await removeKeys(await findOwnedKeyRows(deps.db, { userId: row.id }), deps);
  await table.deleteUserRow(deps.db, row.id);
}

export async function putUser(row: UserRow, nanoUsd: number, deps: AdminDeps): Promise<void> {
  const account = await accountOfUser(row, deps);
  const spent = { windowNanoUsd: nanoUsd, lifetimeNanoUsd: nanoUsd };
  await account.putUser(await readUserPolicy(deps.db, row), spent);
}

async function refusingDuplicates<Written>(
  row: UserRow,
  write: () => Promise<Written>,
): Promise<Written> {
  try {
    return await write();
  } catch (cause) {
    const param = takenField(cause);
    if (param === undefined) throw cause;
    const value = param === "user_id" ? row.id : row.email;
    const message = `User with ${param} ${value} already exists. Use \`/user/update\` to change it.`;
    throw new GatewayError("conflict", message, { param, cause });
  }
}

function takenField(cause: unknown): "user_id" | "user_email" | undefined {
  if (isConflict(cause, "users.id")) return "user_id";
  return isConflict(cause, "users.email") ? "user_email" : undefined;
}
