import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { expect, it } from "vitest";
import { isCacheLost } from "../../../src/core/lost-cache.ts";
import type { CallRecord } from "../../../src/core/record.ts";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { cacheStatement, findCacheUsage } from "../../../src/platform/db/usage-caches.ts";
import { sampleRecord } from "../sinks/sample-record.ts";

const db = drizzle(env.DB);
const AT_MS = Date.parse("2026-11-18T10:30:00Z");
const period = { fromMs: AT_MS, untilMs: AT_MS + 1 };

it("calls lost what the pure function calls lost, at both sides of every edge", async () => {
  const records = [...everyKindOfCall()];
  await insertRequests(env.DB, records, "UTC");
  const lost = records.filter((one) =>
    isCacheLost({ ...one, cacheReadTokens: one.usage.cacheReadTokens }),
  );
  expect(lost.length).toBeGreaterThan(5);
  const found = await findCacheUsage(db, period);
  const lostAt = found.filter((one) => one.cachesLost > 0).map((one) => one.deploymentId);
  expect(lostAt.toSorted()).toEqual(lost.map((one) => one.deploymentId).toSorted());
});

it("reads nothing but the calls of the time asked for", async () => {
  const { sql, params } = cacheStatement(db, period).toSQL();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail)).toContain(
    "SEARCH requests USING INDEX requests_started (started_at_ms>? AND started_at_ms<?)",
  );
});

/** Each at a deployment of its own, by which it is found again. */
function* everyKindOfCall(): Generator<CallRecord> {
  const { usage } = sampleRecord();
  for (const status of ["success", "failure"] as const) {
    for (const usageSource of ["reported", "observed", "reserved", "none"] as const) {
      for (const cachedTokensExpected of [0, 1_023, 1_024, 1_025, 40_000]) {
        for (const cacheReadTokens of [0, 511, 512, 513, 19_999, 20_000, 40_000]) {
          const id = [status, usageSource, cachedTokensExpected, cacheReadTokens].join("/");
          yield sampleRecord({
            requestId: id,
            deploymentId: id,
            status,
            usageSource,
            cachedTokensExpected,
            usage: { ...usage, inputTokens: 50_000, cacheReadTokens },
            startedAtMs: AT_MS,
          });
        }
      }
    }
  }
}
