import { beforeEach, describe, expect, it } from "vitest";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { ask, call, forgetTraffic, insertTraffic, KEY_A, keyFor } from "./traffic.ts";
import { createAdmin, MASTER_KEY, NOW } from "./admin.ts";
import { hashKey } from "../../../src/core/key-format.ts";

beforeEach(forgetTraffic);

describe("GET /spend/logs", () => {
  it("tells one call in LiteLLM's fields, and nothing that was said", async () => {
    await insertTraffic([
      call("1", { endUser: "cust-1", tags: ["batch"], sessionId: "s1", requesterIp: "192.0.2.7" }),
    ]);
    const { body } = await ask("/spend/logs?request_id=1");
    expect(body).toEqual([
      {
        request_id: "1",
        api_key: KEY_A,
        model: "claude-sonnet-4-5",
        model_group: "sonnet",
        model_id: "cb41",
        api_base: "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse-stream",
        call_type: "acompletion",
        spend: 1,
        total_tokens: 120,
        prompt_tokens: 100,
        completion_tokens: 20,
        startTime: "2026-11-18T10:30:00+00:00",
        endTime: "2026-11-18T10:30:01+00:00",
        completionStartTime: "2026-11-18T10:30:00.500+00:00",
        user: "alice",
        team_id: "t1",
        end_user: "cust-1",
        metadata: expect.objectContaining({
          status: "success",
          status_code: 200,
          error_information: null,
          additional_usage_values: {
            cache_read_input_tokens: 10,
            cache_creation_input_tokens: 7,
            reasoning_tokens: 3,
          },
        }) as Json,
        cache_hit: "False",
        cache_key: "Cache OFF",
        request_tags: ["batch"],
        requester_ip_address: "192.0.2.7",
        session_id: "s1",
        status: "success",
        custom_llm_provider: "bedrock",
        messages: {},
        response: {},
      },
    ]);
  });

  it("tells where a conversation was sent, what cache was expected there, and that it was lost", async () => {
    const usage = { ...call("1").usage, inputTokens: 50_000, cacheReadTokens: 0 };
    const sent = { routeReason: "affinity", cachedTokensExpected: 40_000 } as const;
    await insertTraffic([
      call("1", { ...sent, usage }),
      call("2", { ...sent, usage: { ...usage, cacheReadTokens: 39_000 } }),
      call("3", { ...sent, usage, status: "failure", ending: "broken", usageSource: "observed" }),
    ]);
    const metadataOf = async (id: string) => (await ask(`/spend/logs?request_id=${id}`)).body;
    const expected = { route_reason: "affinity", cached_tokens_expected: 40_000 };
    for (const [id, lost] of [
      ["1", true],
      ["2", false],
      ["3", false],
    ] as const) {
      expect(await metadataOf(id), id).toMatchObject([
        { metadata: { ...expected, cache_lost: lost } },
      ]);
    }
  });

  it("shows what was said where the operator had it logged", async () => {
    const content = { messages: [{ role: "user", content: "hi" }], response: "hello" };
    await insertTraffic([call("1", { content })]);
    const { body } = await ask("/spend/logs?request_id=1");
    expect(body).toMatchObject([content]);
  });

  it("tells an error by its codes", async () => {
    await insertTraffic();
    const { body } = await ask("/spend/logs?request_id=5");
    expect(body).toMatchObject([
      {
        status: "failure",
        model: "gpt",
        metadata: {
          status_code: 429,
          error_information: { error_code: "429", error_class: "upstream_rate_limited" },
        },
      },
    ]);
  });

  it("finds a key's calls by its text or its hash, newest first", async () => {
    const { key, hash } = await createAdmin().generate();
    const before = Date.parse(NOW) - 1_000;
    await insertTraffic([
      call("old", { keyHash: hash, startedAtMs: before }),
      call("new", { keyHash: hash }),
      call("other"),
    ]);
    expect(hash).toBe(await hashKey(key));
    for (const given of [key, hash]) {
      expect(idsIn((await ask(`/spend/logs?api_key=${given}`)).body)).toEqual(["new", "old"]);
    }
  });

  it("finds the calls of the master key and of a person", async () => {
    await insertTraffic([call("1", { keyHash: "master", userId: "default_user_id" }), call("2")]);
    expect(idsIn((await ask(`/spend/logs?api_key=${MASTER_KEY}`)).body)).toEqual(["1"]);
    expect(idsIn((await ask("/spend/logs?user_id=alice")).body)).toEqual(["2"]);
  });

  it("sums by day between two dates, quiet days included", async () => {
    await insertTraffic();
    const { body } = await ask("/spend/logs?start_date=2026-11-16&end_date=2026-11-18");
    expect(body).toEqual([
      { startTime: "2026-11-16", spend: 0, users: {}, models: {} },
      {
        startTime: "2026-11-17",
        spend: 2,
        users: { alice: 2 },
        models: { "claude-sonnet-4-5": 2 },
        [KEY_A]: 2,
      },
      {
        startTime: "2026-11-18",
        spend: 1.75,
        users: { alice: 1.5, bob: 0.25 },
        models: { "claude-sonnet-4-5": 1.25, "gpt-4.1": 0.5, gpt: 0 },
        [KEY_A]: 1,
        ["b".repeat(64)]: 0.5,
        ["c".repeat(64)]: 0.25,
      },
    ]);
  });

  it("lists rows between two dates when told not to sum, whole days of the operator's calendar", async () => {
    const at = (id: string, iso: string) => call(id, { startedAtMs: Date.parse(iso) });
    await insertTraffic([
      at("before", "2026-11-17T14:59:59.999Z"),
      at("first", "2026-11-17T15:00:00Z"),
      at("last", "2026-11-18T14:59:59.999Z"),
      at("after", "2026-11-18T15:00:00Z"),
    ]);
    const day = "start_date=2026-11-18&end_date=2026-11-18&summarize=false";
    const { body, headers } = await ask(`/spend/logs?${day}`, { timeZone: "Asia/Tokyo" });
    expect(idsIn(body)).toEqual(["last", "first"]);
    expect(headers.has("x-litellm-spend-logs-truncated")).toBe(false);
  });

  it("ends after ten thousand rows and says so", async () => {
    const records = Array.from({ length: 10_001 }, (_, index) =>
      call(String(index).padStart(6, "0"), { startedAtMs: Date.parse(NOW) + index }),
    );
    await insertTraffic(records);
    const { body, headers } = await ask("/spend/logs?user_id=alice");
    const ids = idsIn(body);
    expect(headers.get("x-litellm-spend-logs-truncated")).toBe("true");
    expect([ids.length, ids[0], ids.at(-1), new Set(ids).size]).toEqual([
      10_000,
      "010000",
      "000001",
      10_000,
    ]);
    const page = await ask("/spend/logs/ui?page_size=1000");
    expect(page.body).toMatchObject({ total: 10_000, total_pages: 10, total_is_capped: true });
  }, 20_000);

  it("is an empty list when there is nothing", async () => {
    expect((await ask("/spend/logs")).body).toEqual([]);
    expect((await ask("/spend/logs?start_date=2026-11-18&end_date=2026-11-18")).body).toEqual([
      { startTime: "2026-11-18", spend: 0, users: {}, models: {} },
    ]);
  });

  it.each([
    ["/spend/logs?start_date=yesterday&end_date=2026-11-18", "start_date"],
    ["/spend/logs?start_date=2026-11-18&end_date=2026-02-31", "end_date"],
    ["/spend/logs?start_date=2026-11-18&end_date=2026-11-17", "end_date"],
    ["/spend/logs/v2?end_date=tomorrow", "end_date"],
    ["/spend/logs/v2?start_date=2026-11-18&end_date=2026-11-17", "end_date"],
    ["/spend/logs/v2?page=0", "page"],
    ["/spend/logs/v2?page=201&page_size=50", "page"],
    ["/global/spend/logs?start_date=18-11-2026", "start_date"],
    ["/global/activity?start_date=2020-01-01&end_date=2026-01-01", "start_date"],
    ["/user/daily/activity?end_date=x", "end_date"],
  ])("names the parameter that is wrong in %s", async (path, param) => {
    expect(await ask(path)).toMatchObject({
      status: 400,
      body: { error: { code: "400", param, message: expect.stringContaining(param) as string } },
    });
  });
});

