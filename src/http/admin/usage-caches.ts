import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { dayOf } from "../../core/usage-labels.ts";
import { findCacheUsage, oldestCallMs, type CacheUsage } from "../../platform/db/usage-caches.ts";
import { csvResponse } from "./csv.ts";
import { readRoute, type AdminRoute } from "./route.ts";
import { addDays, periodFields, periodOf, startOf } from "./usage-period.ts";

/** Calls are read one by one, so this is about days and not about years. */
const DAYS_MAX = 31;

const CachesQuery = z.object({ ...periodFields, format: z.enum(["json", "csv"]).default("json") });

/** Whether conversations find their prompts in their vendors' caches. */
export const cacheRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/usage/caches"],
    action: "spend.read-all",
    summary:
      "Prompt caches by model and deployment, today and yesterday unless told otherwise: tokens expected there, read from there, lost, and what lost ones cost more; as JSON or CSV.",
    query: CachesQuery,
    async answer({ query, deps }) {
      const { db, timeZone } = deps;
      const { fromDay, toDay } = periodOf(query, deps, 1, DAYS_MAX);
      const fromMs = startOf(fromDay, timeZone);
      const untilMs = startOf(addDays(toDay, 1), timeZone);
      const found = await findCacheUsage(db, { fromMs, untilMs });
      const rows = found.map(renderCaches);
      if (query.format === "csv") return csvResponse(rows, "usage-caches.csv");
      const oldestMs = await oldestCallMs(db);
      return {
        start_date: fromDay,
        end_date: toDay,
        // Of days before it there is nothing left to tell.
        kept_since: oldestMs === null ? null : dayOf(oldestMs, timeZone),
        caches: rows,
      };
    },
  }),
];

function renderCaches(one: CacheUsage): JsonObject {
  const extraNanoUsd = extraCost(one);
  return {
    model: one.modelGroup,
    deployment: one.deploymentId,
    provider: one.provider,
    region: one.region,
    requests: one.requests,
    moved: one.moved,
    input_tokens: one.inputTokens,
    cache_read_tokens: one.cacheReadTokens,
    cached_tokens_expected: one.cachedTokensExpected,
    caches_lost: one.cachesLost,
    lost_tokens: one.lostTokens,
    lost_cost_usd: extraNanoUsd === null ? null : usdFromNano(extraNanoUsd),
  };
}

/**
 * What lost tokens cost more than cached ones would have, at what cached ones cost there in the same
 * days. Where none was read from a cache, or no price is known, nobody can tell.
 */
function extraCost(one: CacheUsage): number | null {
  if (one.cachesLost === 0) return 0;
  if (one.cacheReadTokens === 0 || !one.costKnown) return null;
  const asCachedNanoUsd = one.lostTokens * (one.cacheReadNanoUsd / one.cacheReadTokens);
  return Math.max(Math.round(one.lostNanoUsd - asCachedNanoUsd), 0);
}
