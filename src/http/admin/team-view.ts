import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { renderAuthors, renderLimits } from "./render.ts";
import type { AuditEntry } from "./route.ts";

/** A row of LiteLLM's team table. `spentNanoUsd` is the current window's. */
export function renderTeam(row: TeamRow, spentNanoUsd: number, deps: AdminDeps): JsonObject {
  const kept = (name: string, none: Json): Json => row.settings[name] ?? none;
  const withRole = (role: TeamMember["role"]): string[] =>
    row.members.flatMap((one) => (one.role === role && one.user_id !== null ? [one.user_id] : []));
  return {
    team_alias: row.alias,
    team_id: row.id,
    organization_id: row.organizationId,
    admins: [],
    members: [...withRole("admin"), ...withRole("user")],
    members_with_roles: row.members.map(({ role, user_id, user_email }) => ({
      role,
      user_id,
      user_email,
    })),
    team_member_permissions: kept("team_member_permissions", null),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    blocked: row.blocked ?? false,
    spend: usdFromNano(spentNanoUsd),
    soft_budget: kept("soft_budget", null),
    budget_limits: kept("budget_limits", null),
    router_settings: kept("router_settings", null),
    access_group_ids: kept("access_group_ids", null),
    policies: row.metadata["policies"] ?? [],
    model_id: null,
    litellm_model_table: null,
    object_permission: kept("object_permission", null),
    team_member_budget_table: renderMemberBudget({}, row),
    ...renderAuthors(row),
  };
}

export function renderMemberships(
  row: TeamRow,
  spends: ReadonlyMap<string, number> = new Map(),
): JsonObject[] {
  return row.members.flatMap((member) => {
    const { user_id: userId } = member;
    return userId === null ? [] : [renderMembership(member, row, spends.get(userId) ?? 0)];
  });
}

export function renderMembership(
  member: TeamMember,
  team: TeamRow,
  spentNanoUsd: number,
): JsonObject {
  return {
    user_id: member.user_id,
    team_id: team.id,
    budget_id: member.budget_id ?? null,
    spend: usdFromNano(spentNanoUsd),
    litellm_budget_table: renderMemberBudget(member, team),
  };
}

/** A member's own limits before the team's for every member; null when there are none. */
function renderMemberBudget(member: Partial<TeamMember>, { settings }: TeamRow): Json {
  const budget = {
    max_budget: member.max_budget_in_team ?? settings["team_member_budget"] ?? null,
    tpm_limit: member.tpm_limit ?? settings["team_member_tpm_limit"] ?? null,
    rpm_limit: member.rpm_limit ?? settings["team_member_rpm_limit"] ?? null,
  };
  if (Object.values(budget).every((value) => value === null)) return null;
  return { ...budget, budget_duration: settings["team_member_budget_duration"] ?? null };
}

export function teamAudit(
  action: AuditAction,
  before: TeamRow | null,
  after: TeamRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: TeamRow | null) =>
    row === null
      ? null
      : { ...renderTeam(row, row.spendNanoUsd, deps), team_memberships: renderMemberships(row) };
  const id = (after ?? before)?.id ?? "";
  return { action, table: "LiteLLM_TeamTable", id, before: shown(before), after: shown(after) };
}
