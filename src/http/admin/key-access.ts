import { GatewayError } from "../../core/errors.ts";
import type { Owner } from "../../core/roles.ts";
import { findOpenedRow } from "../../platform/db/keys.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { requireKey } from "./key-changes.ts";
import { overreachOf, sentFields } from "./key-rights.ts";
import { renderKeyRow } from "./key-view.ts";
import { requireCovered, type AdminCall, type AuditEntry } from "./route.ts";

/** What belongs to whom, as roles see it. */
export function ownerOf({ hash, userId, teamId, organizationId }: KeyRow): Owner {
  return { keyHash: hash, userId, teamId, organizationId };
}

/** The key, if the asker's role reaches it. */
export async function requireOwnKey(call: AdminCall, keyOrHash: string): Promise<KeyRow> {
  const row = await requireKey(keyOrHash, call.deps);
  requireCovered(call, ownerOf(row), "this key's info");
  return row;
}

/** A change of a key as somebody asks for it. */
export interface Change {
  before: KeyRow | null;
  after: KeyRow;
  team: TeamRow | undefined;
  /** As it was sent. */
  body: object;
  isShown: boolean;
}

/** Throws unless the asker reaches the key as it will be and may make of it what they ask for. */
export async function requireRight(call: AdminCall, change: Change): Promise<void> {
  const { asker, coverage, deps } = call;
  const { body, ...wish } = change;
  requireCovered(call, ownerOf(change.after), "keys of others");
  if (asker.roles.includes("proxy_admin")) return;
  const own = await findOpenedRow(deps.db, asker.keyHash, deps.nowMs());
  const fields = sentFields(body);
  const overreach = overreachOf({ ...wish, asker, coverage, own, fields });
  if (overreach === undefined) return;
  throw new GatewayError("admin_only", overreach.message, { param: overreach.param });
}

export function keyAudit(
  action: AuditAction,
  before: KeyRow | null,
  after: KeyRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: KeyRow | null) =>
    row === null ? null : renderKeyRow(row, row.spendNanoUsd, deps);
  const id = (after ?? before)?.hash ?? "";
  return {
    action,
    table: "LiteLLM_VerificationToken",
    id,
    before: shown(before),
    after: shown(after),
  };
}
