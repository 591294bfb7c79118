import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { coverageOf, covers } from "../../core/roles.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import * as table from "../../platform/db/teams.ts";
import * as field from "./fields.ts";
import { renderKeyRow } from "./key-view.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { liveSpends, requireOwnTeam } from "./team-changes.ts";
import { renderMemberships, renderTeam } from "./team-view.ts";

/** LiteLLM's first list has no pages; an answer must still fit into memory. */
const LISTED_TEAMS_MAX = 2_000;

const TeamFilter = {
  user_id: field.text.optional(),
  organization_id: field.text.optional(),
};

export const teamReadRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/team/info"],
    action: "team.read",
    summary: "One team, with its members, its keys and what they have spent.",
    query: z.object({ team_id: field.text }),
    async answer(call) {
      const { deps, query } = call;
      const row = await requireOwnTeam(call, query.team_id);
      const [spentNanoUsd, memberSpends] = await liveSpends(row, deps);
      const keys = await keysOf([row], call);
      return {
        team_id: row.id,
        team_info: renderTeam(row, spentNanoUsd, deps),
        keys: keys.map((key) => renderKeyRow(key, key.spendNanoUsd, deps)),
        team_memberships: renderMemberships(row, memberSpends),
      };
    },
  }),
  readRoute({
    paths: ["/team/list"],
    action: "team.read",
    summary: "All teams the asker may see, the oldest first, with their members and keys.",
    query: z.object(TeamFilter),
    async answer(call) {
      const { query, deps, coverage } = call;
      const filter = { memberId: query.user_id, organizationId: query.organization_id, coverage };
      const page = { page: 1, size: LISTED_TEAMS_MAX };
      const { rows } = await table.listTeamRows(deps.db, filter, page);
      return renderListed(rows, call);
    },
  }),
  readRoute({
    paths: ["/v2/team/list"],
    action: "team.read",
    summary: "Teams, a page at a time.",
    query: z.object({
      ...TeamFilter,
      team_id: field.text.optional(),
      team_alias: field.text.optional(),
      page: field.pageNumber(1, 1_000_000),
      page_size: field.pageNumber(10, 100),
    }),
    async answer(call) {
      const { query, deps, coverage } = call;
      const { page, page_size: size } = query;
      const filter = {
        id: query.team_id,
        alias: query.team_alias,
        memberId: query.user_id,
        organizationId: query.organization_id,
        coverage,
      };
      const { rows, total } = await table.listTeamRows(deps.db, filter, { page, size });
      const teams = await renderListed(rows, call);
      return { teams, total, page, page_size: size, total_pages: Math.ceil(total / size) };
    },
  }),
  readRoute({
    paths: ["/team/available"],
    action: "team.read",
    summary: "Teams everybody may join (`available_teams`) and the asker has not joined.",
    query: z.object({}),
    async answer({ deps, asker }) {
      const { availableTeams } = deps.config.settings.newUsers;
      const ids = availableTeams.filter((id) => !asker.teamIds.includes(id));
      const rows = await table.findTeamRows(deps.db, ids);
      // Whoever is in none of them need not learn who is.
      return rows.map(({ id, alias, models }) => ({ team_id: id, team_alias: alias, models }));
    },
  }),
];

/** Spend as D1 has it: asking every account would take a call per team. */
async function renderListed(rows: readonly TeamRow[], call: AdminCall): Promise<JsonObject[]> {
  const { deps } = call;
  const keys = Map.groupBy(await keysOf(rows, call), (key) => key.teamId);
  return rows.map((row) => ({
    ...renderTeam(row, row.spendNanoUsd, deps),
    team_memberships: renderMemberships(row),
    keys: (keys.get(row.id) ?? []).map((key) => renderKeyRow(key, key.spendNanoUsd, deps)),
  }));
}

/** Those of the teams' keys that the asker may know of. */
async function keysOf(teams: readonly TeamRow[], call: AdminCall): Promise<KeyRow[]> {
  const reach = coverageOf("key.read", call.asker, "/key/list");
  if (reach === undefined) return [];
  const nobody = { organizationIds: [], userId: null, keyHash: null };
  const ofTeams = { kind: "some" as const, ...nobody, teamIds: teams.map((one) => one.id) };
  const rows = await findOwnedKeyRows(call.deps.db, { coverage: ofTeams });
  return rows.filter(({ hash: keyHash, ...row }) => covers(reach, { ...row, keyHash }));
}
