import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import type { TeamRow } from "../../platform/db/schema/identity.ts";
import * as table from "../../platform/db/teams.ts";
import { requireBudget } from "./budget-fields.ts";
import * as field from "./fields.ts";
import { ADMIN_USER_ID } from "./guard.ts";
import { tellTeamKeys } from "./key-teams.ts";
import { noLimits } from "./limit-fields.ts";
import { refuseUnsoundRouter } from "./own-router-settings.ts";
import { bodyRoute, requireCovered, type AdminCall, type AdminRoute } from "./route.ts";
import {
  changeTeam,
  membersOf,
  NewTeam,
  OneTeam,
  plainMember,
  TeamModels,
  UpdateTeam,
  type NewTeamBody,
} from "./team-body.ts";
import {
  changeStoredTeam,
  createTeam,
  liveSpends,
  ownerOf,
  removeTeam,
  requireOwnTeam,
  saveTeam,
} from "./team-changes.ts";
import { addMembers } from "./team-member-changes.ts";
import { teamMemberRoutes } from "./team-members.ts";
import { requireModelsWithin } from "./team-organization.ts";
import { peopleOf } from "./team-people.ts";
import { teamReadRoutes } from "./team-reads.ts";
import { teamSettingRoutes } from "./team-settings.ts";
import { renderTeam, teamAudit } from "./team-view.ts";

export const teamRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/team/new"],
    action: "team.create",
    summary: "Make a team, with limits that bind all its keys together.",
    body: NewTeam,
    async answer(call) {
      const { body, deps } = call;
      const row = newTeam(body, call);
      requireCovered(call, { organizationId: row.organizationId }, "teams of others");
      await requireSound(row, call);
      await createTeam(row, deps);
      const made = await withMembers(row, body, call);
      call.audit(teamAudit("created", null, made, deps));
      return renderTeam(made, 0, deps);
    },
  }),
  bodyRoute({
    paths: ["/team/update"],
    action: "team.change",
    summary:
      "Change a team. What is not in the body stays as it is; members have their own routes.",
    body: UpdateTeam,
    async answer(call) {
      const { body, deps, by } = call;
      const before = await requireOwnTeam(call, body.team_id);
      const wanted = changeTeam(before, body, by, deps.nowMs());
      if (body.router_settings !== undefined) refuseUnsoundRouter(wanted.settings, deps.config);
      requireCovered(call, ownerOf(wanted), "teams of others");
      await requireSound(wanted, call);
      const after = await saveTeam(before, wanted, deps);
      await tellTeamKeys(before, after, deps);
      call.audit(teamAudit("updated", before, after, deps));
      return { team_id: after.id, data: await liveTeam(after, call) };
    },
  }),
  bodyRoute({
    paths: ["/team/delete"],
    action: "team.delete",
    summary: "Delete teams, and with them their keys. What they spent stays in every report.",
    body: z.object({ team_ids: z.array(field.text).min(1).max(100) }),
    async answer(call) {
      const ids = [...new Set(call.body.team_ids)];
      const rows = await Promise.all(ids.map(async (id) => requireOwnTeam(call, id)));
      for (const row of rows) {
        await removeTeam(row, call);
        call.audit(teamAudit("deleted", row, null, call.deps));
      }
      return { deleted_teams: ids };
    },
  }),
  bodyRoute({
    paths: ["/team/block"],
    action: "team.change",
    summary: "Turn all keys of a team away from their next call on.",
    body: OneTeam,
    answer: (call) => setBlocked(call, call.body.team_id, true),
  }),
  bodyRoute({
    paths: ["/team/unblock"],
    action: "team.change",
    summary: "Let the keys of a blocked team in again.",
    body: OneTeam,
    answer: (call) => setBlocked(call, call.body.team_id, false),
  }),
  bodyRoute({
    paths: ["/team/model/add"],
    action: "team.change",
    summary: "Let a team use further models.",
    body: TeamModels,
    answer: (call) => changeModels(call, call.body.team_id, { add: call.body.models }),
  }),
  bodyRoute({
    paths: ["/team/model/delete"],
    action: "team.change",
    summary: "Take models from a team. A team that names none may use all.",
    body: TeamModels,
    answer: (call) => changeModels(call, call.body.team_id, { remove: call.body.models }),
  }),
  ...teamMemberRoutes,
  ...teamSettingRoutes,
  ...teamReadRoutes,
];

/** What a team refers to is there, and its organization has its models. */
async function requireSound(row: TeamRow, { deps }: AdminCall): Promise<void> {
  const budgetId = row.settings["budget_id"];
  if (typeof budgetId === "string") await requireBudget(budgetId, deps);
  await requireModelsWithin(row.organizationId, row.models, deps);
}

function newTeam(body: NewTeamBody, { deps, by }: AdminCall): TeamRow {
  const nowMs = deps.nowMs();
  const blank: TeamRow = {
    ...noLimits(nowMs),
    id: body.team_id ?? deps.newId(),
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
  refuseUnsoundRouter(row.settings, deps.config);
  return { ...row, blocked: row.blocked ?? false };
}

/** A team that cannot have the members it was wished with is not made. */
async function withMembers(row: TeamRow, body: NewTeamBody, call: AdminCall): Promise<TeamRow> {
  try {
    return await addMembers(row, await peopleOf(call, withMaker(body, call)), call.deps);
  } catch (error) {
    await table.deleteTeamRow(call.deps.db, row.id);
    throw error;
  }
}

/** LiteLLM makes whoever creates a team its administrator. */
function withMaker(body: NewTeamBody, { asker }: AdminCall) {
  const named = membersOf(body);
  const makerId = asker.userId ?? ADMIN_USER_ID;
  const isNamed = named.some((one) => one.user_id === makerId);
  return isNamed ? named : [plainMember(makerId, "admin"), ...named];
}

async function setBlocked(
  call: AdminCall,
  teamId: string,
  isBlocked: boolean,
): Promise<JsonObject> {
  const { deps, by } = call;
  const before = await requireOwnTeam(call, teamId);
  const changes = { blocked: isBlocked, updatedAtMs: deps.nowMs(), updatedBy: by };
  const after = await saveTeam(before, { ...before, ...changes }, deps);
  call.audit(teamAudit(isBlocked ? "blocked" : "unblocked", before, after, deps));
  return liveTeam(after, call);
}

async function changeModels(
  call: AdminCall,
  teamId: string,
  change: { add?: string[]; remove?: string[] },
): Promise<JsonObject> {
  const { deps } = call;
  const before = await requireOwnTeam(call, teamId);
  await requireModelsWithin(before.organizationId, change.add ?? [], deps);
  const after = await changeStoredTeam(
    teamId,
    () => table.changeTeamModels(deps.db, teamId, change),
    () => table.changeTeamModels(deps.db, teamId, { add: change.remove, remove: change.add }),
    deps,
  );
  call.audit(teamAudit("updated", before, after, deps));
  return liveTeam(after, call);
}

async function liveTeam(row: TeamRow, { deps }: AdminCall): Promise<JsonObject> {
  const [spentNanoUsd] = await liveSpends(row, deps);
  return renderTeam(row, spentNanoUsd, deps);
}
