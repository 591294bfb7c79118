import { beforeEach, describe, expect, it } from "vitest";
import { env } from "cloudflare:workers";
import { isJsonObject, type JsonObject } from "../../../src/core/json.ts";
import type { CallRecord } from "../../../src/core/record.ts";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { sampleRecord } from "../../platform/sinks/sample-record.ts";
import { createAdmin, NOW } from "./admin.ts";

const DAY_MS = 86_400_000;

beforeEach(async () => {
  await env.DB.exec("DELETE FROM requests");
  await env.DB.exec("DELETE FROM daily_usage");
});

describe("GET /usage", () => {
  it("tells who used which model for how much, with each kind of token apart", async () => {
    await insertRequests(env.DB, TRAFFIC, "UTC");
    const rows = await usage("group_by=user,model");
    expect(
      rows.map(({ user, model, requests, cost_usd: cost }) => [user, model, requests, cost]),
    ).toEqual([
      ["alice", "gpt", 1, 0.5],
      ["alice", "sonnet", 2, 3],
      ["bob", "sonnet", 1, 0.25],
    ]);
    expect(rows[1]).toMatchObject({
      input_tokens: 200,
      cache_read_tokens: 20,
      cache_write_tokens: 14,
      output_tokens: 40,
      reasoning_tokens: 6,
      failures: 0,
    });
  });

  it("groups by day, month, client, purpose and status, and filters by any of them", async () => {
    await insertRequests(env.DB, TRAFFIC, "UTC");
    expect((await usage("group_by=day")).map((row) => [row["day"], row["requests"]])).toEqual([
      ["2026-11-17", 1],
      ["2026-11-18", 3],
    ]);
    expect(await usage("group_by=month&user=bob")).toMatchObject([
      { month: "2026-11", requests: 1 },
    ]);
    expect(await usage("group_by=client,purpose,status&model=gpt")).toMatchObject([
      { client: "codex_cli_rs", purpose: "review", status: "429", failures: 1 },
    ]);
  });

  it("is complete over pages, with no group twice", async () => {
    await insertRequests(env.DB, TRAFFIC, "UTC");
    const { get } = createAdmin();
    const seen: string[] = [];
    let next = "";
    do {
      const { body } = await get(`/usage?group_by=user,model,day&page_size=1${next}`);
      const [row] = rowsIn(body);
      if (row !== undefined) seen.push([row["user"], row["model"], row["day"]].join());
      const cursor = body["next_page"];
      next = typeof cursor === "string" ? `&after=${encodeURIComponent(cursor)}` : "";
    } while (next !== "");
    expect(seen).toEqual([
      "alice,gpt,2026-11-18",
      "alice,sonnet,2026-11-17",
      "alice,sonnet,2026-11-18",
      "bob,sonnet,2026-11-18",
    ]);
  });

  it("comes as a file that a spreadsheet reads as UTF-8, and runs nothing in it", async () => {
    const named = sampleRecord({ requestId: "x", userId: '=田中"', startedAtMs: Date.parse(NOW) });
    await insertRequests(env.DB, [named], "UTC");
    const { file } = createAdmin();
    const response = await file("/usage?group_by=user&format=csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [header, line] = new TextDecoder().decode(bytes).split("\r\n");
    expect(header).toMatch(/^user,requests,failures,/);
    expect(line).toMatch(/^"'=田中""",1,/);
  });

  it("shows people their own, and a team's administrator the team's", async () => {
    const { post, generate } = createAdmin();
    await post("/user/new", { user_id: "alice", auto_create_key: false });
    await post("/team/new", {
      team_id: "t1",
      members_with_roles: [{ user_id: "bob", role: "admin" }],
    });
    await post("/user/new", { user_id: "bob", teams: ["t1"], auto_create_key: false });
    await insertRequests(env.DB, TRAFFIC, "UTC");
    const { made: alice } = await generate({ user_id: "alice" });
    const { made: bob } = await generate({ user_id: "bob" });
    expect((await usage("group_by=user", String(alice["key"]))).map((row) => row["user"])).toEqual([
      "alice",
    ]);
    // Alice's calls were made in Bob's team.
    expect((await usage("group_by=user", String(bob["key"]))).map((row) => row["user"])).toEqual([
      "alice",
      "bob",
    ]);
  });

  it("names what it cannot group by", async () => {
    const { get } = createAdmin();
    expect(await get("/usage?group_by=mood")).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("group_by") as string } },
    });
  });
});

const USAGE = {
  inputTokens: 100,
  cacheReadTokens: 10,
  cacheWrite5mTokens: 5,
  cacheWrite1hTokens: 2,
  outputTokens: 20,
  reasoningTokens: 3,
};

function call(requestId: string, changes: Partial<CallRecord>): CallRecord {
  return sampleRecord({
    requestId,
    usage: USAGE,
    teamId: "t1",
    organizationId: null,
    startedAtMs: Date.parse(NOW),
    tags: [],
    keyMetadata: {},
    ...changes,
  });
}

const TRAFFIC = [
  call("1", { userId: "alice", modelGroup: "sonnet", costNanoUsd: 1_000_000_000 }),
  call("2", {
    userId: "alice",
    modelGroup: "sonnet",
    costNanoUsd: 2_000_000_000,
    startedAtMs: Date.parse(NOW) - DAY_MS,
  }),
  call("3", {
    userId: "alice",
    modelGroup: "gpt",
    costNanoUsd: 500_000_000,
    userAgent: "codex_cli_rs/0.169.0",
    tags: ["purpose:review"],
    status: "failure",
    statusCode: 429,
  }),
  call("4", { userId: "bob", modelGroup: "sonnet", costNanoUsd: 250_000_000 }),
];

async function usage(query: string, key?: string): Promise<JsonObject[]> {
  const { body } = await createAdmin().get(`/usage?${query}`, key);
  return rowsIn(body);
}

function rowsIn(body: JsonObject): JsonObject[] {
  const rows = body["usage"];
  if (!Array.isArray(rows)) throw new Error(JSON.stringify(body));
  return rows.filter(isJsonObject);
}
