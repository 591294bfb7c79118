import { describe, expect, it } from "vitest";
import { createAdmin, NOW, spendWith, textAt } from "./admin.ts";

const { post, get } = createAdmin();

describe("POST /user/new", () => {
  it("makes a person with a key that their own budget binds", async () => {
    const { status, body } = await post("/user/new", {
      user_id: "u-new",
      user_email: "New@Example.com",
      user_role: "internal_user",
      max_budget: 0.000_000_25,
      models: ["gpt-4o"],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user_id: "u-new",
      user_email: "new@example.com",
      user_role: "internal_user",
      max_budget: 2.5e-7,
      models: ["gpt-4o"],
      teams: [],
      created_at: NOW,
    });
    const first = textAt(body, "key");
    const second = textAt((await post("/key/generate", { user_id: "u-new" })).body, "key");
    await spendWith(first, 100);
    await spendWith(second, 100);
    expect(await spendWith(first, 1)).toMatchObject({
      refusal: { reason: "budget", scope: "user", name: "new@example.com", spentNanoUsd: 200 },
    });
  });

  it("makes no key when told so", async () => {
    const { body } = await post("/user/new", { user_id: "u-keyless", auto_create_key: false });
    expect(body).toMatchObject({ key: null, user_id: "u-keyless" });
    expect((await get("/user/info?user_id=u-keyless")).body["keys"]).toEqual([]);
  });

  it("adds the person to teams, also when many are made at once", async () => {
    await post("/team/new", { team_id: "t-join" });
    const names = Array.from({ length: 8 }, (_, at) => `u-join-${at}`);
    await Promise.all(
      names.map((user_id) =>
        post("/user/new", { user_id, teams: [{ team_id: "t-join", max_budget_in_team: 3 }] }),
      ),
    );
    const { body } = await get("/team/info?team_id=t-join");
    expect(body["team_memberships"]).toHaveLength(9);
    const info = await get("/user/info?user_id=u-join-0");
    expect(info.body).toMatchObject({
      user_info: { teams: ["t-join"] },
      teams: [{ team_id: "t-join" }],
    });
  });

  it("refuses an id or an address that is taken", async () => {
    await post("/user/new", { user_id: "u-once", user_email: "once@example.com" });
    expect(await post("/user/new", { user_id: "u-once" })).toMatchObject({
      status: 409,
      body: { error: { param: "user_id" } },
    });
    expect(await post("/user/new", { user_email: "ONCE@example.com" })).toMatchObject({
      status: 409,
      body: { error: { param: "user_email" } },
    });
  });

  it("makes nobody when a part of the wish cannot be granted", async () => {
    await post("/key/generate", { key_alias: "already-there" });
    const wish = { user_id: "u-undone", key_alias: "already-there" };
    expect((await post("/user/new", wish)).status).toBe(400);
    expect((await get("/user/info?user_id=u-undone")).status).toBe(404);
    expect((await post("/user/new", { user_id: "u-undone", teams: ["nowhere"] })).status).toBe(404);
    expect((await post("/user/new", { user_id: "u-undone" })).status).toBe(200);
  });
});

describe("POST /user/update", () => {
  it("finds the person by id or by address and binds from the next call on", async () => {
    const made = await post("/user/new", { user_id: "u-upd", user_email: "upd@example.com" });
    const key = textAt(made.body, "key");
    const { body } = await post("/user/update", {
      user_email: "upd@example.com",
      max_budget: 0,
      budget_duration: "monthly",
    });
    expect(body).toMatchObject({
      user_id: "u-upd",
      data: {
        max_budget: 0,
        budget_duration: "monthly",
        budget_reset_at: "2026-12-01T00:00:00+00:00",
      },
    });
    expect(await spendWith(key, 1)).toMatchObject({ refusal: { reason: "budget", scope: "user" } });
    await post("/user/update", { user_id: "u-upd", max_budget: null });
    expect((await spendWith(key, 1)).kind).toBe("admitted");
  });

  it("tells the person's keys in teams of a new address", async () => {
    await post("/team/new", { team_id: "t-mail" });
    await post("/user/new", { user_id: "u-mail", user_email: "old@example.com" });
    const made = await post("/key/generate", { user_id: "u-mail", team_id: "t-mail" });
    await post("/user/update", { user_id: "u-mail", user_email: "new-mail@example.com" });
    const reply = await spendWith(textAt(made.body, "key"), 1);
    expect(reply).toMatchObject({ admission: { key: { userEmail: "new-mail@example.com" } } });
  });

  it("says which of id and address it needs, and that it knows nobody", async () => {
    expect((await post("/user/update", { max_budget: 1 })).status).toBe(400);
    expect((await post("/user/update", { user_id: "nobody" })).status).toBe(404);
  });
});

describe("GET /user/info", () => {
  it("shows the person, their spend and their keys", async () => {
    const made = await post("/user/new", { user_id: "u-info" });
    await spendWith(textAt(made.body, "key"), 20_000_000);
    const { body } = await get("/user/info?user_id=u-info");
    expect(body).toMatchObject({
      user_id: "u-info",
      user_info: { user_id: "u-info", spend: 0.02 },
      keys: [{ token: textAt(made.body, "token"), user_id: "u-info" }],
      teams: [],
    });
  });
});
