import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { findBudgetRows } from "../../platform/db/budgets.ts";
import { findMembershipsOf, putMember } from "../../platform/db/organization-members.ts";
import { findOrganizationRow } from "../../platform/db/organizations.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import type { OrganizationRole } from "../../platform/db/schema/organizations.ts";
import { changeTeamMember } from "../../platform/db/team-members.ts";
import { findTeamRow } from "../../platform/db/teams.ts";
import { findUserRow } from "../../platform/db/users.ts";
import type { ImportResult } from "./import-order.ts";
import { OrganizationMembership, TeamMembership } from "./import-rows.ts";
import { refused, unchanged } from "./import-write.ts";
import type { AdminCall } from "./route.ts";
import { accountOfTeam, putTeam } from "./team-changes.ts";

/** What people may spend in their teams, and what they did: rows of LiteLLM's membership table. */
export async function importTeamMemberships(
  raws: readonly JsonObject[],
  call: AdminCall,
): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  for (const raw of raws) results.push(await importTeamMembership(raw, call));
  return results;
}

async function importTeamMembership(raw: JsonObject, call: AdminCall): Promise<ImportResult> {
  const { deps } = call;
  const parsed = TeamMembership.safeParse(raw);
  const id = `${String(raw["user_id"])} in ${String(raw["team_id"])}`;
  if (!parsed.success) return refused(id, z.prettifyError(parsed.error));
  const { user_id: userId, team_id: teamId, budget_id: budgetId = null, spend = 0 } = parsed.data;
  const team = await findTeamRow(deps.db, teamId);
  if (team === undefined) return refused(id, `its team is not here: ${teamId}`);
  const member = team.members.find((one) => one.user_id === userId);
  if (member === undefined) return unchanged(id, "is no member of the team (any more)", []);
  const linked = await link(team, member, budgetId, call);
  if (linked === "missing") return refused(id, `its budget is not here: ${budgetId}`);
  const counted = await countSpend(teamId, userId, spend, call);
  if (linked === "as it was" && !counted) return unchanged(id, "is here already", []);
  call.audit({
    action: "updated",
    table: "LiteLLM_TeamTable",
    id: teamId,
    before: { member: { ...member } },
    after: { member: { ...member, budget_id: budgetId }, spend_nano_usd: spend },
  });
  return { id, outcome: "imported", reason: null, notes: [] };
}

async function link(
  team: TeamRow,
  member: TeamMember,
  budgetId: string | null,
  { deps }: AdminCall,
): Promise<"linked" | "as it was" | "missing"> {
  if (budgetId === null || typeof member.budget_id === "string") return "as it was";
  const [budget] = await findBudgetRows(deps.db, [budgetId]);
  if (budget === undefined) return "missing";
  await changeTeamMember(deps.db, team.id, member.user_id ?? "", { budget_id: budgetId });
  await putTeam((await findTeamRow(deps.db, team.id)) ?? team, deps);
  return "linked";
}

/** Only for somebody who has spent nothing here: brought twice, it must not undo what came between. */
async function countSpend(
  teamId: string,
  userId: string,
  nanoUsd: number,
  { deps }: AdminCall,
): Promise<boolean> {
  if (nanoUsd === 0) return false;
  const account = await accountOfTeam(teamId, deps);
  const scope = { kind: "user" as const, id: userId };
  const [standing] = await account.standings([scope]);
  if (standing !== undefined && standing.lifetimeNanoUsd > 0) return false;
  await account.resetSpend(scope, nanoUsd);
  return true;
}

const ORGANIZATION_ROLES: readonly OrganizationRole[] = [
  "org_admin",
  "internal_user",
  "internal_user_viewer",
];

export async function importOrganizationMemberships(
  raws: readonly JsonObject[],
  call: AdminCall,
): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  for (const raw of raws) results.push(await importOrganizationMembership(raw, call));
  return results;
}

async function importOrganizationMembership(
  raw: JsonObject,
  { deps, by, audit }: AdminCall,
): Promise<ImportResult> {
  const parsed = OrganizationMembership.safeParse(raw);
  const id = `${String(raw["user_id"])} in ${String(raw["organization_id"])}`;
  if (!parsed.success) return refused(id, z.prettifyError(parsed.error));
  const { user_id: userId, organization_id: organizationId, user_role: written } = parsed.data;
  if ((await findOrganizationRow(deps.db, organizationId)) === undefined) {
    return refused(id, `its organization is not here: ${organizationId}`);
  }
  if ((await findUserRow(deps.db, userId)) === undefined) {
    return refused(id, `the person is not here: ${userId}`);
  }
  const known = await findMembershipsOf(deps.db, userId);
  if (known.some((one) => one.organizationId === organizationId)) {
    return unchanged(id, "is here already", []);
  }
  const role = ORGANIZATION_ROLES.find((one) => one === written) ?? "internal_user";
  const nowMs = deps.nowMs();
  const authors = { createdAtMs: nowMs, createdBy: by, updatedAtMs: nowMs, updatedBy: by };
  await putMember(deps.db, { organizationId, userId, role, ...authors });
  audit({
    action: "updated",
    table: "LiteLLM_OrganizationTable",
    id: organizationId,
    before: null,
    after: { member: { user_id: userId, user_role: role } },
  });
  const notes = parsed.data.budget_id == null ? [] : ["not taken over: a member's own budget_id"];
  return { id, outcome: "imported", reason: null, notes };
}
