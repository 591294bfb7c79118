import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import * as rows from "../../platform/db/organizations.ts";
import type { OrganizationRow } from "../../platform/db/schema/organizations.ts";
import { findTeamRowsOfOrganization } from "../../platform/db/teams.ts";
import { changeBudgetLimits, linkedFields, refuseTwoBudgets } from "./budget-fields.ts";
import * as field from "./fields.ts";
import { changed, noLimits, pickFields } from "./limit-fields.ts";
import { organizationMemberRoutes } from "./organization-members.ts";
import {
  organizationAudit,
  organizationTable,
  renderOrganization,
  requireOrganization,
  withBudget,
  type Organization,
} from "./organization-rows.ts";
import { bodyRoute, readRoute, requireCovered, type AdminCall, type AdminRoute } from "./route.ts";
import { createShared, liveSharedSpend, removeShared, saveShared } from "./shared-changes.ts";

const organizationFields = {
  ...linkedFields,
  organization_alias: field.optionalText,
  object_permission: field.optionalObject,
  model_rpm_limit: field.optionalObject,
  model_tpm_limit: field.optionalObject,
  tags: field.texts,
};
const NewOrganization = z.object({
  ...organizationFields,
  organization_id: field.optionalText,
});
const UpdateOrganization = z.object({ ...organizationFields, organization_id: field.text });
type OrganizationBody = z.output<z.ZodObject<typeof organizationFields>>;

/** Teams and people under one budget. */
export const organizationRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/organization/new"],
    action: "organization.create",
    summary: "Make an organization: a budget and a list of models for all its teams together.",
    body: NewOrganization,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const blank = newOrganization(body.organization_id ?? deps.newId(), call);
      const after = await changeOrganization(blank, body, call);
      await createShared(after, organizationTable(deps), deps);
      call.audit(organizationAudit("created", null, after, deps));
      return renderOrganization(after, deps);
    },
  }),
  bodyRoute({
    method: "PATCH",
    paths: ["/organization/update"],
    action: "organization.change",
    summary: "Change an organization. What is not in the body stays as it is.",
    body: UpdateOrganization,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const before = await requireOrganization(body.organization_id, deps);
      const after = await changeOrganization(before.row, body, call);
      await saveShared(before, after, organizationTable(deps), deps);
      call.audit(organizationAudit("updated", before, after, deps));
      return renderOrganization(after, deps, await liveSharedSpend(after, deps));
    },
  }),
  bodyRoute({
    method: "DELETE",
    paths: ["/organization/delete"],
    action: "organization.delete",
    summary: "Delete organizations that have no teams and no keys any more.",
    body: z.object({ organization_ids: z.array(field.text).min(1).max(100) }),
    async answer(call) {
      const { body, deps } = call;
      const gone = await Promise.all(
        body.organization_ids.map(async (id) => requireOrganization(id, deps)),
      );
      for (const { row } of gone) await refuseInUse(row, call);
      for (const one of gone) {
        await removeShared(one, organizationTable(deps), deps);
        call.audit(organizationAudit("deleted", one, null, deps));
      }
      return Promise.all(gone.map(async (one) => renderOrganization(one, deps)));
    },
  }),
  readRoute({
    paths: ["/organization/list"],
    action: "organization.read",
    summary: "Organizations the asker administers, in the order of their ids.",
    query: z.object({ size: field.pageNumber(1_000, 10_000), after: field.text.optional() }),
    async answer({ query, deps, coverage }) {
      const listed =
        coverage.kind === "all"
          ? await rows.listOrganizationRows(deps.db, query.size, query.after)
          : await rows.findOrganizationRows(deps.db, coverage.organizationIds);
      return Promise.all(
        listed.map(async (row) => renderOrganization(await withBudget(row, deps), deps)),
      );
    },
  }),
  readRoute({
    paths: ["/organization/info"],
    action: "organization.read",
    summary: "One organization, with its members, its teams and what it has spent.",
    query: z.object({ organization_id: field.text }),
    async answer(call) {
      const { query, deps } = call;
      const found = await requireOrganization(query.organization_id, deps);
      requireCovered(call, { organizationId: found.row.id }, "this organization's info");
      return renderOrganization(found, deps, await liveSharedSpend(found, deps));
    },
  }),
  ...organizationMemberRoutes,
];

function newOrganization(id: string, { deps, by }: AdminCall): OrganizationRow {
  const nowMs = deps.nowMs();
  return {
    ...noLimits(nowMs),
    id,
    alias: null,
    budgetId: null,
    spendNanoUsd: 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

async function changeOrganization(
  before: OrganizationRow,
  body: OrganizationBody,
  { deps, by }: AdminCall,
): Promise<Organization> {
  const limits = changeBudgetLimits(before, body, deps.nowMs());
  const row: OrganizationRow = {
    ...before,
    ...limits,
    metadata: {
      ...limits.metadata,
      ...pickFields(body, ["model_rpm_limit", "model_tpm_limit", "tags"]),
    },
    settings: { ...limits.settings, ...pickFields(body, ["object_permission"]) },
    alias: changed(before.alias, body.organization_alias),
    budgetId: changed(before.budgetId, body.budget_id),
    updatedAtMs: deps.nowMs(),
    updatedBy: by,
  };
  return withBudget(row, deps);
}

/** Keys whose organization is gone would be limited by nobody. */
async function refuseInUse({ id }: OrganizationRow, { deps }: AdminCall): Promise<void> {
  const teams = await findTeamRowsOfOrganization(deps.db, id);
  const keys = await findOwnedKeyRows(deps.db, { organizationId: id });
  if (teams.length === 0 && keys.length === 0) return;
  throw new GatewayError(
    "invalid_request",
    `Organization ${id} still has ${teams.length} teams and ${keys.length} keys. Delete or move them first.`,
    { param: "organization_ids", type: "bad_request_error" },
  );
}
