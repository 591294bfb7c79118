import { describe, expect, it } from "vitest";
import { listAuditRows } from "../../../src/platform/db/audit.ts";
import { insertTeamRow } from "../../../src/platform/db/teams.ts";
import { insertUserRow } from "../../../src/platform/db/users.ts";
import { admitted } from "../../platform/accounts.ts";
import { teamRow, userRow } from "../../platform/db/rows.ts";
import { callWith, createAdmin, db, spendWith, textAt } from "./admin.ts";

const { post, get, generate } = createAdmin();

describe("POST /key/bulk_update", () => {
  it("changes those it can, names those it cannot and why, and files each change", async () => {
    const [one, two] = [await generate({ max_budget: 1 }), await generate({ max_budget: 1 })];
    const { status, body } = await post("/key/bulk_update", {
      keys: [
        { key: one.key, max_budget: 0, tags: ["bulk"] },
        { key: "sk-nobody-knows-it", max_budget: 5 },
        { key: two.hash, team_id: "no-such-team" },
      ],
    });
    expect(status).toBe(200);
    const noTeam = "Team doesn't exist in db. Team=no-such-team. Create team via `/team/new` call.";
    expect(body).toMatchObject({
      total_requested: 3,
      successful_updates: [{ key: one.key, key_info: { token: one.hash, max_budget: 0 } }],
      failed_updates: [
        { key: "sk-nobody-knows-it", key_info: null, failed_reason: "Key not found in database" },
        { key: two.hash, key_info: null, failed_reason: noTeam },
      ],
    });
    expect((await callWith(one.key)).reply).toMatchObject({ refusal: { reason: "budget" } });
    admitted((await callWith(two.key)).reply);
    const filed = await listAuditRows(db, { objectId: one.hash, action: "updated" }, 5);
    expect(filed).toHaveLength(1);
  });

  it("refuses a list with a wrong field before anything is changed", async () => {
    const { key } = await generate({ max_budget: 1 });
    const answer = await post("/key/bulk_update", {
      keys: [
        { key, max_budget: 2 },
        { key, rpm_limit: -1 },
      ],
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { param: "keys.1.rpm_limit" } } });
    expect((await get(`/key/info?key=${key}`)).body).toMatchObject({ info: { max_budget: 1 } });
  });
});

describe("POST /key/{key}/reset_spend", () => {
  it("gives money back at once, and says what was spent", async () => {
    const { key, hash } = await generate({ max_budget: 1, budget_duration: "30d" });
    await spendWith(key, 1_000_000_000);
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "budget" } });
    const answer = await post(`/key/${key}/reset_spend`, { reset_to: 0.25 });
    expect(answer).toEqual({
      status: 200,
      body: {
        key_hash: hash,
        spend: 0.25,
        previous_spend: 1,
        max_budget: 1,
        budget_reset_at: "2026-12-01T00:00:00+00:00",
      },
    });
    expect(admitted((await callWith(key)).reply).key.spendNanoUsd).toBe(250_000_000);
    const [entry] = await listAuditRows(db, { objectId: hash, action: "updated" }, 1);
    expect(entry).toMatchObject({ after: { spend: 0.25 } });
  });

  it.each([[{}], [{ reset_to: -1 }], [{ reset_to: null }], [{ reset_to: 5 }]])(
    "refuses %j",
    async (body) => {
      const { key } = await generate({ spend: 1 });
      expect(await post(`/key/${key}/reset_spend`, body)).toMatchObject({
        status: 400,
        body: { error: { param: "reset_to" } },
      });
    },
  );

  it("is not for the key's own user", async () => {
    await insertUserRow(db, userRow("spender", { role: "internal_user" }));
    const { key } = await generate({ user_id: "spender", spend: 1 });
    const headers = { authorization: `Bearer ${key}` };
    expect((await post(`/key/${key}/reset_spend`, { reset_to: 0 }, headers)).status).toBe(403);
    expect((await post("/key/update", { key, spend: 0 }, headers)).status).toBe(403);
  });
});

describe("POST /key/service-account/generate", () => {
  it("makes a key of the team and of nobody in it", async () => {
    await insertTeamRow(db, teamRow("robots"));
    const wish = { team_id: "robots", user_id: "somebody", key_alias: "robot" };
    const { body } = await post("/key/service-account/generate", wish);
    expect(body).toMatchObject({ team_id: "robots", user_id: null, key_alias: "robot" });
    admitted((await callWith(textAt(body, "key"))).reply);
    expect(await post("/key/service-account/generate", {})).toMatchObject({
      status: 400,
      body: { error: { param: "team_id" } },
    });
  });
});

describe("people who make keys for themselves", () => {
  it("get keys of their own and nothing beyond what theirs may", async () => {
    await insertUserRow(db, userRow("maker", { role: "internal_user" }));
    const { key } = await generate({ user_id: "maker", models: ["gpt-4o"], max_budget: 1 });
    const headers = { authorization: `Bearer ${key}` };
    const wide = await post("/key/generate", { models: [] }, headers);
    expect(wide).toMatchObject({ status: 403, body: { error: { param: "models", code: "403" } } });
    const wish = { models: ["gpt-4o"], max_budget: 0.5 };
    const { status, body } = await post("/key/generate", wish, headers);
    expect([status, body["user_id"], body["created_by"]]).toEqual([200, "maker", "maker"]);
    const made = textAt(body, "key");
    expect((await post("/key/update", { key, max_budget: 9 }, headers)).status).toBe(403);
    expect((await post("/key/update", { key: made, max_budget: 9 }, headers)).status).toBe(403);
    expect((await post("/key/update", { key: made, max_budget: 1 }, headers)).status).toBe(200);
    const strangers = await post("/key/generate", { ...wish, user_id: "other" }, headers);
    expect(strangers.status).toBe(403);
    const next = await post("/key/regenerate", { key }, headers);
    expect(next).toMatchObject({ status: 200, body: { max_budget: 1, models: ["gpt-4o"] } });
    expect((await post("/key/regenerate", { key: made }, headers)).status).toBe(401);
  });
});
