import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { nanoFromUsd, usdFromNano } from "../../core/money.ts";
import { dayOf } from "../../core/usage-labels.ts";
import { findPersonsUsage, type PersonsUsage } from "../../platform/db/usage-heavy.ts";
import { csvResponse } from "./csv.ts";
import { readRoute, type AdminRoute } from "./route.ts";
import { addDays } from "./usage-period.ts";

const usd = z.coerce.number().min(0).max(1_000_000);

const HeavyQuery = z.object({
  above_usd: usd.default(0),
  days: z.coerce.number().int().min(1).max(366).default(30),
  /** The price of a flat plan, per person for thirty days. */
  plan_usd: usd.optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

/** More people than a company has is a mistake; each is a line of the answer. */
const PERSONS_MAX = 20_000;
const PLAN_DAYS = 30;

/** For whom a flat plan would be cheaper than paying by the token. */
export const heavyUserRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/usage/heavy-users"],
    action: "spend.read",
    summary:
      "Who cost more than above_usd in so many days, and with plan_usd what a flat plan would save; as JSON or CSV.",
    query: HeavyQuery,
    async answer({ query, deps, coverage }) {
      const { days } = query;
      const toDay = dayOf(deps.nowMs(), deps.timeZone);
      const fromDay = addDays(toDay, 1 - days);
      const period = { fromDay, toDay, coverage, size: PERSONS_MAX };
      const persons = await findPersonsUsage(deps.db, period);
      // A plan is paid by the month; a window of another length has its share of it.
      const breakEven =
        query.plan_usd === undefined
          ? undefined
          : Math.round((nanoFromUsd(query.plan_usd) * days) / PLAN_DAYS);
      const heavy = persons.filter((one) => one.costNanoUsd > nanoFromUsd(query.above_usd));
      const rows = heavy.map((one) => renderPerson(one, breakEven));
      if (query.format === "csv") return csvResponse(rows, "heavy-users.csv");
      return {
        start_date: fromDay,
        end_date: toDay,
        above_usd: query.above_usd,
        users: rows,
        total: {
          users: persons.length,
          cost_usd: usdFromNano(costOf(persons)),
          users_above: heavy.length,
          cost_above_usd: usdFromNano(costOf(heavy)),
        },
        plan: breakEven === undefined ? null : renderPlan(query.plan_usd ?? 0, persons, breakEven),
      };
    },
  }),
];

function renderPerson(one: PersonsUsage, breakEven: number | undefined): JsonObject {
  return {
    user: one.userId,
    email: one.email,
    alias: one.alias,
    requests: one.requests,
    input_tokens: one.inputTokens,
    output_tokens: one.outputTokens,
    cost_usd: usdFromNano(one.costNanoUsd),
    ...(breakEven !== undefined && {
      plan_saves_usd: usdFromNano(Math.max(one.costNanoUsd - breakEven, 0)),
    }),
  };
}

/** Of everybody, whatever `above_usd` shows: the line is where a person costs what the plan does. */
function renderPlan(
  planUsd: number,
  persons: readonly PersonsUsage[],
  breakEven: number,
): JsonObject {
  const above = persons.filter((one) => one.costNanoUsd > breakEven);
  return {
    plan_usd: planUsd,
    break_even_usd: usdFromNano(breakEven),
    users_above: above.length,
    cost_usd: usdFromNano(costOf(above)),
    plan_cost_usd: usdFromNano(above.length * breakEven),
    saved_usd: usdFromNano(costOf(above) - above.length * breakEven),
  };
}

function costOf(persons: readonly PersonsUsage[]): number {
  return persons.reduce((sum, one) => sum + one.costNanoUsd, 0);
}
