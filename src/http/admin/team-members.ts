import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { nanoFromUsd, usdFromNano } from "../../core/money.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import { pickFields } from "./limit-fields.ts";
import { removeOwnedKeys } from "./owned-keys.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { DeleteMember, UpdateMember } from "./team-body.ts";
import { accountOfTeam, liveSpends, requireOwnTeam } from "./team-changes.ts";
import { teamMemberAddRoutes } from "./team-member-add.ts";
import { changeMember, removeMember, requireMember } from "./team-member-changes.ts";
import { renderTeam, teamAudit } from "./team-view.ts";

/** Who is in a team, and what each may spend there. */
export const teamMemberRoutes: AdminRoute[] = [
  ...teamMemberAddRoutes,
  bodyRoute({
    paths: ["/team/member_delete"],
    action: "team.members",
    summary: "Take somebody out of a team, and delete the keys they have in it.",
    body: DeleteMember,
    async answer(call) {
      const { body, deps } = call;
      const before = await requireOwnTeam(call, body.team_id);
      const member = await requireMember(before, body, deps);
      // The keys first: what fails half-way can then be asked for again.
      await removeOwnedKeys(call, { teamId: before.id, userId: member.user_id });
      const after = await removeMember(before, member, deps);
      call.audit(teamAudit("updated", before, after, deps));
      const [spentNanoUsd] = await liveSpends(after, deps);
      return renderTeam(after, spentNanoUsd, deps);
    },
  }),
  bodyRoute({
    paths: ["/team/member_update"],
    action: "team.members",
    summary: "Change somebody's role or limits in a team, from the next call on.",
    body: UpdateMember,
    async answer(call) {
      const { body, deps } = call;
      const before = await requireOwnTeam(call, body.team_id);
      const member = await requireMember(before, body, deps);
      const role = body.role ?? member.role;
      const changes = { ...pickFields(body, MEMBER_LIMITS), role };
      const after = await changeMember(before, member, changes, deps);
      call.audit(teamAudit("updated", before, after, deps));
      const now = await requireMember(after, member, deps);
      return {
        team_id: after.id,
        user_id: now.user_id,
        user_email: now.user_email,
        role: now.role,
        max_budget_in_team: now.max_budget_in_team ?? null,
        tpm_limit: now.tpm_limit ?? null,
        rpm_limit: now.rpm_limit ?? null,
      };
    },
  }),
  bodyRoute({
    paths: ["/team/:teamId/member/:userId/reset_spend"],
    action: "team.members",
    summary: "Count what somebody spent in a team from another figure on.",
    body: z.object({ reset_to: z.number().min(0).default(0) }),
    async answer(call) {
      const { body, deps, params } = call;
      const team = await requireOwnTeam(call, params["teamId"] ?? "");
      const member = await requireMember(team, { user_id: params["userId"] ?? "" }, deps);
      return resetMemberSpend(call, team, member, nanoFromUsd(body.reset_to));
    },
  }),
];

const MEMBER_LIMITS = ["max_budget_in_team", "tpm_limit", "rpm_limit"] as const;

async function resetMemberSpend(
  call: AdminCall,
  team: TeamRow,
  { user_id: userId, max_budget_in_team: usd }: TeamMember & { user_id: string },
  nanoUsd: number,
): Promise<JsonObject> {
  const account = await accountOfTeam(team.id, call.deps);
  const before = await account.resetSpend({ kind: "user", id: userId }, nanoUsd);
  const shown = (spent: number) => ({
    team_id: team.id,
    user_id: userId,
    spend: usdFromNano(spent),
  });
  call.audit({
    action: "updated",
    table: "LiteLLM_TeamTable",
    id: team.id,
    before: { member_spend: shown(before.windowNanoUsd) },
    after: { member_spend: shown(nanoUsd) },
  });
  return {
    ...shown(nanoUsd),
    previous_spend: usdFromNano(before.windowNanoUsd),
    max_budget: usd ?? team.settings["team_member_budget"] ?? null,
  };
}
