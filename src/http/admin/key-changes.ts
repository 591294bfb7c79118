import { GatewayError } from "../../core/errors.ts";
import { accountIdOf, hashKey, isKeyHash } from "../../core/key-format.ts";
import { NOTHING_SPENT, type Spent, type Standing } from "../../core/ledger/policy.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import * as keys from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { readKeyPolicy } from "../../platform/db/stored-policies.ts";
import type { AdminDeps } from "./deps.ts";
import { tellAccount } from "./tell-account.ts";

/** Finds a key by its text or its hash, or says in LiteLLM's words that there is none. */
export async function requireKey(keyOrHash: string, deps: AdminDeps): Promise<KeyRow> {
  const row = await keys.findOpenedRow(deps.db, await hashOf(keyOrHash), deps.nowMs());
  if (row === undefined) throw keyNotFound();
  return row;
}

export async function hashOf(keyOrHash: string): Promise<string> {
  return isKeyHash(keyOrHash) ? keyOrHash : await hashKey(keyOrHash);
}

export function keyNotFound(): GatewayError {
  return new GatewayError("not_found", "Key not found in database", { param: "key" });
}

/** A new key: into D1, then into its account; into neither if the account cannot be reached. */
export async function createKey(row: KeyRow, deps: AdminDeps): Promise<void> {
  await refusingDuplicates(row, () => keys.insertKeyRow(deps.db, row));
  const spent = { windowNanoUsd: row.spendNanoUsd, lifetimeNanoUsd: row.spendNanoUsd };
  await tellAccount(
    () => putKey(row, spent, deps),
    () => keys.deleteKeyRows(deps.db, [row.hash]),
  );
}

/** A changed key, in force for its next call. It changes accounts when it changes owners. */
export async function saveKey(before: KeyRow, wanted: KeyRow, deps: AdminDeps): Promise<KeyRow> {
  const changed = { ...wanted, accountId: await accountAfter(before, wanted) };
  const after = await refusingDuplicates(changed, () =>
    keys.updateKeyRow(deps.db, before, changed),
  );
  if (after === undefined) throw keyNotFound();
  await tellAccount(
    () =>
      after.accountId === before.accountId
        ? putKey(after, NOTHING_SPENT, deps)
        : move(before, after, deps),
    async () => void (await keys.updateKeyRow(deps.db, after, before)),
  );
  return after;
}

/** Gone from D1, then from the account; calls in flight are still paid for. */
export async function removeKeys(rows: readonly KeyRow[], deps: AdminDeps): Promise<void> {
  await keys.deleteKeyRows(
    deps.db,
    rows.map((row) => row.hash),
  );
  for (const row of rows) {
    await tellAccount(
      () => deps.account(row.accountId).dropKey(row.hash),
      () => keys.insertKeyRow(deps.db, row),
    );
  }
}

/** Sets the spend of a key, as far as its budget and every list of keys is concerned. */
export async function setSpend(row: KeyRow, nanoUsd: number, deps: AdminDeps): Promise<void> {
  await keys.setKeySpend(deps.db, row.hash, nanoUsd);
  const scope = { kind: "key" as const, id: row.hash };
  await tellAccount(
    () => deps.account(row.accountId).resetSpend(scope, nanoUsd),
    () => keys.setKeySpend(deps.db, row.hash, row.spendNanoUsd),
  );
}

/** What the key has spent in its current window: the account knows, D1 follows a moment later. */
export async function liveSpend(row: KeyRow, deps: AdminDeps): Promise<number> {
  const [standing] = await deps.account(row.accountId).standings([{ kind: "key", id: row.hash }]);
  return standing?.windowNanoUsd ?? row.spendNanoUsd;
}

async function accountAfter(before: KeyRow, after: KeyRow): Promise<string> {
  const sameOwner = before.teamId === after.teamId && before.userId === after.userId;
  return sameOwner ? before.accountId : await accountIdOf(after);
}

/**
 * The new account goes on counting where the old one stops. What calls in flight hold is taken as
 * spent: they settle in the old account, and nobody would tell the new one.
 */
async function move(before: KeyRow, after: KeyRow, deps: AdminDeps): Promise<void> {
  const standing = await deps.account(before.accountId).dropKey(before.hash);
  try {
    await putKey(after, withHeld(standing), deps);
  } catch (error) {
    await putKey(before, standing, deps);
    throw error;
  }
}

function withHeld({ windowNanoUsd, lifetimeNanoUsd, heldNanoUsd }: Standing): Spent {
  return {
    windowNanoUsd: windowNanoUsd + heldNanoUsd,
    lifetimeNanoUsd: lifetimeNanoUsd + heldNanoUsd,
  };
}

/** Also for telling an account that the owner's e-mail address changed. */
export async function putKey(row: KeyRow, spent: Spent, deps: AdminDeps): Promise<void> {
  await deps.account(row.accountId).putKey(await readKeyPolicy(deps.db, row), spent);
}

export async function refusingDuplicates<Written>(
  row: KeyRow,
  write: () => Promise<Written>,
): Promise<Written> {
  try {
    return await write();
  } catch (cause) {
    if (!isConflict(cause, "keys.alias")) {
      if (isConflict(cause, "keys.hash")) throw duplicateKey(cause);
      throw cause;
    }
    const message = `Key with alias '${row.alias}' already exists. Unique key aliases across all keys are required.`;
    throw duplicate("key_alias", message, cause);
  }
}

export function duplicateKey(cause?: unknown): GatewayError {
  return duplicate("key", "This key already exists.", cause);
}

function duplicate(param: string, message: string, cause: unknown): GatewayError {
  return new GatewayError("invalid_request", message, { param, cause, type: "bad_request_error" });
}
