import { beforeEach, describe, expect, it } from "vitest";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin } from "./admin.ts";
import { ask, call, forgetTraffic, insertTraffic, KEY_A, KEY_B, keyFor } from "./traffic.ts";

const KEY_C = "c".repeat(64);

beforeEach(forgetTraffic);

describe("sums over everybody", () => {
  beforeEach(async () => insertTraffic());

  it.each([
    ["", 3.75],
    ["?model=gpt", 0.5],
    ["?user_id=bob", 0.25],
    [`?api_key=${KEY_A}`, 3],
    ["?start_date=2026-11-18&end_date=2026-11-18", 1.75],
    ["?start_date=2026-11-17&end_date=2026-11-17&team_id=t1", 2],
  ])("GET /global/spend%s", async (query, spend) => {
    expect((await ask(`/global/spend${query}`)).body).toEqual({ spend, max_budget: 0 });
  });

  it("GET /global/spend tells the budget of everything", async () => {
    const config = loaded({ litellm_settings: { max_budget: 12.5 } });
    const { body } = await createAdmin({ config }).get("/global/spend");
    expect(body).toEqual({ spend: 3.75, max_budget: 12.5 });
  });

  it("GET /global/spend/logs has a line for each of thirty days", async () => {
    const { body } = await ask("/global/spend/logs");
    expect(body).toHaveLength(31);
    expect(linesOf(body).slice(-3)).toEqual([
      { date: "2026-11-16", spend: 0 },
      { date: "2026-11-17", spend: 2 },
      { date: "2026-11-18", spend: 1.75 },
    ]);
    const ofKey = await ask(`/global/spend/logs?api_key=${KEY_B}`);
    expect(linesOf(ofKey.body).at(-1)).toEqual({ date: "2026-11-18", spend: 0.5 });
  });

  it("GET /global/spend/keys, the dearest first, as many as asked for", async () => {
    const { hash, made } = await createAdmin().generate({ key_alias: "laptop" });
    await insertTraffic([call("6", { keyHash: hash, costNanoUsd: 5_000_000_000 })]);
    expect((await ask("/global/spend/keys?limit=2")).body).toEqual([
      { api_key: hash, key_alias: "laptop", key_name: made["key_name"], total_spend: 5 },
      { api_key: KEY_A, key_alias: null, key_name: null, total_spend: 3 },
    ]);
  });

  it("GET /global/spend/models and /global/spend/provider", async () => {
    expect((await ask("/global/spend/models")).body).toEqual([
      { model: "claude-sonnet-4-5", total_spend: 3.25 },
      { model: "gpt-4.1", total_spend: 0.5 },
      { model: "gpt", total_spend: 0 },
    ]);
    expect((await ask("/global/spend/provider")).body).toEqual([
      { provider: "bedrock", spend: 3.25 },
      { provider: "openai", spend: 0.5 },
      { provider: "", spend: 0 },
    ]);
  });

  it("GET /global/spend/teams by alias, calls of no team too", async () => {
    await keyFor("carol", { adminOf: "t1" });
    const { body } = await ask("/global/spend/teams?start_date=2026-11-17&end_date=2026-11-18");
    expect(body).toEqual({
      daily_spend: [
        { date: "2026-11-17", core: 2 },
        { date: "2026-11-18", core: 1.5, Unassigned: 0.25 },
      ],
      teams: ["core", "Unassigned"],
      total_spend_per_team: [
        { team_id: "core", total_spend: 3.5 },
        { team_id: "Unassigned", total_spend: 0.25 },
      ],
    });
  });

  it("POST /global/spend/end_users", async () => {
    const { request } = createAdmin();
    const post = async (body: object): Promise<unknown> => {
      const headers = {
        authorization: "Bearer sk-test-master",
        "content-type": "application/json",
      };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return (await request("/global/spend/end_users", init)).json();
    };
    expect(await post({})).toEqual([
      { end_user: "cust-1", total_count: 1, total_spend: 1 },
      { end_user: "cust-2", total_count: 1, total_spend: 0.5 },
    ]);
    const wish = { api_key: KEY_B, startTime: "2026-11-18T00:00:00.000Z", endTime: null };
    expect(await post(wish)).toEqual([{ end_user: "cust-2", total_count: 1, total_spend: 0.5 }]);
    expect(await post({ startTime: "soon" })).toMatchObject({ error: { param: "startTime" } });
  });

  it("GET /spend/tags and its sisters; a call with two tags counts under both", async () => {
    expect((await ask("/spend/tags")).body).toEqual([
      { individual_request_tag: "batch", log_count: 2, total_spend: 1.5 },
      { individual_request_tag: "night", log_count: 1, total_spend: 0.5 },
    ]);
    expect((await ask("/global/spend/tags?tags=night")).body).toEqual({
      spend_per_tag: [{ name: "night", spend: 0.5, log_count: 1 }],
    });
    expect((await ask("/global/spend/all_tag_names")).body).toEqual({
      tag_names: ["batch", "night"],
    });
  });

  it("GET /provider/budgets has none", async () => {
    expect((await ask("/provider/budgets")).body).toEqual({ providers: {} });
  });
});

