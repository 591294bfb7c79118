import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { findTeamAliases } from "../../platform/db/spend.ts";
import { findLabelUsage } from "../../platform/db/usage-labels.ts";
import {
  findUsage,
  type Dimension,
  type UsageFilter,
  type UsageGroup,
} from "../../platform/db/usage.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { requireVisibleUser } from "./spend-visibility.ts";
import { GROUPS_MAX, keyHashOf, periodFields, periodOf, requireComplete } from "./usage-period.ts";
import { byFirst, sumAll, totalTokens } from "./usage-sums.ts";

const ReportQuery = z.object({
  ...periodFields,
  group_by: z.enum(["team", "customer", "api_key"]).default("team"),
  api_key: field.text.optional(),
  internal_user_id: field.text.optional(),
  team_id: field.text.optional(),
  customer_id: field.text.optional(),
});

type ReportCall = AdminCall & { query: z.output<typeof ReportQuery> };

/** LiteLLM's report for chargeback, down to the model and the key. */
export const spendReportRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/global/spend/report"],
    action: "spend.read",
    summary: "Cost by day and team or customer, or by key, with the models behind it.",
    query: ReportQuery,
    async answer(call) {
      const { query } = call;
      if (query.internal_user_id !== undefined) requireVisibleUser(call, query.internal_user_id);
      if (query.api_key !== undefined || query.internal_user_id !== undefined) {
        return reportOfKeys(call);
      }
      switch (query.group_by) {
        case "team":
          return reportOfTeams(call);
        case "customer":
          return reportOfCustomers(call);
        case "api_key":
          return reportOfKeys(call);
      }
    },
  }),
];

async function reportOfTeams(call: ReportCall): Promise<JsonObject[]> {
  const { team_id: team } = call.query;
  const groups = await sumsBy(call, ["day", "team", "served_model", "key"], { team });
  const teamIds = groups.map(({ group: [, id = ""] }) => id);
  const aliases = await findTeamAliases(call.deps.db, teamIds);
  return daily(groups, "teams", (id) => ({ team_name: aliases.get(id) ?? id }));
}

async function reportOfCustomers(call: ReportCall): Promise<JsonObject[]> {
  const { query, deps, coverage } = call;
  const labels = query.customer_id === undefined ? undefined : [query.customer_id];
  const groups = await findLabelUsage(deps.db, {
    kind: "end_user",
    groupBy: ["day", "label", "served_model", "key"],
    ...periodOf(query, deps),
    labels,
    coverage,
    size: GROUPS_MAX,
  });
  return daily(requireComplete(groups), "customers", (customer) => ({ customer }));
}

/** Day → whoever it is about → model and key. */
function daily(
  groups: readonly UsageGroup[],
  name: "teams" | "customers",
  headOf: (id: string) => JsonObject,
): JsonObject[] {
  const days = [...byFirst(groups)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return days.map(([day, ofDay]) => ({
    group_by_day: `${day}T00:00:00+00:00`,
    [name]: [...byFirst(ofDay)].map(([id, lines]) => ({
      ...headOf(id),
      total_spend: usdFromNano(sumAll(lines).costNanoUsd),
      metadata: lines.map(({ group: [model = "", key = ""], sums }) => ({
        model,
        spend: usdFromNano(sums.costNanoUsd),
        total_tokens: totalTokens(sums),
        api_key: key,
      })),
    })),
  }));
}

async function reportOfKeys(call: ReportCall): Promise<JsonObject[]> {
  const { query, deps } = call;
  const key = await keyHashOf(query.api_key, deps);
  const { internal_user_id: user, team_id: team } = query;
  const groups = await sumsBy(call, ["key", "served_model"], { key, user, team });
  return [...byFirst(groups)].map(([hash, models]) => ({
    api_key: hash,
    ...costs(models),
    model_details: models.map((one) => ({ model: one.group[0] ?? "", ...costs([one]) })),
  }));
}

function costs(groups: readonly UsageGroup[]): JsonObject {
  const sums = sumAll(groups);
  return {
    total_cost: usdFromNano(sums.costNanoUsd),
    total_input_tokens: sums.inputTokens,
    total_output_tokens: sums.outputTokens,
  };
}

async function sumsBy(
  { query, deps, coverage }: ReportCall,
  groupBy: readonly Dimension[],
  filter: UsageFilter,
): Promise<UsageGroup[]> {
  const asked = { groupBy, ...periodOf(query, deps), filter, coverage, size: GROUPS_MAX };
  return requireComplete(await findUsage(deps.db, asked));
}
