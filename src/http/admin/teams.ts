import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { accountIdOf } from "../../core/key-format.ts";
import { NOTHING_SPENT, type AccountManagement, type ScopeName } from "../../core/ledger/policy.ts";
import { usdFromNano } from "../../core/money.ts";
import type { Owner } from "../../core/roles.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import { readTeamPolicy } from "../../platform/db/stored-policies.ts";
import * as table from "../../platform/db/teams.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { ADMIN_USER_ID } from "./guard.ts";
import { renderKeyRow } from "./key-view.ts";
import { noLimits } from "./limit-fields.ts";
import { renderAuthors, renderLimits } from "./render.ts";
import {
  bodyRoute,
  readRoute,
  requireCovered,
  type AdminCall,
  type AdminRoute,
  type AuditEntry,
} from "./route.ts";
import { changeTeam, NewTeam, plainMember, UpdateTeam, type TeamBody } from "./team-body.ts";
import { tellAccount } from "./tell-account.ts";

export const teamRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/team/new"],
    action: "team.create",
    summary: "Make a team, with limits that bind all its keys together.",
    body: NewTeam,
    async answer(call) {
      const { body, deps, by } = call;
      const row = newTeam(body.team_id ?? deps.newId(), body, by, deps.nowMs());
      requireCovered(call, { organizationId: row.organizationId }, "teams of others");
      await createTeam(row, deps);
      call.audit(teamAudit("created", null, row, deps));
      return renderTeam(row, 0, deps);
    },
  }),
  bodyRoute({
    paths: ["/team/update"],
    action: "team.change",
    summary: "Change a team. What is not in the body stays as it is.",
    body: UpdateTeam,
    async answer(call) {
      const { body, deps, by } = call;
      const before = await requireOwnTeam(call, body.team_id);
      const after = changeTeam(before, body, by, deps.nowMs());
      requireCovered(call, ownerOf(after), "teams of others");
      await saveTeam(before, after, deps);
      call.audit(teamAudit("updated", before, after, deps));
      const [spentNanoUsd] = await liveSpends(after, deps);
      return { team_id: after.id, data: renderTeam(after, spentNanoUsd, deps) };
    },
  }),
  readRoute({
    paths: ["/team/info"],
    action: "team.read",
    summary: "One team, with its members, its keys and what they have spent.",
    query: z.object({ team_id: field.text }),
    async answer(call) {
      const { deps, query } = call;
      const row = await requireOwnTeam(call, query.team_id);
      const [spentNanoUsd, memberSpends] = await liveSpends(row, deps);
      const keys = await findOwnedKeyRows(deps.db, { teamId: row.id });
      return {
        team_id: row.id,
        team_info: renderTeam(row, spentNanoUsd, deps),
        keys: keys.map((key) => renderKeyRow(key, key.spendNanoUsd, deps)),
        team_memberships: renderMemberships(row, memberSpends),
      };
    },
  }),
];

/** What belongs to whom, as roles see it. */
function ownerOf({ id, organizationId }: TeamRow): Owner {
  return { teamId: id, organizationId };
}

/** The team, if the asker's role reaches it. */
async function requireOwnTeam(call: AdminCall, teamId: string): Promise<TeamRow> {
  const row = await requireTeam(teamId, call.deps);
  requireCovered(call, ownerOf(row), "this team's info");
  return row;
}

function teamAudit(
  action: AuditAction,
  before: TeamRow | null,
  after: TeamRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: TeamRow | null) =>
    row === null ? null : renderTeam(row, row.spendNanoUsd, deps);
  const id = (after ?? before)?.id ?? "";
  return { action, table: "LiteLLM_TeamTable", id, before: shown(before), after: shown(after) };
}

/** Throws LiteLLM's "not found". */
export async function requireTeam(teamId: string, deps: AdminDeps): Promise<TeamRow> {
  const row = await table.findTeamRow(deps.db, teamId);
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `Team not found, passed team id: ${teamId}.`, {
    param: "team_id",
  });
}

/** Into D1, then into the team's account; put back as it was if the account cannot be reached. */
async function saveTeam(before: TeamRow, after: TeamRow, deps: AdminDeps): Promise<void> {
  await table.updateTeamRow(deps.db, after);
  await tellAccount(
    () => putTeam(after, deps),
    () => table.updateTeamRow(deps.db, before),
  );
}

async function createTeam(row: TeamRow, deps: AdminDeps): Promise<void> {
  try {
    await table.insertTeamRow(deps.db, row);
  } catch (cause) {
    if (!isConflict(cause, "teams.id")) throw cause;
    const message = `Team id = ${row.id} already exists. Please use a different team id.`;
    throw new GatewayError("invalid_request", message, {
      param: "team_id",
      type: "bad_request_error",
      cause,
    });
  }
  await tellAccount(
    () => putTeam(row, deps),
    () => table.deleteTeamRow(deps.db, row.id),
  );
}

export async function putTeam(row: TeamRow, deps: AdminDeps): Promise<void> {
  const account = await accountOf(row, deps);
  await account.putTeam(await readTeamPolicy(deps.db, row), NOTHING_SPENT);
}

async function accountOf(row: TeamRow, deps: AdminDeps): Promise<AccountManagement> {
  return deps.account(await accountIdOf({ teamId: row.id, userId: null }));
}

function newTeam(id: string, body: TeamBody, by: string, nowMs: number): TeamRow {
  const blank: TeamRow = {
    ...noLimits(nowMs),
    id,
    alias: null,
    organizationId: null,
    members: [],
    spendNanoUsd: 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  const row = changeTeam(blank, body, by, nowMs);
  const known = row.members.some((member) => member.user_id === ADMIN_USER_ID);
  // LiteLLM makes whoever creates a team its administrator.
  if (!known) row.members = [plainMember(ADMIN_USER_ID, "admin"), ...row.members];
  return { ...row, blocked: row.blocked ?? false };
}

/** The team's spend in its window, and each member's: the account knows, D1 follows. */
async function liveSpends(
  row: TeamRow,
  deps: AdminDeps,
): Promise<[teamNanoUsd: number, memberNanoUsd: Map<string, number>]> {
  const userIds = row.members.flatMap((member) => member.user_id ?? []);
  const account = await accountOf(row, deps);
  const scopes: ScopeName[] = userIds.map((id) => ({ kind: "user", id }));
  const [team, ...members] = await account.standings([{ kind: "team", id: row.id }, ...scopes]);
  const spends = userIds.map((id, at): [string, number] => [id, members[at]?.windowNanoUsd ?? 0]);
  return [team?.windowNanoUsd ?? row.spendNanoUsd, new Map(spends)];
}

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

function renderMemberships(row: TeamRow, spends: ReadonlyMap<string, number>): JsonObject[] {
  return row.members.flatMap((member) =>
    member.user_id === null
      ? []
      : [
          {
            user_id: member.user_id,
            team_id: row.id,
            budget_id: null,
            spend: usdFromNano(spends.get(member.user_id) ?? 0),
            litellm_budget_table: renderMemberBudget(member, row),
          },
        ],
  );
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
