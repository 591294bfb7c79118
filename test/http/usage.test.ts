import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertRequests } from "../../src/platform/db/requests.ts";
import { draftOf } from "../core/ledger/samples.ts";
import { call, DEMO, environmentWith, MASTER_KEY, post } from "./call.ts";

const gateway = environmentWith(DEMO);
const JSON_TYPE = { "content-type": "application/json" };

async function newKey(body: object): Promise<{ key: string; token: string }> {
  const made = await post(gateway, "/key/generate", body, JSON_TYPE);
  if (made.status !== 200) throw new Error(await made.text());
  return made.json<{ key: string; token: string }>();
}

const usageOf = (key: string): Promise<Response> =>
  call(gateway, "/api/oauth/usage", { headers: { authorization: `Bearer ${key}` } });

describe("GET /api/oauth/usage", () => {
  it("tells of every cap, and which one the headers describe", async () => {
    const { key } = await newKey({
      max_budget: 200,
      budget_duration: "30d",
      spend: 62,
      model_max_budget: { demo: { budget_limit: 1, time_period: "1d" } },
      budget_limits: [{ budget_duration: "1d", max_budget: 1_000 }],
    });
    const response = await usageOf(key);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const reset: unknown = expect.stringMatching(/^\d{4}-\d\d-01T00:00:00.000Z$/);
    expect(await response.json()).toEqual({
      extra_usage: {
        is_enabled: true,
        monthly_limit: 20_000,
        used_credits: 6_200,
        utilization: 31,
        currency: "USD",
      },
      limits: [
        {
          kind: "spend",
          group: "monthly",
          percent: 31,
          resets_at: reset,
          severity: "normal",
          is_active: true,
        },
        expect.objectContaining({ group: "daily", is_active: false }),
      ],
    });
  });

  it("tells what a key without a cap spent today, this week and this month", async () => {
    const { key, token } = await newKey({});
    const now = Date.now();
    const records = [
      {
        ...draftOf("usage-1"),
        keyHash: token,
        costNanoUsd: 12_400_000_000,
        startedAtMs: now,
        endedAtMs: now,
      },
    ];
    await insertRequests(env.DB, records, "UTC");
    const uncapped = { limit: null, used_credits: 1_240, utilization: null };
    expect(await (await usageOf(key)).json()).toEqual({
      extra_usage: {
        is_enabled: true,
        monthly_limit: null,
        used_credits: 1_240,
        utilization: null,
        currency: "USD",
        daily: uncapped,
        weekly: uncapped,
      },
      limits: [],
    });
  });

  it("tells a rotated key's old text the same, while it still works", async () => {
    const { key } = await newKey({});
    const rotated = await post(gateway, "/key/regenerate", { key, grace_period: "24h" }, JSON_TYPE);
    const { token } = await rotated.json<{ token: string }>();
    const startedAtMs = Date.now();
    const spent = {
      keyHash: token,
      costNanoUsd: 5_000_000_000,
      startedAtMs,
      endedAtMs: startedAtMs,
    };
    await insertRequests(env.DB, [{ ...draftOf("usage-rotated"), ...spent }], "UTC");
    expect(await (await usageOf(key)).json()).toMatchObject({
      extra_usage: { used_credits: 500, daily: { used_credits: 500 } },
    });
  });

  it("is closed to strangers, in Anthropic's grammar", async () => {
    const response = await call(gateway, "/api/oauth/usage");
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { type: "authentication_error" } });
    expect((await usageOf(MASTER_KEY)).status).toBe(200);
  });
});
