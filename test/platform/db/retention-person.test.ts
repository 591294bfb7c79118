import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, it } from "vitest";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { forgetPerson } from "../../../src/platform/db/retention-person.ts";
import { insertUserRow } from "../../../src/platform/db/users.ts";
import { sampleRecord } from "../sinks/sample-record.ts";
import { userRow } from "./rows.ts";

const db = drizzle(env.DB);
const TABLES = ["requests", "hourly_spend", "daily_usage", "daily_label_usage", "users"];

beforeEach(async () => {
  await env.DB.batch(TABLES.map((one) => env.DB.prepare(`DELETE FROM ${one}`)));
});

describe("forgetPerson", () => {
  it("leaves a pseudonym, all the money, and nothing that tells who it was", async () => {
    await insertUserRow(db, userRow("alice", { email: "alice@example.com" }));
    const alices = {
      userId: "alice",
      userEmail: "alice@example.com",
      keyAlias: "alice-laptop",
      userAgent: "alices-own-client/1.0",
      tags: ["batch", "User-Agent: alices-own-client/1.0"],
      requesterIp: "192.0.2.77",
      sessionId: "alice-session",
      keyMetadata: { owner: "alice" },
      content: { messages: "I am alice", response: "Hello alice" },
    };
    await insertRequests(
      env.DB,
      [
        sampleRecord({ ...alices, requestId: "1" }),
        sampleRecord({ ...alices, requestId: "2", startedAtMs: 1_790_100_000_000 }),
        // A product of Bob's that calls on her behalf.
        sampleRecord({ requestId: "3", userId: "bob", keyHash: "b", endUser: "alice@example.com" }),
        sampleRecord({ requestId: "4", userId: "bob", keyHash: "b" }),
      ],
      "UTC",
    );
    const [before, bobs] = [await totals(), await row("4")];
    expect(await forgetPerson(db, "alice", "deleted-user-x7f")).toEqual({ calls: 2 });
    await env.DB.exec("DELETE FROM users");

    expect(await totals()).toEqual(before);
    expect(await row("4")).toEqual(bobs);
    expect(await row("1")).toMatchObject({
      user_id: "deleted-user-x7f",
      user_email: null,
      requester_ip: null,
      user_agent: null,
      key_metadata: "{}",
      content: null,
      tags: '["batch"]',
      cost_nano_usd: 4_005_000,
    });
    expect(await row("3")).toMatchObject({ user_id: "bob", end_user: "deleted-user-x7f" });
    // A client's product name is a dimension of reports, not a person; hers was made to be found.
    expect(JSON.stringify(await everything()).replaceAll("alices-own-client", "")).not.toContain(
      "alice",
    );
    const sums = await env.DB.prepare(
      "SELECT user_id, sum(requests) AS n FROM daily_usage GROUP BY 1 ORDER BY 1",
    ).all();
    expect(sums.results).toEqual([
      { user_id: "bob", n: 2 },
      { user_id: "deleted-user-x7f", n: 2 },
    ]);
  });

  it("keeps sums in step when a call is priced later", async () => {
    await insertRequests(env.DB, [sampleRecord({ requestId: "1", userId: "alice" })], "UTC");
    await forgetPerson(db, "alice", "deleted-user-1");
    await env.DB.exec("UPDATE requests SET cost_nano_usd = 7");
    expect(await totals()).toMatchObject({ rows: 7, days: 7, hours: 7 });
  });

  it("takes what arrives late under another pseudonym, and nothing when there is nothing", async () => {
    await insertRequests(env.DB, [sampleRecord({ requestId: "1", userId: "alice" })], "UTC");
    await forgetPerson(db, "alice", "deleted-user-1");
    await insertRequests(env.DB, [sampleRecord({ requestId: "2", userId: "alice" })], "UTC");
    expect(await forgetPerson(db, "alice", "deleted-user-2")).toEqual({ calls: 1 });
    expect(await forgetPerson(db, "alice", "deleted-user-3")).toEqual({ calls: 0 });
  });

  it("reaches every call of many", async () => {
    const records = Array.from({ length: 2_100 }, (_, index) =>
      sampleRecord({ requestId: `call-${index}`, userId: "alice" }),
    );
    await insertRequests(env.DB, records, "UTC");
    expect(await forgetPerson(db, "alice", "deleted-user-1")).toEqual({ calls: 2_100 });
  });
});

async function totals() {
  return env.DB.prepare(
    `SELECT (SELECT sum(cost_nano_usd) FROM requests) AS rows,
            (SELECT sum(cost_nano_usd) FROM daily_usage) AS days,
            (SELECT sum(cost_nano_usd) FROM hourly_spend) AS hours,
            (SELECT sum(cost_nano_usd) FROM daily_label_usage) AS labels,
            (SELECT sum(requests) FROM daily_usage) AS requests`,
  ).first();
}

async function row(requestId: string) {
  return env.DB.prepare("SELECT * FROM requests WHERE request_id = ?1").bind(requestId).first();
}

async function everything() {
  const results = await env.DB.batch(TABLES.map((one) => env.DB.prepare(`SELECT * FROM ${one}`)));
  return results.map((result) => result.results);
}
