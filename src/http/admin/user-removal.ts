import { deleteInvitationRowsOf } from "../../platform/db/invitations.ts";
import { findMembershipsOf, removeMember } from "../../platform/db/organization-members.ts";
import { forgetPerson } from "../../platform/db/retention-person.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { leaveTeams } from "../../platform/db/team-members.ts";
import { deleteUserRow } from "../../platform/db/users.ts";
import { removeOwnedKeys } from "./owned-keys.ts";
import type { AdminCall } from "./route.ts";
import { putTeam, requireTeam } from "./team-changes.ts";
import { forgetUser } from "./user-changes.ts";
import { userAudit } from "./user-view.ts";

/**
 * A person goes: their keys, wherever they are, their memberships and their invitations; the row last,
 * so that a deletion which fails half-way can be asked for again. What they spent stays in every sum,
 * under a name that says nothing.
 */
export async function removePerson(row: UserRow, call: AdminCall): Promise<void> {
  const { deps } = call;
  await removeOwnedKeys(call, { userId: row.id });
  for (const teamId of await leaveTeams(deps.db, row.id)) {
    await putTeam(await requireTeam(teamId, deps), deps);
  }
  for (const { organizationId } of await findMembershipsOf(deps.db, row.id)) {
    await removeMember(deps.db, organizationId, row.id);
  }
  await deleteInvitationRowsOf(deps.db, row.id);
  await forgetUser(row, deps);
  await forgetPerson(deps.db, row.id, `deleted-user-${deps.newId()}`);
  await deleteUserRow(deps.db, row.id);
  call.audit(userAudit("deleted", row, null, deps));
}
