import * as z from "zod";
import { localFromUtc } from "../../core/ledger/local-time.ts";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { OUTCOMES } from "../../core/usage-outcome.ts";
import {
  findHourlyUsage,
  HOURLY_DIMENSIONS,
  type HourlyUsage,
} from "../../platform/db/usage-hourly.ts";
import { findUsage, type UsageGroup } from "../../platform/db/usage.ts";
import { csvResponse } from "./csv.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminRoute } from "./route.ts";
import {
  addDays,
  daysOf,
  GROUPS_MAX,
  keyHashOf,
  periodFields,
  periodOf,
  requireComplete,
  startOf,
  type Period,
} from "./usage-period.ts";
import { byFirst, NO_SUMS, renderSums, sumAll } from "./usage-sums.ts";

const format = z.enum(["json", "csv"]).default("json");

const HourlyQuery = z.object({
  ...periodFields,
  group_by: z.enum(HOURLY_DIMENSIONS).optional(),
  format,
});

const TrendQuery = z.object({
  ...periodFields,
  user: field.text.optional(),
  team: field.text.optional(),
  key: field.text.optional(),
  model: field.text.optional(),
  provider: field.text.optional(),
  format,
});

export const usageReportRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/usage/hourly"],
    action: "spend.read",
    summary: "Usage and cost by the hour of the operator's calendar, today unless told otherwise.",
    query: HourlyQuery,
    async answer({ query, deps, coverage }) {
      const { timeZone } = deps;
      const period = periodOf(query, deps, 0);
      const { fromMs, untilMs } = hoursOf(period, timeZone);
      const by = query.group_by;
      const asked = { fromMs, untilMs, by, coverage, size: GROUPS_MAX };
      const found = await findHourlyUsage(deps.db, asked);
      requireComplete(found.map(({ name, sums }) => ({ group: [name], sums })));
      const hours = by === undefined ? withEmptyHours(found, fromMs, untilMs) : found;
      const rows: JsonObject[] = hours.map(({ hourMs, name, sums }) => ({
        hour: localHour(hourMs, timeZone),
        ...(by !== undefined && { [by]: name }),
        ...renderSums(sums),
      }));
      if (query.format === "csv") return csvResponse(rows, "usage-hourly.csv");
      return { time_zone: timeZone, usage: rows };
    },
  }),
  readRoute({
    paths: ["/usage/trend"],
    action: "spend.read",
    summary:
      "Calls by day and how they ended: success, the caller's error, the provider's, blocked by a limit, ours.",
    query: TrendQuery,
    async answer({ query, deps, coverage }) {
      const period = periodOf(query, deps);
      const { user, team, model, provider } = query;
      const key = await keyHashOf(query.key, deps);
      const groups = await findUsage(deps.db, {
        groupBy: ["day", "outcome"],
        ...period,
        filter: { user, team, key, model, provider },
        coverage,
        size: GROUPS_MAX,
      });
      const days = byFirst(groups);
      const rows = daysOf(period).map((day) => renderTrend(day, days.get(day) ?? []));
      return query.format === "csv" ? csvResponse(rows, "usage-trend.csv") : { trend: rows };
    },
  }),
];

function renderTrend(day: string, groups: readonly UsageGroup[]): JsonObject {
  const outcomes = byFirst(groups);
  const counts: JsonObject = {};
  for (const outcome of OUTCOMES) counts[outcome] = sumAll(outcomes.get(outcome) ?? []).requests;
  const all = sumAll(groups);
  return { day, requests: all.requests, ...counts, cost_usd: usdFromNano(all.costNanoUsd) };
}

const HOUR_MS = 3_600_000;

/** Whole hours of UTC: where the zone's offset is no whole hour, a little more than the days. */
export function hoursOf({ fromDay, toDay }: Period, timeZone: string) {
  const fromMs = startOf(fromDay, timeZone);
  const untilMs = startOf(addDays(toDay, 1), timeZone);
  return {
    fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS,
    untilMs: Math.ceil(untilMs / HOUR_MS) * HOUR_MS,
  };
}

/** A chart without its quiet hours would be read wrongly. */
function withEmptyHours(
  found: readonly HourlyUsage[],
  fromMs: number,
  untilMs: number,
): HourlyUsage[] {
  const known = new Map(found.map((one) => [one.hourMs, one]));
  const count = (untilMs - fromMs) / HOUR_MS;
  return Array.from({ length: count }, (_, index) => {
    const hourMs = fromMs + index * HOUR_MS;
    return known.get(hourMs) ?? { hourMs, name: "", sums: NO_SUMS };
  });
}

/** `2026-11-18T19:00+09:00`: with its offset, because in autumn one hour comes twice. */
function localHour(hourMs: number, timeZone: string): string {
  const localMs = localFromUtc(hourMs, timeZone);
  const minutes = Math.round((localMs - hourMs) / 60_000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  const offset = `${sign}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  return `${new Date(localMs).toISOString().slice(0, "2026-11-18T19:00".length)}${offset}`;
}
