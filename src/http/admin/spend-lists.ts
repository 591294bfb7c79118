import * as z from "zod";
import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { dayOf } from "../../core/usage-labels.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { listKeysBySpend, listSpenders } from "../../platform/db/spend.ts";
import { findLabelUsage } from "../../platform/db/usage-labels.ts";
import type { UsageGroup } from "../../platform/db/usage.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { renderKeyRow } from "./key-view.ts";
import { renderAuthors, renderLimits } from "./render.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { requireVisibleUser } from "./spend-visibility.ts";
import { GROUPS_MAX, keyHashOf, moment, periodFields, periodOf } from "./usage-period.ts";

const TagQuery = z.object({ ...periodFields, tags: z.string().max(8_192).optional() });

/** Who and what money was spent by, the most expensive first. */
export const spendListRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/spend/keys"],
    action: "spend.read",
    summary: "Keys by what they have spent, the most expensive first.",
    query: z.object({}),
    async answer({ deps, coverage }) {
      const rows = await listKeysBySpend(deps.db, coverage, ROWS_MAX);
      return rows.map((row) => renderKeyRow(row, row.spendNanoUsd, deps));
    },
  }),
  readRoute({
    paths: ["/spend/users"],
    action: "spend.read",
    summary: "People by what they have spent, or one of them.",
    query: z.object({ user_id: field.text.optional() }),
    async answer(call) {
      const { deps, query, coverage } = call;
      const { user_id: userId } = query;
      if (userId !== undefined) requireVisibleUser(call, userId);
      const rows = await listSpenders(deps.db, { userId, coverage, size: ROWS_MAX });
      return rows.map((row) => renderSpender(row, deps));
    },
  }),
  readRoute({
    paths: ["/spend/tags"],
    action: "spend.read",
    summary: "Calls and cost by tag. A call with two tags counts under both.",
    query: TagQuery,
    async answer(call) {
      const groups = await tagsOf(call);
      return groups.map(({ group: [tag = ""], sums }) => ({
        individual_request_tag: tag,
        log_count: sums.requests,
        total_spend: usdFromNano(sums.costNanoUsd),
      }));
    },
  }),
  readRoute({
    paths: ["/global/spend/tags"],
    action: "spend.read",
    summary: "The same under other names.",
    query: TagQuery,
    async answer(call) {
      const groups = await tagsOf(call);
      return {
        spend_per_tag: groups.map(({ group: [name = ""], sums }) => ({
          name,
          spend: usdFromNano(sums.costNanoUsd),
          log_count: sums.requests,
        })),
      };
    },
  }),
  readRoute({
    paths: ["/global/spend/all_tag_names"],
    action: "spend.read",
    summary: "Every tag that was used.",
    query: z.object({ ...periodFields }),
    async answer(call) {
      const groups = await tagsOf(call);
      return { tag_names: groups.map(({ group: [tag = ""] }) => tag) };
    },
  }),
  bodyRoute({
    paths: ["/global/spend/end_users"],
    action: "spend.read",
    summary: "Calls and cost by end user, the most expensive first.",
    body: z.object({
      api_key: field.optionalText,
      startTime: moment.nullable(),
      endTime: moment.nullable(),
    }),
    async answer({ body, deps, coverage }) {
      const { timeZone, db } = deps;
      const start_date = dayAt(body.startTime, timeZone);
      const end_date = dayAt(body.endTime, timeZone);
      const period = periodOf({ start_date, end_date }, deps);
      const keyHash = await keyHashOf(body.api_key ?? undefined, deps);
      const asked = { ...period, keyHash, coverage, size: END_USERS_MAX };
      const groups = await findLabelUsage(db, { kind: "end_user", groupBy: ["label"], ...asked });
      return groups.map(({ group: [name = ""], sums }) => ({
        end_user: name,
        total_count: sums.requests,
        total_spend: usdFromNano(sums.costNanoUsd),
      }));
    },
  }),
  readRoute({
    paths: ["/provider/budgets"],
    action: "spend.read",
    summary: "Budgets of providers. None can be configured yet.",
    query: z.object({}),
    answer: () => Promise.resolve<Json>({ providers: {} }),
  }),
];

function dayAt(at: z.output<typeof moment> | null, timeZone: string): string | undefined {
  return at === undefined || at === null ? undefined : dayOf(at.atMs, at.isDay ? "UTC" : timeZone);
}

/** As many as LiteLLM shows. */
const END_USERS_MAX = 100;

/** A key's or a person's row is about a kilobyte. */
const ROWS_MAX = 2_000;

async function tagsOf({
  query,
  deps,
  coverage,
}: AdminCall & { query: z.output<typeof TagQuery> }): Promise<UsageGroup[]> {
  const labels = query.tags?.split(",").map((tag) => tag.trim());
  const asked = { ...periodOf(query, deps), labels, coverage, size: GROUPS_MAX };
  return findLabelUsage(deps.db, { kind: "tag", groupBy: ["label"], ...asked });
}

function renderSpender(row: UserRow, deps: AdminDeps): JsonObject {
  return {
    user_id: row.id,
    user_email: row.email,
    user_alias: row.alias,
    user_role: row.role,
    teams: row.teams,
    spend: usdFromNano(row.spendNanoUsd),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    ...renderAuthors(row),
  };
}
