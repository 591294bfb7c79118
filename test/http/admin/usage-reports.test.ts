import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../../src/core/json.ts";
import { createAdmin, NOW, spendWith } from "./admin.ts";
import { ask, call, forgetTraffic, insertTraffic, KEY_A, keyFor, TRAFFIC } from "./traffic.ts";

beforeEach(forgetTraffic);

describe("GET /usage/heavy-users", () => {
  it("tells who cost more, and what a flat plan would save", async () => {
    await keyFor("alice");
    await insertTraffic();
    expect((await ask("/usage/heavy-users?above_usd=1&plan_usd=1.5")).body).toEqual({
      start_date: "2026-10-20",
      end_date: "2026-11-18",
      above_usd: 1,
      users: [
        {
          user: "alice",
          email: null,
          alias: null,
          requests: 4,
          input_tokens: 300,
          output_tokens: 60,
          cost_usd: 3.5,
          plan_saves_usd: 2,
        },
      ],
      total: { users: 2, cost_usd: 3.75, users_above: 1, cost_above_usd: 3.5 },
      plan: {
        plan_usd: 1.5,
        break_even_usd: 1.5,
        users_above: 1,
        cost_usd: 3.5,
        plan_cost_usd: 1.5,
        saved_usd: 2,
      },
    });
  });

  it("holds a shorter window against its share of the plan", async () => {
    await insertTraffic();
    const { body } = await ask("/usage/heavy-users?days=1&plan_usd=30");
    expect(body).toMatchObject({
      start_date: "2026-11-18",
      plan: { break_even_usd: 1, users_above: 1, saved_usd: 0.5 },
      users: [
        { user: "alice", plan_saves_usd: 0.5 },
        { user: "bob", plan_saves_usd: 0 },
      ],
    });
  });

  it("comes as CSV, and shows people only themselves", async () => {
    const bob = await keyFor("bob");
    await insertTraffic();
    const response = await createAdmin().file("/usage/heavy-users?format=csv&plan_usd=1");
    expect(response.headers.get("content-disposition")).toContain("heavy-users.csv");
    const lines = (await response.text()).split("\r\n");
    expect(lines[0]).toBe(
      "user,email,alias,requests,input_tokens,output_tokens,cost_usd,plan_saves_usd",
    );
    expect(lines[1]).toMatch(/^alice,,,4,/);
    const { body } = await ask("/usage/heavy-users", { key: bob });
    expect(body).toMatchObject({ users: [{ user: "bob" }], total: { users: 1 }, plan: null });
  });

  it("counts nobody where nobody called", async () => {
    expect((await ask("/usage/heavy-users?plan_usd=20")).body).toMatchObject({
      users: [],
      total: { users: 0, cost_usd: 0 },
      plan: { users_above: 0, saved_usd: 0 },
    });
  });
});

describe("GET /usage/hourly", () => {
  it("has every hour of the operator's day, with the calls where they were", async () => {
    await insertTraffic();
    const { body } = await ask("/usage/hourly", { timeZone: "Asia/Tokyo" });
    const hours = linesIn(body, "usage");
    expect(hours).toHaveLength(24);
    expect([hours[0]?.["hour"], hours[23]?.["hour"]]).toEqual([
      "2026-11-18T00:00+09:00",
      "2026-11-18T23:00+09:00",
    ]);
    expect(hours.filter((one) => one["requests"] !== 0)).toMatchObject([
      { hour: "2026-11-18T19:00+09:00", requests: 4, failures: 1, cost_usd: 1.75 },
    ]);
  });

  it("goes by person, team, key, model or provider", async () => {
    await insertTraffic();
    const { body } = await ask("/usage/hourly?group_by=user");
    expect(linesIn(body, "usage").map((one) => [one["user"], one["cost_usd"]])).toEqual([
      ["alice", 1.5],
      ["bob", 0.25],
    ]);
  });

  it("has the hour twice when clocks are set back", async () => {
    const day = "start_date=2026-11-01&end_date=2026-11-01";
    const { body } = await ask(`/usage/hourly?${day}`, { timeZone: "America/New_York" });
    const hours = linesIn(body, "usage").map((one) => one["hour"]);
    expect(hours).toHaveLength(25);
    expect(hours.slice(1, 3)).toEqual(["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00"]);
  });

  it("shows a team's administrator the team's hours", async () => {
    const carol = await keyFor("carol", { adminOf: "t1" });
    await insertTraffic();
    const { body } = await ask("/usage/hourly?group_by=team", { key: carol });
    expect(linesIn(body, "usage")).toMatchObject([{ team: "t1", cost_usd: 1.5 }]);
  });
});

