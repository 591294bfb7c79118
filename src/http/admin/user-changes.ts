import { GatewayError } from "../../core/errors.ts";
import { accountIdOf } from "../../core/key-format.ts";
import { NOTHING_SPENT, NO_LIMITS, type AccountManagement } from "../../core/ledger/policy.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { readUserPolicy } from "../../platform/db/stored-policies.ts";
import * as table from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import { putKey } from "./key-changes.ts";
import { tellAccount } from "./tell-account.ts";

export async function findUser(
  id: string | null | undefined,
  email: string | null | undefined,
  { db }: AdminDeps,
): Promise<UserRow | undefined> {
  if (typeof id === "string") return table.findUserRow(db, id);
  return typeof email === "string" ? table.findUserRowByEmail(db, email) : undefined;
}

/** Throws LiteLLM's "not found". */
export async function requireUser(
  id: string | null | undefined,
  email: string | null | undefined,
  deps: AdminDeps,
): Promise<UserRow> {
  const row = await findUser(id, email, deps);
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `User ${id ?? email ?? ""} not found`, { param: "user_id" });
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
  await refusingDuplicates(after, () => table.updateUserRow(deps.db, before, after));
  await tellAccount(
    () => putUser(after, 0, deps),
    () => table.updateUserRow(deps.db, after, before),
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

/** Spend of the keys outside of teams, which is what the user's own budget is about. */
export async function liveUserSpend(row: UserRow, deps: AdminDeps): Promise<number> {
  const account = await accountOfUser(row, deps);
  const [standing] = await account.standings([{ kind: "user", id: row.id }]);
  return standing?.windowNanoUsd ?? row.spendNanoUsd;
}

export async function putUser(row: UserRow, nanoUsd: number, deps: AdminDeps): Promise<void> {
  const account = await accountOfUser(row, deps);
  const spent = { windowNanoUsd: nanoUsd, lifetimeNanoUsd: nanoUsd };
  await account.putUser(await readUserPolicy(deps.db, row), spent);
}

/** The account forgets who this was; somebody who gets the id one day begins with nothing spent. */
export async function forgetUser(row: UserRow, deps: AdminDeps): Promise<void> {
  const account = await accountOfUser(row, deps);
  const nobody = { id: row.id, email: null, models: [], limits: NO_LIMITS, blocked: false };
  await account.putUser(nobody, NOTHING_SPENT);
  await account.resetSpend({ kind: "user", id: row.id }, 0);
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
    const [name, value] = param === "user_id" ? ["id", row.id] : ["email", row.email];
    const message = `User with ${name} ${value} already exists. Use \`/user/update\` to change it.`;
    throw new GatewayError("conflict", message, { param, cause });
  }
}

function takenField(cause: unknown): "user_id" | "user_email" | undefined {
  if (isConflict(cause, "users.id")) return "user_id";
  return isConflict(cause, "users.email") ? "user_email" : undefined;
}