describe("GET /spend/logs/v2", () => {
  it("pages, by number and by cursor, with no call twice", async () => {
    await insertTraffic();
    const first = await ask("/spend/logs/v2?page_size=2");
    expect(first.body).toEqual({
      data: expect.any(Array) as Json,
      total: 5,
      page: 1,
      page_size: 2,
      total_pages: 3,
      total_is_capped: false,
    });
    const numbered = [
      ...idsIn(first.body),
      ...idsIn((await ask("/spend/logs/v2?page_size=2&page=2")).body),
      ...idsIn((await ask("/spend/logs/v2?page_size=2&page=3")).body),
    ];
    expect(numbered).toEqual(["5", "4", "3", "1", "2"]);
    const followed: string[] = [];
    let next = "";
    do {
      const { body, headers } = await ask(`/spend/logs/ui?page_size=2${next}`);
      followed.push(...idsIn(body));
      const cursor = headers.get("x-sekisho-next-page");
      next = cursor === null ? "" : `&after=${encodeURIComponent(cursor)}`;
    } while (next !== "");
    expect(followed).toEqual(numbered);
  });

  it.each([
    ["status_filter=failure", ["5"]],
    ["model=gpt", ["5", "3"]],
    ["model=gpt-4.1", ["3"]],
    ["team_id=t1&min_spend=1", ["1", "2"]],
    ["max_spend=0.25&min_spend=0.2", ["4"]],
    ["end_user=cust-2", ["3"]],
    ["error_code=upstream_rate_limited", ["5"]],
    ["request_id=4", ["4"]],
    ["start_date=2026-11-17%2000:00:00&end_date=2026-11-17%2023:59:59", ["2"]],
    ["start_date=2026-11-17&end_date=2026-11-17", ["2"]],
    ["user_id=alice&team_id=t2", []],
  ])("filters by %s", async (query, ids) => {
    await insertTraffic();
    const { body } = await ask(`/spend/logs/v2?${query}`);
    expect(idsIn(body)).toEqual(ids);
    expect(body).toMatchObject({ total: ids.length });
  });
});

