import { beforeEach, describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../../src/core/json.ts";
import { ask, forgetTraffic, insertTraffic, KEY_A, KEY_B, keyFor } from "./traffic.ts";

beforeEach(async () => {
  await forgetTraffic();
  await insertTraffic();
});

const DAYS = "start_date=2026-11-16&end_date=2026-11-18";

describe("/global/activity", () => {
  it("counts calls and tokens by day", async () => {
    expect((await ask(`/global/activity?${DAYS}`)).body).toEqual({
      daily_data: [
        { date: "Nov 16", api_requests: 0, total_tokens: 0 },
        { date: "Nov 17", api_requests: 1, total_tokens: 120 },
        { date: "Nov 18", api_requests: 4, total_tokens: 360 },
      ],
      sum_api_requests: 5,
      sum_total_tokens: 480,
    });
  });

  it("writes days of one digit with two, as LiteLLM does", async () => {
    const { body } = await ask("/global/activity?start_date=2026-01-02&end_date=2026-01-02");
    expect(body).toMatchObject({ daily_data: [{ date: "Jan 02" }] });
  });

  it("goes by model, the busiest first", async () => {
    const { body } = await ask(`/global/activity/model?${DAYS}`);
    expect(linesOf(body).map((one) => [one["model"], one["sum_api_requests"]])).toEqual([
      ["claude-sonnet-4-5", 3],
      ["gpt", 1],
      ["gpt-4.1", 1],
    ]);
    expect(linesOf(body)[0]).toEqual({
      model: "claude-sonnet-4-5",
      daily_data: expect.any(Array) as Json,
      sum_api_requests: 3,
      sum_total_tokens: 360,
    });
  });

  it("counts rate limits", async () => {
    const day = "start_date=2026-11-18&end_date=2026-11-18";
    expect((await ask(`/global/activity/exceptions?${day}`)).body).toEqual({
      daily_data: [{ date: "Nov 18", num_rate_limit_exceptions: 1 }],
      sum_num_rate_limit_exceptions: 1,
    });
    const { body } = await ask(`/global/activity/exceptions?${day}&model_group=sonnet`);
    expect(body).toMatchObject({ sum_num_rate_limit_exceptions: 0 });
  });
});

describe("daily activity", () => {
  it("breaks each day down by model, provider, key, group and person", async () => {
    const { body } = await ask(`/user/daily/activity?${DAYS}&user_id=bob`);
    const metrics = {
      spend: 0.25,
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      api_requests: 1,
      cache_read_input_tokens: 10,
      cache_creation_input_tokens: 7,
      successful_requests: 1,
      failed_requests: 0,
    };
    expect(body).toEqual({
      results: [
        {
          date: "2026-11-18",
          metrics,
          breakdown: {
            models: { "claude-sonnet-4-5": { metrics, metadata: {} } },
            providers: { bedrock: { metrics, metadata: {} } },
            api_keys: {
              ["c".repeat(64)]: { metrics, metadata: { key_alias: null, team_id: null } },
            },
            model_groups: { sonnet: { metrics, metadata: {} } },
            entities: { bob: { metrics, metadata: {} } },
          },
        },
      ],
      metadata: {
        total_spend: 0.25,
        total_prompt_tokens: 100,
        total_completion_tokens: 20,
        total_tokens: 120,
        total_api_requests: 1,
        total_successful_requests: 1,
        total_failed_requests: 0,
        total_cache_read_input_tokens: 10,
        total_cache_creation_input_tokens: 7,
        page: 1,
        total_pages: 1,
        has_more: false,
      },
    });
  });

  it("pages through days, the newest first, and its totals are the page's", async () => {
    const first = await ask(`/user/daily/activity?${DAYS}&page_size=1`);
    expect(first.body).toMatchObject({
      results: [{ date: "2026-11-18", metrics: { spend: 1.75, failed_requests: 1 } }],
      metadata: { total_spend: 1.75, page: 1, total_pages: 3, has_more: true },
    });
    const second = await ask(`/user/daily/activity?${DAYS}&page_size=1&page=2`);
    expect(second.body).toMatchObject({ results: [{ date: "2026-11-17" }] });
    const third = await ask(`/user/daily/activity?${DAYS}&page_size=1&page=3`);
    expect(third.body).toMatchObject({ results: [], metadata: { has_more: false } });
    const all = await ask(`/user/daily/activity/aggregated?${DAYS}&page_size=1`);
    expect(all.body).toMatchObject({ metadata: { total_spend: 3.75, total_pages: 1 } });
  });

  it.each([
    ["/team/daily/activity", "", ["", "t1"], 3.75],
    ["/team/daily/activity", "&team_ids=t1", ["t1"], 3.5],
    ["/team/daily/activity", "&exclude_team_ids=t1", [""], 0.25],
    ["/organization/daily/activity", "&organization_ids=o1", ["o1"], 3.5],
    ["/tag/daily/activity", "&tags=night", ["night"], 0.5],
    ["/customer/daily/activity", "", ["cust-1", "cust-2"], 1.5],
    ["/customer/daily/activity", "&end_user_ids=cust-1", ["cust-1"], 1],
    ["/user/daily/activity", `&api_key=${KEY_B}`, ["alice"], 0.5],
    ["/user/daily/activity", "&model=gpt", ["alice"], 0.5],
  ])("%s%s", async (path, query, entities, spend) => {
    const { body } = await ask(`${path}?${DAYS}${query}`);
    expect(body).toMatchObject({ metadata: { total_spend: spend } });
    expect(entitiesIn(body)).toEqual(entities);
  });

  it("names teams and keys where they have names", async () => {
    await keyFor("carol", { adminOf: "t1" });
    const { body } = await ask(`/team/daily/activity?${DAYS}`);
    expect(body).toMatchObject({
      results: [
        {
          breakdown: {
            api_keys: { [KEY_A]: { metadata: { key_alias: null, team_id: null } } },
            entities: { t1: { metadata: { team_alias: "core" } } },
          },
        },
        {},
      ],
    });
  });

  it("is empty where nothing happened", async () => {
    const { body } = await ask("/tag/daily/activity?start_date=2025-01-01&end_date=2025-01-31");
    expect(body).toMatchObject({ results: [], metadata: { total_spend: 0, page: 1 } });
  });
});

function entitiesIn(body: Json): string[] {
  const results = isJsonObject(body) ? body["results"] : undefined;
  const names = linesOf(results ?? null).flatMap(({ breakdown }) => {
    const entities = isJsonObject(breakdown) ? breakdown["entities"] : undefined;
    return isJsonObject(entities) ? Object.keys(entities) : [];
  });
  return [...new Set(names)].toSorted();
}

function linesOf(body: Json): JsonObject[] {
  if (!Array.isArray(body)) throw new Error(JSON.stringify(body));
  return body.filter(isJsonObject);
}
