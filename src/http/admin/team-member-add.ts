import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { covers } from "../../core/roles.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import { findUserRows } from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import { bodyRoute, requireCovered, type AdminCall, type AdminRoute } from "./route.ts";
import { AddMembers, BulkAddMembers, type MemberBody } from "./team-body.ts";
import { liveSpends, ownerOf, requireOwnTeam, requireTeam } from "./team-changes.ts";
import { addMembers } from "./team-member-changes.ts";
import { peopleOf } from "./team-people.ts";
import { renderMembership, renderTeam, teamAudit } from "./team-view.ts";
import { renderUser } from "./user-view.ts";

/** How people come into a team. */
export const teamMemberAddRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/team/member_add"],
    action: "team.join",
    summary: "Add one or many people to a team, by id or by address; or oneself, to an open team.",
    body: AddMembers,
    async answer(call) {
      const { body, deps } = call;
      const team = await requireTeam(body.team_id, deps);
      if (!joinsOpenTeam(call, team, body)) requireCovered(call, ownerOf(team), "this team");
      const { after, people } = await addNamed(call, team, body.member, body.max_budget_in_team);
      const [spentNanoUsd] = await liveSpends(after, deps);
      return {
        ...renderTeam(after, spentNanoUsd, deps),
        updated_users: await renderPeople(people, deps),
        updated_team_memberships: people.map((one) => renderMembership(one, after, 0)),
      };
    },
  }),
  bodyRoute({
    paths: ["/team/bulk_member_add"],
    action: "team.members",
    summary: "Add many people to a team; each succeeds or fails alone.",
    body: BulkAddMembers,
    async answer(call) {
      const { body, deps } = call;
      let team = await requireOwnTeam(call, body.team_id);
      const results: JsonObject[] = [];
      for (const named of body.members) {
        const { after, result } = await tryAdding(call, team, named, body.max_budget_in_team);
        team = after;
        results.push(result);
      }
      const successes = results.filter((one) => one["success"] === true).length;
      return {
        team_id: team.id,
        results,
        total_requested: results.length,
        successful_additions: successes,
        failed_additions: results.length - successes,
        updated_team: renderTeam(team, team.spendNanoUsd, deps),
      };
    },
  }),
];

/** Teams the configuration opens to everybody (`available_teams`) are joined without asking. */
function joinsOpenTeam(
  { asker, coverage, deps }: AdminCall,
  team: TeamRow,
  { member, max_budget_in_team: usd }: { member: MemberBody[]; max_budget_in_team?: number | null },
): boolean {
  const [one, ...others] = member;
  if (coverage.kind === "all" || covers(coverage, ownerOf(team))) return false;
  if (one === undefined || others.length > 0 || asker.userId === null) return false;
  const { role, user_id: userId, ...limits } = one;
  const wishesLimits = [usd, limits.max_budget_in_team, limits.rpm_limit, limits.tpm_limit].some(
    (value) => typeof value === "number",
  );
  return (
    userId === asker.userId &&
    role === "user" &&
    !wishesLimits &&
    deps.config.settings.newUsers.availableTeams.includes(team.id)
  );
}

async function addNamed(
  call: AdminCall,
  before: TeamRow,
  named: readonly MemberBody[],
  maxBudgetUsd: number | null | undefined,
): Promise<{ after: TeamRow; people: TeamMember[] }> {
  const people = await peopleOf(call, named, maxBudgetUsd);
  const after = await addMembers(before, people, call.deps);
  call.audit(teamAudit("updated", before, after, call.deps));
  return { after, people };
}

async function tryAdding(
  call: AdminCall,
  team: TeamRow,
  named: MemberBody,
  maxBudgetUsd: number | null | undefined,
): Promise<{ after: TeamRow; result: JsonObject }> {
  const { user_id = null, user_email = null } = named;
  try {
    const { after, people } = await addNamed(call, team, [named], maxBudgetUsd);
    const [user = null] = await renderPeople(people, call.deps);
    const [membership = null] = people.map((one) => renderMembership(one, after, 0));
    const updated = { updated_user: user, updated_team_membership: membership };
    return { after, result: { user_id, user_email, success: true, error: null, ...updated } };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const none = { updated_user: null, updated_team_membership: null };
    const result = { user_id, user_email, success: false, error: error.message, ...none };
    return { after: team, result };
  }
}

async function renderPeople(people: readonly TeamMember[], deps: AdminDeps): Promise<JsonObject[]> {
  const rows = await findUserRows(
    deps.db,
    people.flatMap((one) => one.user_id ?? []),
  );
  return rows.map((row) => renderUser(row, row.spendNanoUsd, deps));
}
