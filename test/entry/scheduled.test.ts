import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { removeOldCalls } from "../../src/entry/scheduled.ts";
import { insertRequests } from "../../src/platform/db/requests.ts";
import { loaded } from "../core/config/sample.ts";
import { sampleRecord } from "../platform/sinks/sample-record.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-11-18T10:30:00Z");
const deps = { db: env.DB, retentionMs: 90 * DAY_MS, nowMs: () => NOW_MS };

beforeEach(async () => {
  const tables = ["requests", "hourly_spend", "daily_usage", "daily_label_usage"];
  await env.DB.batch(tables.map((one) => env.DB.prepare(`DELETE FROM ${one}`)));
});

describe("removeOldCalls", () => {
  it("removes what is older than the operator keeps, and no money with it", async () => {
    await insertRequests(env.DB, [aged("old", 91), aged("older", 200), aged("young", 89)], "UTC");
    const before = await sums();
    expect(await removeOldCalls(deps)).toBe(2);
    expect(await ids()).toEqual(["young"]);
    expect(await sums()).toEqual(before);
    expect(await removeOldCalls(deps)).toBe(0);
  });

  it("takes no more than a run may, the oldest first, and goes on in the next", async () => {
    const records = Array.from({ length: 7 }, (_, index) => aged(`call-${index}`, 100 + index));
    await insertRequests(env.DB, records, "UTC");
    const limits = { rowsPerBatch: 2, batchesMax: 2 };
    expect(await removeOldCalls(deps, limits)).toBe(4);
    expect(await ids()).toEqual(["call-0", "call-1", "call-2"]);
    expect(await removeOldCalls(deps, limits)).toBe(3);
    expect(await ids()).toEqual([]);
  });

  it("keeps everything where nobody asked for less", async () => {
    await insertRequests(env.DB, [aged("ancient", 3_000)], "UTC");
    expect(await removeOldCalls({ ...deps, retentionMs: undefined })).toBe(0);
    expect(await ids()).toEqual(["ancient"]);
  });
});

describe("maximum_spend_logs_retention_period", () => {
  it.each([
    ["90d", 90 * DAY_MS],
    ["24h", DAY_MS],
    ["1mo", 31 * DAY_MS],
    [undefined, undefined],
  ])("%s", (written, expected) => {
    const general = { maximum_spend_logs_retention_period: written };
    const { settings } = loaded(written === undefined ? {} : { general_settings: general });
    expect(settings.retentionMs).toBe(expected);
  });
});

function aged(requestId: string, days: number) {
  return sampleRecord({ requestId, startedAtMs: NOW_MS - days * DAY_MS });
}

async function ids(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT request_id FROM requests ORDER BY 1").all();
  return results.map((row) => row["request_id"]);
}

async function sums() {
  return env.DB.prepare(
    `SELECT (SELECT sum(cost_nano_usd) FROM daily_usage) AS days,
            (SELECT sum(cost_nano_usd) FROM hourly_spend) AS hours,
            (SELECT sum(cost_nano_usd) FROM daily_label_usage) AS labels`,
  ).first();
}
