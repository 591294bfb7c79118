import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import {
  findMembers,
  findMembershipsOf,
  putMember,
  removeMember,
} from "../../platform/db/organization-members.ts";
import type { OrganizationMemberRow } from "../../platform/db/schema/organizations.ts";
import { findUserRow, findUserRowByEmail } from "../../platform/db/users.ts";
import * as field from "./fields.ts";
import { renderMember, renderOrganization, requireOrganization } from "./organization-rows.ts";
import { bodyRoute, requireCovered, type AdminCall, type AdminRoute } from "./route.ts";
import { knownPerson } from "./team-people.ts";

const role = z.enum(["org_admin", "internal_user", "internal_user_viewer"]);
const person = { user_id: field.optionalText, user_email: field.email };
const member = z.object({ role: role.default("internal_user"), ...person });
const AddMember = z.object({
  organization_id: field.text,
  member: z.union([member.transform((one) => [one]), z.array(member).min(1).max(500)]),
});
const UpdateMember = z.object({ organization_id: field.text, ...person, role });
const DeleteMember = z.object({ organization_id: field.text, ...person });

/** Who belongs to an organization, and who administers it. */
export const organizationMemberRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/organization/member_add"],
    action: "organization.members",
    summary: "Add people to an organization, with their role in it.",
    body: AddMember,
    async answer(call) {
      const { body } = call;
      const found = await reachable(call, body.organization_id);
      const added: OrganizationMemberRow[] = [];
      for (const wanted of body.member) {
        const userId = await personOf(wanted, call);
        added.push(await put(found.row.id, userId, wanted.role, call));
      }
      return {
        organization_id: found.row.id,
        updated_users: added.map(({ userId }) => ({ user_id: userId })),
        updated_organization_memberships: added.map(renderMember),
      };
    },
  }),
  bodyRoute({
    method: "PATCH",
    paths: ["/organization/member_update"],
    action: "organization.members",
    summary: "Change a person's role in an organization.",
    body: UpdateMember,
    async answer(call) {
      const { body, deps } = call;
      const found = await reachable(call, body.organization_id);
      const userId = await requirePerson(body, call);
      const known = await findMembershipsOf(deps.db, userId);
      if (!known.some((one) => one.organizationId === found.row.id)) throw notAMember(userId);
      return renderMember(await put(found.row.id, userId, body.role, call));
    },
  }),
  bodyRoute({
    method: "DELETE",
    paths: ["/organization/member_delete"],
    action: "organization.members",
    summary: "Take a person out of an organization. Their keys stay theirs.",
    body: DeleteMember,
    async answer(call) {
      const { body, deps } = call;
      const found = await reachable(call, body.organization_id);
      const userId = await requirePerson(body, call);
      const before = (await findMembers(deps.db, found.row.id)).find(
        (one) => one.userId === userId,
      );
      if (before === undefined || !(await removeMember(deps.db, found.row.id, userId))) {
        throw notAMember(userId);
      }
      file(call, before, null);
      return renderOrganization(found, deps);
    },
  }),
];

async function reachable(call: AdminCall, organizationId: string) {
  const found = await requireOrganization(organizationId, call.deps);
  requireCovered(call, { organizationId }, "this organization's members");
  return found;
}

async function put(
  organizationId: string,
  userId: string,
  wanted: OrganizationMemberRow["role"],
  call: AdminCall,
): Promise<OrganizationMemberRow> {
  const { deps, by } = call;
  const nowMs = deps.nowMs();
  const memberships = await findMembershipsOf(deps.db, userId);
  const before = memberships.find((one) => one.organizationId === organizationId) ?? null;
  const after: OrganizationMemberRow = {
    organizationId,
    userId,
    role: wanted,
    createdAtMs: before?.createdAtMs ?? nowMs,
    createdBy: before?.createdBy ?? by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  await putMember(deps.db, after);
  file(call, before, after);
  return after;
}

function file(
  call: AdminCall,
  before: OrganizationMemberRow | null,
  after: OrganizationMemberRow | null,
): void {
  call.audit({
    action: "updated",
    table: "LiteLLM_OrganizationTable",
    id: (after ?? before)?.organizationId ?? "",
    before: before && { member: renderMember(before) },
    after: after && { member: renderMember(after) },
  });
}

/** As in LiteLLM, whom nobody knows yet becomes a user. */
async function personOf(wanted: z.output<typeof member>, call: AdminCall): Promise<string> {
  const isNamed = Boolean(wanted.user_id) || Boolean(wanted.user_email);
  return isNamed ? (await knownPerson(call, wanted)).id : requirePerson(wanted, call);
}

/** The id of a person who is there. */
async function requirePerson(
  { user_id: id, user_email: email }: { user_id?: string | null; user_email?: string | null },
  { deps }: AdminCall,
): Promise<string> {
  const row =
    typeof id === "string"
      ? await findUserRow(deps.db, id)
      : await findUserRowByEmail(deps.db, (email ?? "").toLowerCase());
  if (row !== undefined) return row.id;
  throw new GatewayError("not_found", `User ${id ?? email ?? ""} not found`, { param: "user_id" });
}

function notAMember(userId: string): GatewayError {
  return new GatewayError("not_found", `User ${userId} is not in this organization.`, {
    param: "user_id",
  });
}