describe("who sees which calls", () => {
  it("members their own, a team's administrator the team's, viewers all", async () => {
    const alice = await keyFor("alice");
    const viewer = await keyFor("eve", { role: "proxy_admin_viewer" });
    const carol = await keyFor("carol", { adminOf: "t1" });
    await insertTraffic();
    const seenBy = async (key: string) => idsIn((await ask("/spend/logs/ui", { key })).body);
    expect(await seenBy(alice)).toEqual(["5", "3", "1", "2"]);
    expect(await seenBy(carol)).toEqual(["5", "3", "1", "2"]);
    // Calls of an earlier file may still arrive.
    const seen = (await seenBy(viewer)).filter((id) => id.length === 1);
    expect(seen).toEqual(["5", "4", "3", "1", "2"]);
    expect(idsIn((await ask("/spend/logs?user_id=alice", { key: carol })).body)).toHaveLength(4);
    expect(idsIn((await ask("/spend/logs?user_id=bob", { key: carol })).body)).toEqual([]);
  });

  it("nobody without an office anybody else's", async () => {
    const alice = await keyFor("alice");
    await insertTraffic();
    for (const path of ["/spend/logs", "/spend/logs/ui", "/spend/users", "/user/daily/activity"]) {
      const answer = await ask(`${path}?user_id=bob`, { key: alice });
      expect(answer, path).toMatchObject({ status: 403, body: { error: { code: "403" } } });
    }
    expect(idsIn((await ask(`/spend/logs?request_id=4`, { key: alice })).body)).toEqual([]);
    expect((await ask("/usage/reconcile", { key: alice })).status).toBe(403);
  });
});

function idsIn(body: Json): string[] {
  const rows = isJsonObject(body) ? body["data"] : body;
  if (!Array.isArray(rows)) throw new Error(JSON.stringify(body));
  return rows.filter(isJsonObject).map((row) => String(row["request_id"]));
}
