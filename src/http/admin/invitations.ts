import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import * as table from "../../platform/db/invitations.ts";
import type { InvitationRow } from "../../platform/db/schema/invitations.ts";
import { findUserRow } from "../../platform/db/users.ts";
import * as field from "./fields.ts";
import { createInvitation, invitationAudit, renderInvitation } from "./invitation-changes.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { requireUser } from "./user-changes.ts";
import { refuseEscalation, requireReach } from "./user-reach.ts";

/** Links with which people come in for the first time. */
export const invitationRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/invitation/new"],
    action: "invitation.create",
    summary: "Invite a user: the link is shown once, in this answer, and is good for seven days.",
    body: z.object({ user_id: field.text }),
    async answer(call) {
      const user = await requireUser(call.body.user_id, null, call.deps);
      await requireReach(call, user);
      const { row, link } = await createInvitation(call, user);
      return { ...renderInvitation(row), invitation_link: link };
    },
  }),
  readRoute({
    paths: ["/invitation/info"],
    action: "invitation.read",
    summary: "One invitation, and whether it was accepted. The link is not shown again.",
    query: z.object({ invitation_id: field.text }),
    answer: async (call) =>
      renderInvitation(await requireInvitation(call, call.query.invitation_id)),
  }),
  bodyRoute({
    paths: ["/invitation/update"],
    action: "invitation.change",
    summary: "Mark an invitation as accepted, after which its link opens nothing.",
    body: z.object({ invitation_id: field.text, is_accepted: z.boolean() }),
    async answer(call) {
      const { body, deps, by } = call;
      const before = await requireInvitation(call, body.invitation_id);
      if (before.acceptedAtMs !== null && !body.is_accepted) throw acceptedOnce();
      const nowMs = deps.nowMs();
      const acceptedAtMs = body.is_accepted ? (before.acceptedAtMs ?? nowMs) : null;
      const after = { ...before, acceptedAtMs, updatedAtMs: nowMs, updatedBy: by };
      await table.updateInvitationRow(deps.db, after);
      call.audit(invitationAudit("updated", before, after));
      return renderInvitation(after);
    },
  }),
  bodyRoute({
    paths: ["/invitation/delete"],
    action: "invitation.change",
    summary: "Take an invitation back. Its link opens nothing from now on.",
    body: z.object({ invitation_id: field.text }),
    async answer(call) {
      const row = await requireInvitation(call, call.body.invitation_id);
      await table.deleteInvitationRow(call.deps.db, row.id);
      call.audit(invitationAudit("deleted", row, null));
      return renderInvitation(row);
    },
  }),
];

/** The invitation, if the asker administers whom it invites. */
async function requireInvitation(call: AdminCall, id: string): Promise<InvitationRow> {
  const { db } = call.deps;
  const row = await table.findInvitationRow(db, id);
  const user = row && (await findUserRow(db, row.userId));
  if (row === undefined || user === undefined) {
    throw new GatewayError("not_found", `Invitation id does not exist: ${id}.`, {
      param: "invitation_id",
    });
  }
  await requireReach(call, user);
  if (call.coverage.kind === "some") refuseEscalation(call, user.role);
  return row;
}

function acceptedOnce(): GatewayError {
  return new GatewayError(
    "invalid_request",
    "This invitation was accepted, which happens once. Make a new one with `/invitation/new`.",
    { param: "is_accepted" },
  );
}
