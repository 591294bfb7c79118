import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import type { Coverage } from "../../../src/core/roles.ts";
import { OUTCOMES, outcomeOf } from "../../../src/core/usage-outcome.ts";
import { ERRORS } from "../../../src/core/errors.ts";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { logsStatement } from "../../../src/platform/db/spend-logs.ts";
import { findUsage, usageStatement, type Dimension } from "../../../src/platform/db/usage.ts";
import { sampleRecord } from "../sinks/sample-record.ts";

const db = drizzle(env.DB);
const ALL: Coverage = { kind: "all" };
const ALICE: Coverage = {
  kind: "some",
  organizationIds: [],
  teamIds: ["t1"],
  userId: "alice",
  keyHash: null,
};

const query = (groupBy: readonly Dimension[], coverage: Coverage = ALL) => ({
  groupBy,
  fromDay: "2026-10-20",
  toDay: "2026-11-18",
  filter: {},
  coverage,
  size: 1_000,
});

describe("the database's way to a report", () => {
  it.each<[string, Dimension[], Coverage]>([
    ["user × model × month", ["user", "model", "month"], ALL],
    ["user × model × day", ["user", "model", "day"], ALL],
    ["a member's own", ["day"], ALICE],
    ["outcome by day", ["day", "outcome"], ALL],
  ])("reads for %s nothing but the days asked for", async (_, groupBy, coverage) => {
    const steps = await planOf(usageStatement(db, query(groupBy, coverage)).toSQL());
    const tables = steps.filter((step) => /^(SEARCH|SCAN) (?!json_each|value)/.test(step));
    expect(tables.length).toBeGreaterThan(0);
    for (const step of tables) {
      expect(step).toMatch(/^SEARCH daily_usage USING PRIMARY KEY \(day>\? AND day<\?\)/);
    }
  });

  it.each<[string, object, RegExp]>([
    ["the newest calls", {}, /^SCAN requests USING INDEX requests_started/],
    ["calls of a time", { fromMs: 1, toMs: 2 }, /USING INDEX requests_started \(started_at_ms>/],
    ["a key's calls", { keyHash: "k" }, /USING INDEX requests_key_started \(key_hash=\?/],
    ["a person's calls", { userId: "alice" }, /USING INDEX requests_key_started \(key_hash=\?/],
    ["what a member sees", { coverage: ALICE }, /requests_key_started \(key_hash=\?/],
    ["one call", { requestId: "x" }, /sqlite_autoindex_requests_1 \(request_id=\?/],
  ])("reads for %s by an index", async (_, filter, expected) => {
    const statement = logsStatement(db, { coverage: ALL, ...filter }, { size: 50 });
    const steps = await planOf(statement.toSQL());
    const ofRequests = steps.filter((step) => / requests\b/.test(step));
    expect(ofRequests).toHaveLength(1);
    expect(ofRequests[0]).toMatch(expected);
  });
});

describe("findUsage", () => {
  beforeAll(async () => {
    const codes = [...Object.keys(ERRORS), null];
    const records = codes.map((errorCode, index) =>
      sampleRecord({
        requestId: `call-${index}`,
        status: "failure",
        statusCode: 503,
        errorCode,
        startedAtMs: Date.parse("2026-11-18T10:30:00Z"),
      }),
    );
    await insertRequests(env.DB, records, "UTC");
  });

  it("puts every error code where the pure function puts it", async () => {
    const found = await findUsage(db, query(["status", "outcome"]));
    expect(found).toHaveLength(Object.keys(ERRORS).length + 1);
    for (const {
      group: [status = "", outcome],
    } of found) {
      expect(outcome, status).toBe(outcomeOf(status));
    }
    expect(new Set(found.map(({ group }) => group[1])).size).toBe(OUTCOMES.length - 1);
  });

  it("leaves out what must not be counted", async () => {
    const kept = await findUsage(db, { ...query(["status"]), exclude: { status: ["503"] } });
    expect(kept).toHaveLength(Object.keys(ERRORS).length);
  });
});

async function planOf({ sql, params }: { sql: string; params: unknown[] }): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}