describe("GET /usage/trend", () => {
  it("splits calls by whose doing their end was", async () => {
    const failure = { status: "failure", ending: "refused", costNanoUsd: 0 } as const;
    await insertTraffic([
      ...TRAFFIC,
      call("6", { ...failure, statusCode: 429, errorCode: "budget_exceeded" }),
      call("7", { ...failure, statusCode: 400, errorCode: "context_length_exceeded" }),
      call("8", { ...failure, statusCode: 0, errorCode: null, ending: "unsettled" }),
    ]);
    const days = "start_date=2026-11-16&end_date=2026-11-18";
    const nothing = { client_error: 0, provider_error: 0, blocked: 0, gateway_error: 0 };
    expect((await ask(`/usage/trend?${days}`)).body).toEqual({
      trend: [
        { day: "2026-11-16", requests: 0, success: 0, ...nothing, cost_usd: 0 },
        { day: "2026-11-17", requests: 1, success: 1, ...nothing, cost_usd: 2 },
        {
          day: "2026-11-18",
          requests: 7,
          success: 3,
          client_error: 1,
          provider_error: 1,
          blocked: 1,
          gateway_error: 1,
          cost_usd: 1.75,
        },
      ],
    });
    const { body } = await ask("/usage?group_by=outcome");
    expect(linesIn(body, "usage").map((one) => [one["outcome"], one["requests"]])).toEqual([
      ["blocked", 1],
      ["client_error", 1],
      ["gateway_error", 1],
      ["provider_error", 1],
      ["success", 4],
    ]);
    const csv = await (await createAdmin().file(`/usage/trend?${days}&format=csv`)).text();
    expect(csv).toContain("2026-11-18,7,3,1,1,1,1,1.75");
  });
});

describe("GET /usage/reconcile", () => {
  const days = "start_date=2026-11-17&end_date=2026-11-18";

  it("finds rows, sums and accounts equal after ordinary calls", async () => {
    const { key, hash } = await createAdmin().generate();
    await spendWith(key, 70);
    await insertTraffic([...TRAFFIC, call("6", { keyHash: hash, costNanoUsd: 70 })]);
    const { body } = await ask(`/usage/reconcile?${days}&key=${key}`);
    const tally = { requests: 5, cost_usd: 1.750_000_07 };
    expect(body).toMatchObject({
      matches: true,
      days: [
        { day: "2026-11-17", result: "matches", rows: { requests: 1, cost_usd: 2 } },
        { day: "2026-11-18", result: "matches", rows: tally, sums: tally },
      ],
      hours: { result: "matches" },
      keys_that_differ: [],
      key: { key: hash, account_usd: 7e-8, spend_usd: 7e-8, sums_usd: 7e-8, matches: true },
    });
  });

  it("tells which day and which key do not add up", async () => {
    const { hash } = await createAdmin().generate();
    await insertTraffic([...TRAFFIC, call("6", { keyHash: hash })]);
    await env.DB.exec("UPDATE keys SET spend_nano_usd = 5");
    await env.DB.exec("DELETE FROM requests WHERE request_id = '4'");
    await env.DB.exec("UPDATE daily_usage SET requests = requests + 1 WHERE user_id = 'bob'");
    expect((await ask(`/usage/reconcile?${days}`)).body).toMatchObject({
      matches: false,
      days: [{ result: "matches" }, { day: "2026-11-18", result: "differs" }],
      keys_that_differ: [{ key: hash, spend_usd: 5e-9, sums_usd: 1 }],
    });
  });

  it("does not call removed rows a difference", async () => {
    await insertTraffic();
    await env.DB.exec(`DELETE FROM requests WHERE started_at_ms < ${Date.parse(NOW)}`);
    expect((await ask(`/usage/reconcile?${days}`)).body).toMatchObject({
      matches: true,
      days: [
        { result: "rows_removed", rows: { requests: 0 }, sums: { requests: 1, cost_usd: 2 } },
        { result: "matches" },
      ],
      hours: { result: "rows_removed" },
    });
  });

  it("matches an empty database, and refuses a year", async () => {
    expect((await ask("/usage/reconcile")).body).toMatchObject({ matches: true, key: null });
    expect(await ask("/usage/reconcile?start_date=2026-01-01")).toMatchObject({
      status: 400,
      body: { error: { param: "start_date" } },
    });
  });
});

describe("GET /usage", () => {
  it("takes a key by its text", async () => {
    const { key, hash } = await createAdmin().generate();
    await insertTraffic([...TRAFFIC, call("6", { keyHash: hash, costNanoUsd: 70 })]);
    const { body } = await ask(`/usage?group_by=key&key=${key}`);
    expect(linesIn(body, "usage")).toMatchObject([{ key: hash, cost_usd: 7e-8 }]);
    expect(linesIn((await ask(`/usage?group_by=key&key=${KEY_A}`)).body, "usage")).toHaveLength(1);
  });
});

function linesIn(body: Json, name: string): JsonObject[] {
  const lines = isJsonObject(body) ? body[name] : undefined;
  if (!Array.isArray(lines)) throw new Error(JSON.stringify(body));
  return lines.filter(isJsonObject);
}
