import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountIdOf } from "../../../src/core/key-format.ts";
import { accountStub } from "../../../src/platform/account/stub.ts";
import { createAdmin, MASTER_KEY, spendWith, textAt } from "./admin.ts";
import { call as record, insertTraffic } from "./traffic.ts";

const { post, get, request } = createAdmin();

async function remove(...ids: string[]): Promise<{ status: number; body: unknown }> {
  const answer = await request("/user/delete", {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ user_ids: ids }),
  });
  return { status: answer.status, body: await answer.json() };
}

describe("POST /user/delete", () => {
  it("takes keys, memberships and the person, and says how many", async () => {
    await post("/team/new", { team_id: "t-goes" });
    await post("/organization/new", { organization_id: "o-goes" });
    const { body } = await post("/user/new", {
      user_id: "u-goes",
      user_email: "goes@example.com",
      teams: ["t-goes"],
      organizations: ["o-goes"],
    });
    expect(body).toMatchObject({ organizations: ["o-goes"], teams: ["t-goes"] });
    const made = await post("/key/generate", { user_id: "u-goes", team_id: "t-goes" });
    await post("/user/new", { user_id: "u-too", auto_create_key: false });
    expect(await remove("u-goes", "u-too", "u-goes")).toEqual({ status: 200, body: 2 });
    for (const key of [textAt(body, "key"), textAt(made.body, "key")]) {
      expect(await spendWith(key, 1)).toMatchObject({ refusal: { reason: "unknown-key" } });
    }
    expect((await get("/user/info?user_id=u-goes")).status).toBe(404);
    expect((await get("/team/info?team_id=t-goes")).body).toMatchObject({
      keys: [],
      team_memberships: [{ user_id: "default_user_id" }],
    });
    expect((await get("/organization/info?organization_id=o-goes")).body).toMatchObject({
      members: [],
    });
    const { body: log } = await get("/audit?object_id=u-goes&action=deleted");
    expect(log).toMatchObject({
      audit_logs: [{ before_value: { user_id: "u-goes" }, updated_values: null }],
    });
  });

  it("leaves neither their name nor their address in the audit log", async () => {
    const names = { user_email: "jane.doe@example.com", user_alias: "Jane Doe" };
    await post("/user/new", { user_id: "u-audited", auto_create_key: false, ...names });
    await post("/user/update", { user_id: "u-audited", user_email: "jd@example.org" });
    await remove("u-audited");
    const { body: log } = await get("/audit?object_id=u-audited");
    const text = JSON.stringify(log);
    for (const kept of ["j***@example.com", "j***@example.org", "J***", "u-audited"]) {
      expect(text).toContain(kept);
    }
    for (const name of ["jane.doe", "Jane Doe", "jd@"]) expect(text).not.toContain(name);
  });

  it("leaves what was spent, under a name that says nothing", async () => {
    await post("/user/new", { user_id: "u-spent", user_email: "spent@example.com" });
    await insertTraffic([
      record("of-spent", { userId: "u-spent", userEmail: "spent@example.com" }),
    ]);
    await remove("u-spent");
    const { results } = await env.DB.prepare(
      "SELECT user_id, user_email, cost_nano_usd FROM requests WHERE request_id = 'of-spent'",
    ).all();
    expect(results).toMatchObject([{ user_email: null, cost_nano_usd: 1_000_000_000 }]);
    expect(String(results[0]?.["user_id"])).toMatch(/^deleted-user-[0-9a-f-]{36}$/);
  });

  it("lets somebody who gets the id one day begin with nothing spent", async () => {
    const { body } = await post("/user/new", { user_id: "u-again", max_budget: 0.000_000_1 });
    await spendWith(textAt(body, "key"), 100);
    await remove("u-again");
    const account = accountStub(
      env.ACCOUNT,
      await accountIdOf({ teamId: null, userId: "u-again" }),
    );
    expect(await account.standings([{ kind: "user", id: "u-again" }])).toMatchObject([
      { windowNanoUsd: 0 },
    ]);
    const again = await post("/user/new", { user_id: "u-again", max_budget: 0.000_000_1 });
    expect((await spendWith(textAt(again.body, "key"), 1)).kind).toBe("admitted");
  });

  it("deletes nobody when one of them is not there", async () => {
    await post("/user/new", { user_id: "u-stays" });
    expect((await remove("u-stays", "nobody")).status).toBe(404);
    expect((await get("/user/info?user_id=u-stays")).status).toBe(200);
  });
});

describe("POST /user/bulk_update", () => {
  it("tells of each whether it worked", async () => {
    await post("/user/new", { user_id: "u-bulk", auto_create_key: false });
    const { body } = await post("/user/bulk_update", {
      users: [
        { user_id: "u-bulk", max_budget: 7 },
        { user_id: "nobody", max_budget: 7 },
      ],
    });
    expect(body).toMatchObject({
      total_requested: 2,
      successful_updates: 1,
      failed_updates: 1,
      results: [
        { user_id: "u-bulk", success: true, error: null, updated_user: { max_budget: 7 } },
        { user_id: "nobody", success: false, updated_user: null },
      ],
    });
  });
});
