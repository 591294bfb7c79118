import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { findKeyNames, findTeamAliases } from "../../platform/db/spend.ts";
import {
  findUsage,
  type Dimension,
  type UsageFilter,
  type UsageGroup,
} from "../../platform/db/usage.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import {
  daysOf,
  GROUPS_MAX,
  keyHashOf,
  periodFields,
  periodOf,
  requireComplete,
} from "./usage-period.ts";
import { byFirst, sumAll } from "./usage-sums.ts";

const GlobalQuery = z.object({
  ...periodFields,
  api_key: field.text.optional(),
  user_id: field.text.optional(),
  team_id: field.text.optional(),
  model: field.text.optional(),
  provider: field.text.optional(),
  limit: field.pageNumber(100, 10_000),
});

type GlobalCall = AdminCall & { query: z.output<typeof GlobalQuery> };

/** Sums of the last thirty days, or of the days asked for, as far as the asker may see. */
export const spendGlobalRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/global/spend"],
    action: "spend.read",
    summary:
      "What was spent, of all or of one key, person, team or model; and the budget of everything.",
    query: GlobalQuery,
    async answer(call) {
      const budget = call.deps.config.settings.globalBudget?.budget?.limitNanoUsd ?? 0;
      const groups = await sumsBy(call, []);
      return {
        spend: usdFromNano(sumAll(groups).costNanoUsd),
        max_budget: usdFromNano(budget),
      };
    },
  }),
  readRoute({
    paths: ["/global/spend/logs"],
    action: "spend.read",
    summary: "What was spent by day.",
    query: GlobalQuery,
    async answer(call) {
      const days = byFirst(await sumsBy(call, ["day"]));
      return daysOf(periodOf(call.query, call.deps)).map((date) => ({
        date,
        spend: usdFromNano(sumAll(days.get(date) ?? []).costNanoUsd),
      }));
    },
  }),
  readRoute({
    paths: ["/global/spend/keys"],
    action: "spend.read",
    summary: "What was spent by key, the most expensive first.",
    query: GlobalQuery,
    async answer(call) {
      const groups = await dearestBy(call, "key");
      const hashes = groups.map(({ group: [hash = ""] }) => hash);
      const names = await findKeyNames(call.deps.db, hashes);
      return groups.map(({ group: [hash = ""], sums }) => ({
        api_key: hash,
        key_alias: names.get(hash)?.alias ?? null,
        key_name: names.get(hash)?.name ?? null,
        total_spend: usdFromNano(sums.costNanoUsd),
      }));
    },
  }),
  readRoute({
    paths: ["/global/spend/models"],
    action: "spend.read",
    summary: "What was spent by model, the most expensive first.",
    query: GlobalQuery,
    answer: async (call) => namedCosts(await dearestBy(call, "served_model"), "model"),
  }),
  readRoute({
    paths: ["/global/spend/provider"],
    action: "spend.read",
    summary: "What was spent by provider, the most expensive first.",
    query: GlobalQuery,
    async answer(call) {
      const groups = await dearestBy(call, "provider");
      return groups.map(({ group: [provider = ""], sums }) => ({
        provider,
        spend: usdFromNano(sums.costNanoUsd),
      }));
    },
  }),
  readRoute({
    paths: ["/global/spend/teams"],
    action: "spend.read",
    summary: "What was spent by team, in all and by day.",
    query: GlobalQuery,
    answer: spendOfTeams,
  }),
];

async function spendOfTeams(call: GlobalCall): Promise<JsonObject> {
  const groups = await sumsBy(call, ["day", "team"]);
  const teamIds = groups.map(({ group: [, team = ""] }) => team);
  const aliases = await findTeamAliases(call.deps.db, teamIds);
  const nameOf = (id = ""): string => aliases.get(id) ?? (id === "" ? NO_TEAM : id);
  const byTeam = byFirst(
    groups.map(({ group: [day = "", team], sums }) => ({ group: [nameOf(team), day], sums })),
  );
  const totals = [...byTeam]
    .map(([name, days]) => ({ name, nanoUsd: sumAll(days).costNanoUsd }))
    .toSorted((a, b) => b.nanoUsd - a.nanoUsd);
  const days = byFirst(groups);
  return {
    daily_spend: daysOf(periodOf(call.query, call.deps)).map((date) => ({
      ...Object.fromEntries(
        (days.get(date) ?? []).map(({ group: [team], sums }) => [
          nameOf(team),
          usdFromNano(sums.costNanoUsd),
        ]),
      ),
      date,
    })),
    teams: totals.map(({ name }) => name),
    total_spend_per_team: totals.map(({ name, nanoUsd }) => ({
      team_id: name,
      total_spend: usdFromNano(nanoUsd),
    })),
  };
}

/** LiteLLM's name for calls of no team. */
const NO_TEAM = "Unassigned";

function namedCosts(groups: readonly UsageGroup[], name: string): JsonObject[] {
  return groups.map(({ group: [value = ""], sums }) => ({
    [name]: value,
    total_spend: usdFromNano(sums.costNanoUsd),
  }));
}

async function sumsBy(call: GlobalCall, groupBy: readonly Dimension[]): Promise<UsageGroup[]> {
  const { deps, coverage } = call;
  const period = periodOf(call.query, deps);
  const filter = await filterOf(call);
  const asked = { groupBy, ...period, filter, coverage, size: GROUPS_MAX };
  return requireComplete(await findUsage(deps.db, asked));
}

async function dearestBy(call: GlobalCall, by: Dimension): Promise<UsageGroup[]> {
  const { query, deps, coverage } = call;
  const period = periodOf(query, deps);
  const filter = await filterOf(call);
  const groupBy = [by];
  const asked = { groupBy, ...period, filter, coverage, size: query.limit, byCost: true };
  return findUsage(deps.db, asked);
}

async function filterOf({ query, deps }: GlobalCall): Promise<UsageFilter> {
  const { user_id: user, team_id: team, model, provider } = query;
  return { key: await keyHashOf(query.api_key, deps), user, team, model, provider };
}
