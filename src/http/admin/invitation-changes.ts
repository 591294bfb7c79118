import { hashKey } from "../../core/key-format.ts";
import type { JsonObject } from "../../core/json.ts";
import * as table from "../../platform/db/invitations.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import type { InvitationRow } from "../../platform/db/schema/invitations.ts";
import { renderAuthors, renderOptionalTime, renderTime } from "./render.ts";
import type { AdminCall, AuditEntry } from "./route.ts";
import { refuseEscalation } from "./user-reach.ts";

/** As LiteLLM's: long enough for a holiday, short enough for a forgotten mail. */
const DAYS_VALID = 7;
const DAY_MS = 86_400_000;
const SECRET_BYTES = 32;

/** What is shown once, to whoever invites. */
export type Invited = {
  invitation_id: string;
  invitation_link: string;
  invitation_expires_at: string;
};

/** A new invitation of this person; earlier ones stay good until they expire. */
export async function invite(call: AdminCall, user: UserRow): Promise<Invited> {
  const { row, link } = await createInvitation(call, user);
  return {
    invitation_id: row.id,
    invitation_link: link,
    invitation_expires_at: renderTime(row.expiresAtMs),
  };
}

export async function createInvitation(
  call: AdminCall,
  user: UserRow,
): Promise<{ row: InvitationRow; link: string }> {
  refuseEscalation(call, user.role);
  const { deps, by, origin } = call;
  const nowMs = deps.nowMs();
  const secret = randomSecret();
  const row: InvitationRow = {
    id: deps.newId(),
    userId: user.id,
    secretHash: await hashKey(secret),
    acceptedAtMs: null,
    expiresAtMs: nowMs + DAYS_VALID * DAY_MS,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  await table.insertInvitationRow(deps.db, row);
  call.audit(invitationAudit("created", null, row));
  // A browser sends no fragment to any server, so the secret is in nobody's access log.
  return { row, link: `${origin}/ui?invitation_id=${row.id}#${secret}` };
}

function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** LiteLLM's row, which has no secret. */
export function renderInvitation(row: InvitationRow): JsonObject {
  return {
    id: row.id,
    user_id: row.userId,
    is_accepted: row.acceptedAtMs !== null,
    accepted_at: renderOptionalTime(row.acceptedAtMs),
    expires_at: renderTime(row.expiresAtMs),
    ...renderAuthors(row),
  };
}

export function invitationAudit(
  action: AuditAction,
  before: InvitationRow | null,
  after: InvitationRow | null,
): AuditEntry {
  return {
    action,
    table: "LiteLLM_InvitationLink",
    id: (after ?? before)?.id ?? "",
    before: before && renderInvitation(before),
    after: after && renderInvitation(after),
  };
}
