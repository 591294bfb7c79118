import { describe, expect, it } from "vitest";
import { createAdmin, MASTER_KEY, spendWith, textAt, unreachable } from "./admin.ts";

const { post, get, request } = createAdmin();

async function teamOf(id: string, ...members: string[]): Promise<void> {
  await post("/team/new", { team_id: id, members });
}

async function keyIn(teamId: string, userId: string): Promise<string> {
  const wish = { team_id: teamId, user_id: userId };
  return textAt((await post("/key/generate", wish)).body, "key");
}

async function membersOf(teamId: string): Promise<unknown> {
  return (await get(`/team/info?team_id=${teamId}`)).body["team_memberships"];
}

describe("POST /team/member_add", () => {
  it("answers the team, the people and their memberships", async () => {
    await teamOf("t-add");
    await post("/user/new", { user_id: "u-known", user_email: "known@example.com" });
    const { status, body } = await post("/team/member_add", {
      team_id: "t-add",
      member: [
        { role: "admin", user_id: "u-known" },
        { role: "user", user_email: "Unknown@Example.com" },
      ],
      max_budget_in_team: 5,
    });
    expect(status).toBe(200);
    const budget = { max_budget: 5, tpm_limit: null, rpm_limit: null, budget_duration: null };
    expect(body).toMatchObject({
      team_id: "t-add",
      members_with_roles: [
        { role: "admin", user_id: "default_user_id", user_email: null },
        { role: "admin", user_id: "u-known", user_email: "known@example.com" },
        { role: "user", user_email: "unknown@example.com" },
      ],
      updated_team_memberships: [
        { user_id: "u-known", team_id: "t-add", spend: 0, litellm_budget_table: budget },
        { team_id: "t-add", litellm_budget_table: budget },
      ],
    });
    expect(body["updated_users"]).toHaveLength(2);
    const { body: list } = await get("/user/list?user_email=unknown");
    expect(list).toMatchObject({ total: 1, users: [{ teams: ["t-add"], key_count: 0 }] });
  });

  it("says in LiteLLM's words that somebody is there already, and adds nobody then", async () => {
    await teamOf("t-twice", "u-there");
    const again = await post("/team/member_add", {
      team_id: "t-twice",
      member: [
        { role: "user", user_id: "u-other" },
        { role: "user", user_id: "u-there" },
      ],
    });
    expect(again).toMatchObject({
      status: 400,
      body: { error: { type: "team_member_already_in_team", param: "user_id" } },
    });
    expect(await membersOf("t-twice")).toHaveLength(2);
  });

  it("binds a member's spend by their own share from the next call on", async () => {
    await teamOf("t-share");
    const add = { role: "user", user_id: "u-small" };
    await post("/team/member_add", {
      team_id: "t-share",
      member: add,
      max_budget_in_team: 0.000_000_15,
    });
    const key = await keyIn("t-share", "u-small");
    await spendWith(key, 100);
    expect(await spendWith(key, 100)).toMatchObject({
      refusal: { reason: "budget", scope: "user", limitNanoUsd: 150 },
    });
    const raised = { team_id: "t-share", user_id: "u-small", max_budget_in_team: 1 };
    expect((await post("/team/member_update", raised)).body).toEqual({
      ...raised,
      user_email: null,
      role: "user",
      tpm_limit: null,
      rpm_limit: null,
    });
    expect((await spendWith(key, 100)).kind).toBe("admitted");
    await post("/team/member_update", { ...raised, max_budget_in_team: null });
    expect((await spendWith(key, 1_000_000_000)).kind).toBe("admitted");
    expect((await spendWith(key, 100)).kind).toBe("admitted");
  });

  it("loses nobody when many are added, changed and taken out at once", async () => {
    const old = Array.from({ length: 6 }, (_, at) => `u-old-${at}`);
    const fresh = Array.from({ length: 6 }, (_, at) => `u-fresh-${at}`);
    await teamOf("t-crowd", ...old);
    await Promise.all([
      ...fresh.map((user_id) =>
        post("/team/member_add", { team_id: "t-crowd", member: { role: "user", user_id } }),
      ),
      ...old
        .slice(0, 3)
        .map((user_id) => post("/team/member_delete", { team_id: "t-crowd", user_id })),
      ...old.slice(3).map((user_id) =>
        post("/team/member_update", {
          team_id: "t-crowd",
          user_id,
          max_budget_in_team: 0.000_000_15,
        }),
      ),
      post("/team/update", { team_id: "t-crowd", team_alias: "crowd" }),
    ]);
    const { body } = await get("/team/info?team_id=t-crowd");
    const names = ["default_user_id", ...old.slice(3), ...fresh].toSorted();
    const memberships = body["team_memberships"];
    if (!Array.isArray(memberships)) throw new Error("no memberships");
    expect(memberships.map((one) => textAt({ one }, "one", "user_id")).toSorted()).toEqual(names);
    expect(body).toMatchObject({ team_info: { team_alias: "crowd" } });
    // The account heard of every change, whatever the order it heard them in.
    for (const userId of old.slice(3)) {
      const key = await keyIn("t-crowd", userId);
      await spendWith(key, 100);
      expect((await spendWith(key, 100)).kind, userId).toBe("refused");
    }
  });

  it("adds nobody when the account cannot be told", async () => {
    await teamOf("t-cut");
    await post("/user/new", { user_id: "u-cut" });
    const cut = createAdmin({ account: unreachable });
    const wish = { team_id: "t-cut", member: { role: "user", user_id: "u-cut" } };
    expect((await cut.post("/team/member_add", wish)).status).toBe(503);
    expect(await membersOf("t-cut")).toHaveLength(1);
    expect((await get("/v2/user/info?user_id=u-cut")).body).toMatchObject({ teams: [] });
  });
});

