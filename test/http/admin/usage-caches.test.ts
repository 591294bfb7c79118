import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { costOf } from "../../../src/core/cost.ts";
import type { CallRecord } from "../../../src/core/record.ts";
import { createAdmin, NOW } from "./admin.ts";
import { ask, call, forgetTraffic, insertTraffic, keyFor } from "./traffic.ts";

const PATH = "/usage/caches";
const DAY_MS = 86_400_000;

/** $3 a million read, a tenth of that from a cache, a quarter more to write it. */
const PRICE = {
  inputPico: 3_000_000,
  outputPico: 15_000_000,
  cacheReadPico: 300_000,
  cacheWrite5mPico: 3_750_000,
  cacheWrite1hPico: 6_000_000,
  source: "config",
};

interface Read {
  cached?: number;
  written?: number;
}

/** A conversation's next turn, 50,000 tokens long, of which 40,000 should be cached. */
function turn(
  requestId: string,
  { cached = 0, written = 0 }: Read,
  changes: Partial<CallRecord> = {},
) {
  const usage = {
    inputTokens: 50_000,
    cacheReadTokens: cached,
    cacheWrite5mTokens: written,
    cacheWrite1hTokens: 0,
    outputTokens: 500,
    reasoningTokens: 0,
  };
  const { costNanoUsd, breakdown: cost } = costOf(usage, PRICE);
  return call(requestId, {
    routeReason: "affinity",
    cachedTokensExpected: 40_000,
    deploymentId: "east",
    usage,
    costNanoUsd,
    cost,
    ...changes,
  });
}

const REFUSED = {
  status: "failure",
  statusCode: 429,
  ending: "refused",
  errorCode: "upstream_rate_limited",
  usageSource: "none",
} as const;

beforeEach(forgetTraffic);

