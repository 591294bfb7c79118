import { GatewayError } from "../../core/errors.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import { sharedPolicyOf, type SharedRow } from "../../platform/db/shared-policies.ts";
import type { AdminDeps } from "./deps.ts";
import { tellAccount } from "./tell-account.ts";

/** How one table is written; the same for organizations, customers and tags. */
export interface SharedTable<Row> {
  insert(row: Row): Promise<void>;
  update(row: Row): Promise<void>;
  remove(row: Row): Promise<void>;
}

/** A new row: into D1, then to the object that lends its budget; into neither if that is away. */
export async function createShared<Found extends SharedRow>(
  after: Found,
  table: SharedTable<Found["row"]>,
  deps: AdminDeps,
): Promise<void> {
  try {
    await table.insert(after.row);
  } catch (cause) {
    const { id, name } = sharedPolicyOf(after);
    if (!isConflict(cause, TABLES[after.kind])) throw cause;
    const message = `${name === id ? "" : `${name}: `}'${id}' already exists.`;
    throw new GatewayError("invalid_request", message, { cause, type: "bad_request_error" });
  }
  await tellShared(after, after.row.spendNanoUsd, () => table.remove(after.row), deps);
}

/** A changed row, in force from the next call on: what was lent is called back. */
export async function saveShared<Found extends SharedRow>(
  before: Found,
  after: Found,
  table: SharedTable<Found["row"]>,
  deps: AdminDeps,
): Promise<void> {
  await table.update(after.row);
  await tellShared(after, after.row.spendNanoUsd, () => table.update(before.row), deps);
}

export async function removeShared<Found extends SharedRow>(
  gone: Found,
  table: SharedTable<Found["row"]>,
  deps: AdminDeps,
): Promise<void> {
  await table.remove(gone.row);
  const { kind, id, name } = sharedPolicyOf(gone);
  const unlimited = { kind, id, name, budget: null, models: [], blocked: false };
  await tellAccount(
    () => deps.shared(unlimited).put(unlimited, 0),
    () => table.insert(gone.row),
  );
}

/** Counts from this figure on. */
export async function setSharedSpend(
  found: SharedRow,
  nanoUsd: number,
  deps: AdminDeps,
): Promise<number> {
  found.row.spendNanoUsd = nanoUsd;
  const policy = sharedPolicyOf(found);
  return (await deps.shared(policy).resetSpend(policy, nanoUsd)).spentNanoUsd;
}

/** In the current window; over the whole life where no budget is. */
export async function liveSharedSpend(found: SharedRow, deps: AdminDeps): Promise<number> {
  const policy = sharedPolicyOf(found);
  if (policy.budget === null) return found.row.spendNanoUsd;
  return (await deps.shared(policy).standing(policy)).spentNanoUsd;
}

async function tellShared(
  found: SharedRow,
  spentNanoUsd: number,
  undo: () => Promise<void>,
  deps: AdminDeps,
): Promise<void> {
  const policy = sharedPolicyOf(found);
  await tellAccount(() => deps.shared(policy).put(policy, spentNanoUsd), undo);
}

const TABLES = {
  organization: "organizations.id",
  end_user: "customers.id",
  tag: "tags.name",
} as const;