describe("GET /global/spend/report", () => {
  beforeEach(async () => insertTraffic());
  const days = "start_date=2026-11-18&end_date=2026-11-18";

  it("goes by team", async () => {
    await keyFor("carol", { adminOf: "t1" });
    expect((await ask(`/global/spend/report?${days}&group_by=team`)).body).toEqual([
      {
        group_by_day: "2026-11-18T00:00:00+00:00",
        teams: [
          {
            team_name: "",
            total_spend: 0.25,
            metadata: [
              { model: "claude-sonnet-4-5", spend: 0.25, total_tokens: 120, api_key: KEY_C },
            ],
          },
          {
            team_name: "core",
            total_spend: 1.5,
            metadata: [
              { model: "claude-sonnet-4-5", spend: 1, total_tokens: 120, api_key: KEY_A },
              { model: "gpt", spend: 0, total_tokens: 0, api_key: KEY_A },
              { model: "gpt-4.1", spend: 0.5, total_tokens: 120, api_key: KEY_B },
            ],
          },
        ],
      },
    ]);
  });

  it("goes by customer", async () => {
    expect((await ask(`/global/spend/report?${days}&group_by=customer`)).body).toMatchObject([
      {
        customers: [
          { customer: "cust-1", total_spend: 1, metadata: [{ api_key: KEY_A }] },
          { customer: "cust-2", total_spend: 0.5, metadata: [{ api_key: KEY_B }] },
        ],
      },
    ]);
  });

  it("goes by key, for one key, and for one person's keys", async () => {
    const ofB = {
      api_key: KEY_B,
      total_cost: 0.5,
      total_input_tokens: 100,
      total_output_tokens: 20,
      model_details: [
        { model: "gpt-4.1", total_cost: 0.5, total_input_tokens: 100, total_output_tokens: 20 },
      ],
    };
    expect((await ask(`/global/spend/report?${days}&api_key=${KEY_B}`)).body).toEqual([ofB]);
    const all = await ask(`/global/spend/report?${days}&group_by=api_key`);
    expect(linesOf(all.body).map((one) => one["api_key"])).toEqual([KEY_A, KEY_B, KEY_C]);
    const alices = await ask(`/global/spend/report?${days}&internal_user_id=alice`);
    expect(linesOf(alices.body).map((one) => one["total_cost"])).toEqual([1, 0.5]);
  });

  it("names what it cannot group by", async () => {
    expect(await ask("/global/spend/report?group_by=mood")).toMatchObject({
      status: 400,
      body: { error: { param: "group_by" } },
    });
  });
});

describe("sums, as far as the asker may see", () => {
  it("a member sees their own and a team's administrator the team's", async () => {
    const bob = await keyFor("bob");
    const carol = await keyFor("carol", { adminOf: "t1" });
    const viewer = await keyFor("eve", { role: "proxy_admin_viewer" });
    await insertTraffic();
    const spendOf = async (key: string) => (await ask("/global/spend", { key })).body;
    expect(await spendOf(bob)).toMatchObject({ spend: 0.25 });
    expect(await spendOf(carol)).toMatchObject({ spend: 3.5 });
    expect(await spendOf(viewer)).toMatchObject({ spend: 3.75 });
    expect((await ask("/spend/tags", { key: bob })).body).toEqual([]);
    expect((await ask("/spend/tags", { key: carol })).body).toHaveLength(2);
    expect(linesOf((await ask("/spend/users", { key: bob })).body)).toMatchObject([
      { user_id: "bob", spend: 0.25 },
    ]);
    expect((await ask("/spend/users", { key: viewer })).body).toHaveLength(3);
    expect(linesOf((await ask("/spend/keys", { key: bob })).body)).toMatchObject([
      { user_id: "bob" },
    ]);
    expect((await ask("/spend/keys", { key: viewer })).body).toHaveLength(3);
  });

  it("is zero and empty where nothing was ever called", async () => {
    expect((await ask("/global/spend")).body).toEqual({ spend: 0, max_budget: 0 });
    for (const path of [
      "/spend/keys",
      "/spend/users",
      "/spend/tags",
      "/global/spend/keys",
      "/global/spend/models",
      "/global/spend/report",
      "/global/spend/report?group_by=customer",
      "/global/spend/report?group_by=api_key",
      "/global/activity/model",
    ]) {
      expect(await ask(path), path).toMatchObject({ status: 200, body: [] });
    }
    expect((await ask("/global/spend/teams")).body).toMatchObject({
      teams: [],
      total_spend_per_team: [],
    });
  });
});

function linesOf(body: Json) {
  if (!Array.isArray(body)) throw new Error(JSON.stringify(body));
  return body.filter(isJsonObject);
}