describe("GET /usage/caches", () => {
  it("tells by deployment what was expected, read and lost, and what that cost", async () => {
    await insertTraffic([
      turn("1", { cached: 40_000 }),
      turn("2", { cached: 40_000, written: 9_000 }),
      turn("3", {}),
      turn("4", {}, REFUSED),
      turn("5", {}, { usageSource: "observed", status: "failure", ending: "broken" }),
      turn("6", {}, { deploymentId: "west", routeReason: "moved", cachedTokensExpected: 0 }),
    ]);
    expect((await ask(PATH)).body).toEqual({
      start_date: "2026-11-17",
      end_date: "2026-11-18",
      kept_since: "2026-11-18",
      caches: [
        {
          model: "sonnet",
          deployment: "east",
          provider: "bedrock",
          region: "us-east-1",
          requests: 3,
          moved: 0,
          input_tokens: 150_000,
          cache_read_tokens: 80_000,
          cached_tokens_expected: 120_000,
          caches_lost: 1,
          lost_tokens: 40_000,
          // 40,000 tokens at $3.00 instead of $0.30 a million.
          lost_cost_usd: 0.108,
        },
        {
          model: "sonnet",
          deployment: "west",
          provider: "bedrock",
          region: "us-east-1",
          requests: 1,
          moved: 1,
          input_tokens: 50_000,
          cache_read_tokens: 0,
          cached_tokens_expected: 0,
          caches_lost: 0,
          lost_tokens: 0,
          lost_cost_usd: 0,
        },
      ],
    });
  });

  it("counts what writing the cache anew cost, and no hedge's part of the input", async () => {
    const lost = turn("2", { written: 50_000 });
    const hedgedNanoUsd = 70_000_000;
    const cost = { ...lost.cost, input: lost.cost.input + hedgedNanoUsd };
    await insertTraffic([turn("1", { cached: 40_000 }), { ...lost, cost, hedgedNanoUsd }]);
    expect((await ask(PATH)).body).toMatchObject({
      // 40,000 tokens at $3.75 instead of $0.30 a million.
      caches: [{ caches_lost: 1, lost_tokens: 40_000, lost_cost_usd: 0.138 }],
    });
  });

  it("loses no more tokens than a prompt had, and only those that were not read", async () => {
    const expected = { cachedTokensExpected: 60_000 };
    await insertTraffic([turn("1", {}, expected), turn("2", { cached: 10_000 }, expected)]);
    expect((await ask(PATH)).body).toMatchObject({
      caches: [{ caches_lost: 2, lost_tokens: 90_000 }],
    });
  });

  it("names no sum where nobody knows what a cached token costs", async () => {
    await insertTraffic([
      turn("1", {}),
      turn("2", {}, { deploymentId: "west", costKnown: false }),
      turn("3", { cached: 40_000 }, { deploymentId: "west", costKnown: false }),
    ]);
    const caches = [
      { deployment: "east", caches_lost: 1, lost_cost_usd: null },
      { deployment: "west", caches_lost: 1, lost_cost_usd: null },
    ];
    expect((await ask(PATH)).body).toMatchObject({ caches });
  });

  it("shows first where most was lost", async () => {
    await insertTraffic([
      turn("1", { cached: 40_000 }, { deploymentId: "a" }),
      turn("2", { cached: 10_000 }, { deploymentId: "b" }),
      turn("3", {}, { deploymentId: "c" }),
    ]);
    expect((await ask(PATH)).body).toMatchObject({
      caches: [
        { deployment: "c", lost_tokens: 40_000 },
        { deployment: "b", lost_tokens: 30_000 },
        { deployment: "a", lost_tokens: 0 },
      ],
    });
  });

  it("goes by whole days of the operator's calendar", async () => {
    const at = (iso: string) => ({ deploymentId: iso, startedAtMs: Date.parse(iso) });
    await insertTraffic([
      turn("1", {}, at("2026-11-17T14:59:59.999Z")),
      turn("2", {}, at("2026-11-17T15:00:00.000Z")),
      turn("3", {}, at("2026-11-18T14:59:59.999Z")),
      turn("4", {}, at("2026-11-18T15:00:00.000Z")),
    ]);
    const day = "start_date=2026-11-18&end_date=2026-11-18";
    const { body } = await ask(`${PATH}?${day}`, { timeZone: "Asia/Tokyo" });
    expect(body).toMatchObject({
      kept_since: "2026-11-17",
      caches: [
        { deployment: "2026-11-17T15:00:00.000Z" },
        { deployment: "2026-11-18T14:59:59.999Z" },
      ],
    });
  });

  it("says since when single calls are kept", async () => {
    const old = { startedAtMs: Date.parse(NOW) - 20 * DAY_MS };
    await insertTraffic([turn("1", {}, old), turn("2", {})]);
    expect((await ask(PATH)).body).toMatchObject({ kept_since: "2026-10-29" });
    await env.DB.exec("DELETE FROM requests WHERE request_id = '1'");
    expect((await ask(PATH)).body).toMatchObject({ kept_since: "2026-11-18" });
  });

  it("comes as CSV", async () => {
    await insertTraffic([turn("1", {})]);
    const response = await createAdmin().file(`${PATH}?format=csv`);
    expect(response.headers.get("content-disposition")).toContain("usage-caches.csv");
    expect((await response.text()).replace("\uFEFF", "").split("\r\n")).toEqual([
      "model,deployment,provider,region,requests,moved,input_tokens,cache_read_tokens,cached_tokens_expected,caches_lost,lost_tokens,lost_cost_usd",
      "sonnet,east,bedrock,us-east-1,1,0,50000,0,40000,1,40000,",
      "",
    ]);
  });

  it("is empty where nobody called, refuses a year, and is the operator's alone", async () => {
    expect((await ask(PATH)).body).toMatchObject({ kept_since: null, caches: [] });
    expect(await ask(`${PATH}?start_date=2026-01-01`)).toMatchObject({
      status: 400,
      body: { error: { param: "start_date" } },
    });
    const member = await keyFor("alice");
    const administrator = await keyFor("carol", { adminOf: "t1" });
    const viewer = await keyFor("eve", { role: "proxy_admin_viewer" });
    expect((await ask(PATH, { key: member })).status).toBe(403);
    expect((await ask(PATH, { key: administrator })).status).toBe(403);
    expect((await ask(PATH, { key: viewer })).status).toBe(200);
  });
});
