import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { findMembers } from "../../platform/db/organization-members.ts";
import * as rows from "../../platform/db/organizations.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type {
  OrganizationMemberRow,
  OrganizationRow,
} from "../../platform/db/schema/organizations.ts";
import type { SharedRow } from "../../platform/db/shared-policies.ts";
import { findTeamRowsOfOrganization } from "../../platform/db/teams.ts";
import { linkedBudget } from "./budget-fields.ts";
import { renderBudgetTable } from "./budget-view.ts";
import type { AdminDeps } from "./deps.ts";
import { renderAuthors } from "./render.ts";
import type { AuditEntry } from "./route.ts";
import type { SharedTable } from "./shared-changes.ts";

export type Organization = Extract<SharedRow, { kind: "organization" }>;

export async function requireOrganization(id: string, deps: AdminDeps): Promise<Organization> {
  const row = await rows.findOrganizationRow(deps.db, id);
  if (row !== undefined) return withBudget(row, deps);
  throw new GatewayError("not_found", `Organization not found, passed organization_id: ${id}.`, {
    param: "organization_id",
  });
}

export async function withBudget(row: OrganizationRow, deps: AdminDeps): Promise<Organization> {
  return { kind: "organization", row, shared: await linkedBudget(row.budgetId, deps) };
}

export function organizationTable({ db }: AdminDeps): SharedTable<OrganizationRow> {
  return {
    insert: (row) => rows.insertOrganizationRow(db, row),
    update: (row) => rows.updateOrganizationRow(db, row),
    remove: (row) => rows.deleteOrganizationRows(db, [row.id]),
  };
}

/** A row of LiteLLM's organization table, with its members and teams. */
export async function renderOrganization(
  { row, shared }: Organization,
  deps: AdminDeps,
  spentNanoUsd = row.spendNanoUsd,
): Promise<JsonObject> {
  const members = await findMembers(deps.db, row.id);
  const teams = await findTeamRowsOfOrganization(deps.db, row.id);
  return {
    ...renderOwn(row),
    spend: usdFromNano(spentNanoUsd),
    litellm_budget_table: renderBudgetTable(row, shared, deps),
    members: members.map(renderMember),
    teams: teams.map((team) => ({ team_id: team.id, team_alias: team.alias })),
  };
}

export function renderMember(member: OrganizationMemberRow): JsonObject {
  return {
    user_id: member.userId,
    organization_id: member.organizationId,
    user_role: member.role,
    ...renderAuthors(member),
  };
}

export function organizationAudit(
  action: AuditAction,
  before: Organization | null,
  after: Organization | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (one: Organization | null) =>
    one === null
      ? null
      : { ...renderOwn(one.row), ...{ limits: renderBudgetTable(one.row, one.shared, deps) } };
  const id = (after ?? before)?.row.id ?? "";
  return {
    action,
    table: "LiteLLM_OrganizationTable",
    id,
    before: shown(before),
    after: shown(after),
  };
}

function renderOwn(row: OrganizationRow): JsonObject {
  return {
    organization_id: row.id,
    organization_alias: row.alias,
    budget_id: row.budgetId,
    metadata: row.metadata,
    models: row.models,
    blocked: row.blocked ?? false,
    spend: usdFromNano(row.spendNanoUsd),
    object_permission: row.settings["object_permission"] ?? null,
    ...renderAuthors(row),
  };
}