describe("POST /team/bulk_member_add", () => {
  it("tells of each whether it worked", async () => {
    await teamOf("t-bulk", "u-in");
    const { body } = await post("/team/bulk_member_add", {
      team_id: "t-bulk",
      members: [
        { role: "user", user_id: "u-in" },
        { role: "user", user_id: "u-bulk" },
      ],
      max_budget_in_team: 2,
    });
    expect(body).toMatchObject({
      team_id: "t-bulk",
      total_requested: 2,
      successful_additions: 1,
      failed_additions: 1,
      results: [
        { user_id: "u-in", success: false, updated_user: null },
        {
          user_id: "u-bulk",
          success: true,
          error: null,
          updated_user: { user_id: "u-bulk", teams: ["t-bulk"] },
          updated_team_membership: { litellm_budget_table: { max_budget: 2 } },
        },
      ],
      updated_team: { members: ["default_user_id", "u-in", "u-bulk"] },
    });
  });
});

describe("POST /team/member_delete", () => {
  it("takes the person's keys in the team, and leaves those they have elsewhere", async () => {
    const { body: made } = await post("/user/new", { user_id: "u-leaver" });
    await teamOf("t-left", "u-leaver");
    const key = await keyIn("t-left", "u-leaver");
    const { status, body } = await post("/team/member_delete", {
      team_id: "t-left",
      user_id: "u-leaver",
    });
    expect([status, body["members"]]).toEqual([200, ["default_user_id"]]);
    expect(await spendWith(key, 1)).toMatchObject({ refusal: { reason: "unknown-key" } });
    expect((await spendWith(textAt(made, "key"), 1)).kind).toBe("admitted");
    expect((await get("/v2/user/info?user_id=u-leaver")).body).toMatchObject({ teams: [] });
    const { body: log } = await get("/audit?table_name=LiteLLM_VerificationToken&action=deleted");
    expect(JSON.stringify(log)).toContain("u-leaver");
    const again = { team_id: "t-left", user_id: "u-leaver" };
    expect((await post("/team/member_delete", again)).status).toBe(404);
  });

  it("finds people by their address", async () => {
    await post("/user/new", { user_id: "u-mail", user_email: "by-mail@example.com" });
    await teamOf("t-mail", "u-mail");
    const wish = { team_id: "t-mail", user_email: "BY-mail@example.com" };
    expect((await post("/team/member_delete", wish)).status).toBe(200);
    expect(await membersOf("t-mail")).toHaveLength(1);
  });
});

describe("POST /team/:id/member/:id/reset_spend", () => {
  it("counts from the new figure on", async () => {
    await teamOf("t-reset");
    const member = { role: "user", user_id: "u-reset", max_budget_in_team: 0.000_000_15 };
    await post("/team/member_add", { team_id: "t-reset", member });
    const key = await keyIn("t-reset", "u-reset");
    await spendWith(key, 150);
    expect((await spendWith(key, 1)).kind).toBe("refused");
    const answer = await post("/team/t-reset/member/u-reset/reset_spend", { reset_to: 0 });
    expect(answer).toEqual({
      status: 200,
      body: {
        team_id: "t-reset",
        user_id: "u-reset",
        spend: 0,
        previous_spend: 1.5e-7,
        max_budget: 1.5e-7,
      },
    });
    expect((await spendWith(key, 1)).kind).toBe("admitted");
    expect((await post("/team/t-reset/member/nobody/reset_spend", {})).status).toBe(404);
  });
});

describe("teams that are open to all", () => {
  it("are listed to people and joined by them, as members without limits of their own", async () => {
    const { loaded } = await import("../../core/config/sample.ts");
    const params = { available_teams: ["t-open"] };
    const open = createAdmin({
      config: loaded({ litellm_settings: { default_internal_user_params: params } }),
    });
    await teamOf("t-open");
    await teamOf("t-closed");
    const wish = { user_id: "u-joiner", user_role: "internal_user" };
    const key = textAt((await post("/user/new", wish)).body, "key");
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const listed = await open.request("/team/available", { headers });
    expect(await listed.json()).toEqual([{ team_id: "t-open", team_alias: null, models: [] }]);
    const join = async (body: object) =>
      (
        await open.request("/team/member_add", {
          method: "POST",
          headers,
          body: JSON.stringify(body),
        })
      ).status;
    const member = { role: "user", user_id: "u-joiner" };
    expect(await join({ team_id: "t-closed", member })).toBe(403);
    expect(await join({ team_id: "t-open", member: { ...member, role: "admin" } })).toBe(403);
    expect(await join({ team_id: "t-open", member, max_budget_in_team: 9 })).toBe(403);
    expect(await join({ team_id: "t-open", member: { ...member, user_id: "other" } })).toBe(403);
    expect(await join({ team_id: "t-open", member })).toBe(200);
    expect(await (await open.request("/team/available", { headers })).json()).toEqual([]);
  });
});

describe("the audit log", () => {
  it("has every change of a member, from what to what", async () => {
    await teamOf("t-audit");
    const member = { role: "user", user_id: "u-audit" };
    await post("/team/member_add", { team_id: "t-audit", member });
    await post("/team/member_update", { team_id: "t-audit", user_id: "u-audit", role: "admin" });
    const answer = await request("/audit?object_id=t-audit&action=updated", {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    });
    const log = JSON.stringify(await answer.json());
    expect(log).toContain('"role":"admin","user_id":"u-audit"');
    expect(log).toContain('"role":"user","user_id":"u-audit"');
  });
});
