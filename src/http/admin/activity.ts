import * as z from "zod";
import { ERRORS } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
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
  type Period,
} from "./usage-period.ts";
import { byFirst, NO_SUMS, sumAll, totalTokens } from "./usage-sums.ts";

const ActivityQuery = z.object({
  ...periodFields,
  api_key: field.text.optional(),
  model: field.text.optional(),
});

/** How many calls there were, day by day, under LiteLLM's names. */
export const activityRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/global/activity"],
    action: "spend.read",
    summary: "Calls and tokens by day.",
    query: ActivityQuery,
    async answer(call) {
      const asked = await readActivity(call, ["day"]);
      return activityOf(asked.groups, asked.period);
    },
  }),
  readRoute({
    paths: ["/global/activity/model"],
    action: "spend.read",
    summary: "Calls and tokens by day for each model, the busiest first.",
    query: ActivityQuery,
    async answer(call) {
      const { groups, period } = await readActivity(call, ["served_model", "day"]);
      return [...byFirst(groups)]
        .toSorted(([, a], [, b]) => sumAll(b).requests - sumAll(a).requests)
        .map(([model, days]) => ({ model, ...activityOf(days, period) }));
    },
  }),
  readRoute({
    paths: ["/global/activity/exceptions"],
    action: "spend.read",
    summary: "Calls by day that met a rate limit, ours or a vendor's.",
    query: z.object({ ...periodFields, model_group: field.text.optional() }),
    async answer(call) {
      const { query } = call;
      const filter = { model: query.model_group, status: RATE_LIMITED };
      const { groups, period } = await readGroups(call, ["day"], filter);
      const days = byFirst(groups);
      return {
        daily_data: daysOf(period).map((day) => ({
          date: shortDate(day),
          num_rate_limit_exceptions: sumAll(days.get(day) ?? []).requests,
        })),
        sum_num_rate_limit_exceptions: sumAll(groups).requests,
      };
    },
  }),
];

/** Everything a caller sees as 429: by its code, or by its status where a record has no code. */
const RATE_LIMITED = [
  "429",
  ...Object.entries(ERRORS).flatMap(([code, { status }]) => (status === 429 ? [code] : [])),
];

async function readActivity(
  call: AdminCall & { query: z.output<typeof ActivityQuery> },
  groupBy: readonly Dimension[],
) {
  const { query, deps } = call;
  const key = await keyHashOf(query.api_key, deps);
  return readGroups(call, groupBy, { model: query.model, key });
}

async function readGroups(
  {
    query,
    deps,
    coverage,
  }: AdminCall & { query: { start_date?: string | undefined; end_date?: string | undefined } },
  groupBy: readonly Dimension[],
  filter: UsageFilter,
): Promise<{ groups: UsageGroup[]; period: Period }> {
  const period = periodOf(query, deps);
  const asked = { groupBy, ...period, filter, coverage, size: GROUPS_MAX };
  return { groups: requireComplete(await findUsage(deps.db, asked)), period };
}

function activityOf(groups: readonly UsageGroup[], period: Period): JsonObject {
  const days = new Map(groups.map(({ group, sums }) => [group[0], sums]));
  const all = sumAll(groups);
  return {
    daily_data: daysOf(period).map((day) => {
      const sums = days.get(day) ?? NO_SUMS;
      return {
        date: shortDate(day),
        api_requests: sums.requests,
        total_tokens: totalTokens(sums),
      };
    }),
    sum_api_requests: all.requests,
    sum_total_tokens: totalTokens(all),
  };
}

/** `Jan 02`: what LiteLLM's charts are labelled with. */
function shortDate(day: string): string {
  return SHORT_DATE.format(Date.parse(day));
}

const SHORT_DATE = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "2-digit",
  timeZone: "UTC",
});
