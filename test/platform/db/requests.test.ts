import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, it } from "vitest";
import type { CallRecord } from "../../../src/core/record.ts";
import { labelsOf } from "../../../src/core/usage-labels.ts";
import { findExports, insertRequests, markExported } from "../../../src/platform/db/requests.ts";
import { dailyUsage, hourlySpend, requests } from "../../../src/platform/db/schema/requests.ts";
import { sampleRecord } from "../sinks/sample-record.ts";

const HOUR_MS = 3_600_000;
const orm = drizzle(env.DB);

beforeEach(async () => {
  const tables = [
    "requests",
    "hourly_spend",
    "daily_usage",
    "daily_label_usage",
    "keys",
    "teams",
    "users",
  ];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("insertRequests", () => {
  it("keeps every field of a record in a column of its own", async () => {
    await insertRequests(env.DB, [sampleRecord({ overheadMs: 3 })], "UTC");
    const { usage, cost, ...flat } = sampleRecord();
    expect(await orm.select().from(requests)).toEqual([
      {
        ...flat,
        ...usage,
        ...labelsOf(sampleRecord(), "UTC"),
        costInputNanoUsd: cost.input,
        costCacheReadNanoUsd: cost.cacheRead,
        costCacheWriteNanoUsd: cost.cacheWrite,
        costOutputNanoUsd: cost.output,
        costReasoningNanoUsd: cost.reasoning,
        exports: {},
      },
    ]);
  });

  it("keeps what a call does not have as null, and content only where it was given", async () => {
    const bare = sampleRecord({
      requestId: "bare",
      teamId: null,
      userId: null,
      model: null,
      provider: null,
      firstTokenAtMs: null,
      stream: false,
      costKnown: false,
      tags: [],
    });
    const content = {
      messages: [{ role: "user", content: "関所 'quoted' \u0000" }],
      response: "x",
    };
    await insertRequests(env.DB, [bare, sampleRecord({ requestId: "full", content })], "UTC");
    const [first, second] = await orm.select().from(requests).orderBy(requests.requestId);
    expect(first).toMatchObject({
      teamId: null,
      model: null,
      firstTokenAtMs: null,
      stream: false,
      costKnown: false,
      tags: [],
      content: null,
    });
    expect(second?.content).toEqual(content);
  });

  it("changes nothing when records come again, alone or among new ones", async () => {
    await addIdentities(1);
    await insertRequests(env.DB, [record("a", 0), record("b", 0)], "UTC");
    const before = await everything();
    await insertRequests(env.DB, [record("a", 0), record("b", 0)], "UTC");
    // Not even when the second delivery says something else.
    await insertRequests(env.DB, [{ ...record("a", 0), costNanoUsd: 1 }], "UTC");
    expect(await everything()).toEqual(before);
    await insertRequests(env.DB, [record("b", 0), record("c", 0), record("c", 0)], "UTC");
    expect(await sums()).toMatchObject({ rows: 3, rollupRequests: 3 });
  });

  it("never takes a row that lacks a value for one that came before", async () => {
    const lacking = Object.assign(record("bad", 0), { keyHash: null });
    await expect(insertRequests(env.DB, [lacking], "UTC")).rejects.toThrow(/NOT NULL/);
  });

  it("fails loudly over a row it cannot hold, and then holds none of its chunk", async () => {
    await env.DB.exec(
      "CREATE TRIGGER ail BEFORE INSERT ON requests WHEN NEW.request_id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    try {
      await expect(
        insertRequests(env.DB, [record("a", 0), record("bad", 0)], "UTC"),
      ).rejects.toThrow();
    } finally {
      await env.DB.exec("DROP TRIGGER ail");
    }
    expect(await sums()).toMatchObject({ rows: 0, rollupRequests: 0 });
  });

  it("splits what is more than D1 takes in one value", async () => {
    const padding = { padding: "関".repeat(20_000) };
    const many = Array.from({ length: 60 }, (_, index) => ({
      ...record(`call-${index}`, 0),
      keyMetadata: padding,
    }));
    await insertRequests(env.DB, many, "UTC");
    expect(await sums()).toMatchObject({ rows: 60, rollupRequests: 60 });
  });

  it("does nothing for no records", async () => {
    await insertRequests(env.DB, [], "UTC");
    expect(await sums()).toMatchObject({ rows: 0 });
  });
});

describe("the sums", () => {
  it("equal the rows, for any records in any order however often they come", async () => {
    await addIdentities(3);
    const random = seeded(20_261_121);
    const all = Array.from({ length: 500 }, (_, index) => randomRecord(`call-${index}`, random));
    const deliveries = [...all, ...all.filter(() => random() < 0.3)].toSorted(() => random() - 0.5);
    for (let at = 0; at < deliveries.length; at += 37) {
      await insertRequests(env.DB, deliveries.slice(at, at + 37), "UTC");
    }
    const expected = all.reduce((sum, one) => sum + one.costNanoUsd, 0);
    expect(expected).toBeGreaterThan(0);
    expect(await sums()).toEqual({
      rows: 500,
      rowCost: expected,
      rowTokens: all.reduce((sum, one) => sum + one.usage.inputTokens + one.usage.outputTokens, 0),
      rollupRequests: 500,
      rollupCost: expected,
      rollupTokens: all.reduce(
        (sum, one) => sum + one.usage.inputTokens + one.usage.outputTokens,
        0,
      ),
      rollupFailures: all.filter((one) => one.status === "failure").length,
      dailyRequests: all.length,
      dailyCost: expected,
      dailyFailures: all.filter((one) => one.status === "failure").length,
      tagCost: expected,
      endUserCost: expected,
      keyCost: expected,
      teamCost: costWhere(all, (one) => one.teamId !== null),
      userCost: costWhere(all, (one) => one.userId !== null),
    });
    for (const index of [0, 1, 2]) {
      expect(await spendOf("keys", "hash", `key-${index}`)).toBe(
        costWhere(all, (one) => one.keyHash === `key-${index}`),
      );
    }
  });

  it("are kept by the hour in which a call started, one row per key, person and model", async () => {
    const startedAtMs = 500_000 * HOUR_MS + HOUR_MS - 1;
    await insertRequests(
      env.DB,
      [
        { ...record("a", 0), startedAtMs, endedAtMs: startedAtMs + 60_000 },
        { ...record("b", 0), startedAtMs, status: "failure", costNanoUsd: 0 },
        { ...record("c", 0), startedAtMs: startedAtMs + 1 },
        { ...record("d", 0), startedAtMs, teamId: null, model: null, provider: null },
      ],
      "UTC",
    );
    const rows = await orm
      .select()
      .from(hourlySpend)
      .orderBy(hourlySpend.hourMs, hourlySpend.teamId);
    const { costNanoUsd, usage } = sampleRecord();
    expect(rows).toMatchObject([
      { hourMs: 500_000 * HOUR_MS, teamId: "", model: "", provider: "", requests: 1 },
      {
        hourMs: 500_000 * HOUR_MS,
        teamId: "team-0",
        requests: 2,
        failures: 1,
        costNanoUsd,
        cacheReadTokens: usage.cacheReadTokens * 2,
        cacheWrite5mTokens: usage.cacheWrite5mTokens * 2,
        cacheWrite1hTokens: usage.cacheWrite1hTokens * 2,
        reasoningTokens: usage.reasoningTokens * 2,
      },
      { hourMs: 500_001 * HOUR_MS, teamId: "team-0", requests: 1, failures: 0 },
    ]);
  });

  it("follow when a row is priced anew", async () => {
    await addIdentities(1);
    const labelled = { tags: ["batch", "night", "User-Agent: curl"], endUser: "customer-1" };
    const all = ["a", "b"].map((id) => ({ ...record(id, 0), ...labelled }));
    await insertRequests(env.DB, all, "UTC");
    await env.DB.exec("UPDATE requests SET cost_nano_usd = 7 WHERE request_id = 'a'");
    const cost = sampleRecord().costNanoUsd + 7;
    expect(await sums()).toMatchObject({
      rowCost: cost,
      rollupCost: cost,
      dailyCost: cost,
      // Once under each of the two tags; what a client says of itself is none.
      tagCost: 2 * cost,
      endUserCost: cost,
      keyCost: cost,
      teamCost: cost,
      userCost: cost,
    });
  });

  it("are kept by the day on the operator's calendar", async () => {
    const startedAtMs = Date.parse("2026-11-20T15:00:00Z");
    await insertRequests(env.DB, [{ ...record("a", 0), startedAtMs }], "Asia/Tokyo");
    const refused = { startedAtMs: startedAtMs - 1, status: "failure" as const, statusCode: 429 };
    await insertRequests(env.DB, [{ ...record("b", 0), ...refused }], "Asia/Tokyo");
    expect(await orm.select().from(dailyUsage).orderBy(dailyUsage.day)).toMatchObject([
      { day: "2026-11-20", outcome: "429", requests: 1 },
      { day: "2026-11-21", outcome: "success", requests: 1 },
    ]);
  });
});

describe("exports", () => {
  it("are remembered per sink and per record", async () => {
    await insertRequests(env.DB, [record("a", 0), record("b", 0), record("c", 0)], "UTC");
    await markExported(env.DB, "datadog", "delivered", ["a", "b"], 1);
    await markExported(env.DB, "web.hook", "dropped", ["b"], 2);
    expect(await findExports(env.DB, ["a", "b", "c", "unknown"])).toEqual(
      new Map([
        ["a", new Set(["datadog"])],
        ["b", new Set(["datadog", "web.hook"])],
      ]),
    );
    const [, b] = await orm.select().from(requests).orderBy(requests.requestId);
    expect(b?.exports).toEqual({
      datadog: { outcome: "delivered", atMs: 1 },
      "web.hook": { outcome: "dropped", atMs: 2 },
    });
  });
});

function record(requestId: string, identity: number): CallRecord {
  return sampleRecord({
    requestId,
    keyHash: `key-${identity}`,
    teamId: `team-${identity}`,
    userId: `user-${identity}`,
  });
}

function randomRecord(requestId: string, random: () => number): CallRecord {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const usage = {
    inputTokens: upTo(200_000),
    cacheReadTokens: upTo(1_000),
    cacheWrite5mTokens: upTo(1_000),
    cacheWrite1hTokens: upTo(1_000),
    outputTokens: upTo(9_000),
    reasoningTokens: upTo(900),
  };
  const startedAtMs = 1_790_000_000_000 + upTo(72 * HOUR_MS);
  return {
    ...record(requestId, upTo(3)),
    teamId: random() < 0.2 ? null : `team-${upTo(3)}`,
    userId: random() < 0.2 ? null : `user-${upTo(3)}`,
    model: random() < 0.1 ? null : `model-${upTo(2)}`,
    status: random() < 0.2 ? "failure" : "success",
    costNanoUsd: random() < 0.2 ? 0 : upTo(5_000_000_000),
    startedAtMs,
    endedAtMs: startedAtMs + upTo(60_000),
    usage,
  };
}

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function costWhere(all: readonly CallRecord[], matches: (one: CallRecord) => boolean): number {
  return all.filter(matches).reduce((sum, one) => sum + one.costNanoUsd, 0);
}

async function addIdentities(count: number): Promise<void> {
  const common =
    "models, budget_anchor_ms, metadata, settings, created_at_ms, created_by, updated_at_ms, updated_by";
  const values = "'[]', 0, '{}', '{}', 0, 'test', 0, 'test'";
  const statements = Array.from({ length: count }, (_, index) => [
    `INSERT INTO keys (hash, name, account_id, ${common}) VALUES ('key-${index}', 'k', 'a', ${values})`,
    `INSERT INTO teams (id, members, ${common}) VALUES ('team-${index}', '[]', ${values})`,
    `INSERT INTO users (id, teams, ${common}) VALUES ('user-${index}', '[]', ${values})`,
  ]);
  await env.DB.batch(statements.flat().map((statement) => env.DB.prepare(statement)));
}

async function spendOf(table: string, column: string, id: string): Promise<unknown> {
  return await env.DB.prepare(`SELECT spend_nano_usd FROM ${table} WHERE ${column} = ?1`)
    .bind(id)
    .first("spend_nano_usd");
}

async function sums() {
  return await env.DB.prepare(
    `SELECT
       (SELECT count(*) FROM requests) AS rows,
       (SELECT sum(cost_nano_usd) FROM requests) AS rowCost,
       (SELECT sum(input_tokens + output_tokens) FROM requests) AS rowTokens,
       (SELECT coalesce(sum(requests), 0) FROM hourly_spend) AS rollupRequests,
       (SELECT sum(cost_nano_usd) FROM hourly_spend) AS rollupCost,
       (SELECT sum(input_tokens + output_tokens) FROM hourly_spend) AS rollupTokens,
       (SELECT sum(failures) FROM hourly_spend) AS rollupFailures,
       (SELECT coalesce(sum(requests), 0) FROM daily_usage) AS dailyRequests,
       (SELECT sum(cost_nano_usd) FROM daily_usage) AS dailyCost,
       (SELECT sum(requests) FROM daily_usage WHERE outcome <> 'success') AS dailyFailures,
       (SELECT sum(cost_nano_usd) FROM daily_label_usage WHERE kind = 'tag') AS tagCost,
       (SELECT sum(cost_nano_usd) FROM daily_label_usage WHERE kind = 'end_user') AS endUserCost,
       (SELECT sum(spend_nano_usd) FROM keys) AS keyCost,
       (SELECT sum(spend_nano_usd) FROM teams) AS teamCost,
       (SELECT sum(spend_nano_usd) FROM users) AS userCost`,
  ).first();
}

async function everything() {
  const tables = [
    "requests",
    "hourly_spend",
    "daily_usage",
    "daily_label_usage",
    "keys",
    "teams",
    "users",
  ];
  return await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)),
  ).then((results) => results.map((result) => result.results));
}
