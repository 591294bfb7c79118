import { addDuration, type Duration } from "../../core/duration.ts";
import { GatewayError } from "../../core/errors.ts";
import { NOTHING_SPENT } from "../../core/ledger/policy.ts";
import { rotateKeyRow } from "../../platform/db/key-rotation.ts";
import { findDueKeyRows } from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { logEvent } from "../../platform/log.ts";
import type { AdminDeps } from "./deps.ts";
import { nextRotation } from "./key-lifetime.ts";
import { putKey, refusingDuplicates } from "./key-changes.ts";
import { keyText } from "./key-new.ts";
import { renderTime } from "./render.ts";
import { tellAccount } from "./tell-account.ts";

/** A key's next text, with what is remembered of it. */
export interface NextText {
  hash: string;
  name: string;
  /** How long the old one goes on working; null: not at all. */
  grace: Duration | null;
}

/**
 * The same key under another text, in force for the next call. Its account renames its books in one
 * transaction, so the budget, the rates and the calls in flight stay with it.
 */
export async function rotateKey(
  before: KeyRow,
  wanted: KeyRow,
  { hash, name, grace }: NextText,
  deps: AdminDeps,
): Promise<KeyRow> {
  const nowMs = deps.nowMs();
  const after: KeyRow = {
    ...wanted,
    hash,
    name,
    previousHash: before.hash,
    previousUntilMs: grace === null ? nowMs : addDuration(nowMs, grace),
    rotateAtMs: wanted.rotateAtMs === null ? null : nextRotation(wanted.settings, nowMs),
    settings: {
      ...wanted.settings,
      rotation_count: rotationsOf(wanted) + 1,
      last_rotation_at: renderTime(nowMs),
    },
    updatedAtMs: nowMs,
  };
  const found = await refusingDuplicates(after, () => rotateKeyRow(deps.db, before.hash, after));
  if (!found) throw rotatedMeanwhile();
  // The account may have heard it although it did not answer; it finds out by itself, from D1.
  await tellAccount(
    () => putKey(after, NOTHING_SPENT, deps),
    async () => void (await rotateKeyRow(deps.db, after.hash, before)),
  );
  return after;
}

export function rotationsOf({ settings }: KeyRow): number {
  const count = settings["rotation_count"];
  return typeof count === "number" ? count : 0;
}

/** A way to bring a new key to whoever uses the old one. */
export type DeliverKey = (row: KeyRow, key: string) => Promise<void>;

/** Whoever is on holiday finds the new key in their letters before the old one is dead. */
const DUE_GRACE: Duration = { count: 7, unit: "d" };

/**
 * Rotates keys that are due, and first brings each new key to its owner: a key nobody was told locks
 * its users out. Without a way to reach them nothing is rotated: the key stays due, which
 * `/key/list?status=rotation_due` and the log say. Delivered and not stored is harmless: the old key
 * goes on, and the next run delivers another one.
 */
export async function rotateDueKeys(
  deps: AdminDeps & { deliverKey?: DeliverKey | undefined },
  limit: number,
): Promise<{ rotated: number; due: number }> {
  const rows = await findDueKeyRows(deps.db, deps.nowMs(), limit);
  let rotated = 0;
  for (const row of rows) {
    if (deps.deliverKey !== undefined && (await rotateDue(row, deps.deliverKey, deps))) {
      rotated += 1;
    } else {
      logEvent("key_rotation_due", { key_hash: row.hash, due_at_ms: row.rotateAtMs ?? 0 });
    }
  }
  return { rotated, due: rows.length - rotated };
}

/** One that fails leaves the others alone. */
async function rotateDue(row: KeyRow, deliver: DeliverKey, deps: AdminDeps): Promise<boolean> {
  try {
    const { key, hash, name } = await keyText(row.accountId, null, deps);
    await deliver(row, key);
    await rotateKey(row, row, { hash, name, grace: DUE_GRACE }, deps);
    return true;
  } catch {
    return false;
  }
}

function rotatedMeanwhile(): GatewayError {
  return new GatewayError("conflict", "The key was rotated or deleted meanwhile.", {
    param: "key",
  });
}
