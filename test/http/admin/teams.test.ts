import { describe, expect, it } from "vitest";
import { hashKey } from "../../../src/core/key-format.ts";
import { createAdmin, NOW, spendWith, textAt } from "./admin.ts";

const { post, get } = createAdmin();

async function keyOf(teamId: string, changes: object = {}): Promise<string> {
  const { body } = await post("/key/generate", { team_id: teamId, ...changes });
  return textAt(body, "key");
}

describe("POST /team/new", () => {
  it("answers in LiteLLM's shape, with whoever made it as administrator", async () => {
    const { status, body } = await post("/team/new", {
      team_alias: "core",
      team_id: "t-golden",
      max_budget: 100,
      budget_duration: "30d",
      models: ["gpt-4o"],
      members_with_roles: [{ role: "user", user_id: "u1", user_email: "u1@example.com" }],
      tags: ["prod"],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      team_alias: "core",
      team_id: "t-golden",
      organization_id: null,
      admins: [],
      members: ["default_user_id", "u1"],
      members_with_roles: [
        { role: "admin", user_id: "default_user_id", user_email: null },
        { role: "user", user_id: "u1", user_email: "u1@example.com" },
      ],
      team_member_permissions: null,
      models: ["gpt-4o"],
      max_budget: 100,
      budget_duration: "30d",
      budget_reset_at: "2026-12-01T00:00:00+00:00",
      tpm_limit: null,
      rpm_limit: null,
      max_parallel_requests: null,
      metadata: { tags: ["prod"] },
      blocked: false,
      spend: 0,
      soft_budget: null,
      budget_limits: null,
      router_settings: null,
      access_group_ids: null,
      policies: [],
      model_id: null,
      litellm_model_table: null,
      object_permission: null,
      team_member_budget_table: null,
      created_at: NOW,
      created_by: "default_user_id",
      updated_at: NOW,
      updated_by: "default_user_id",
    });
    const again = await post("/team/new", { team_id: "t-golden" });
    expect(again.status).toBe(400);
    expect(textAt(again.body, "error", "message")).toContain("already exists");
  });

  it("names itself when nobody named it", async () => {
    const { body } = await post("/team/new", {});
    expect(textAt(body, "team_id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("makes one budget for all its keys", async () => {
    await post("/team/new", { team_id: "t-shared", max_budget: 0.000_000_25 });
    const keys = [await keyOf("t-shared"), await keyOf("t-shared")];
    await spendWith(keys[0] ?? "", 100);
    await spendWith(keys[1] ?? "", 100);
    expect(await spendWith(keys[0] ?? "", 100)).toMatchObject({
      refusal: { reason: "budget", scope: "team", spentNanoUsd: 200 },
    });
  });

  it("lets a member spend no more than their own share", async () => {
    await post("/team/new", {
      team_id: "t-member",
      team_member_budget: 1,
      members_with_roles: [{ role: "user", user_id: "small", max_budget_in_team: 0.000_000_15 }],
    });
    const key = await keyOf("t-member", { user_id: "small" });
    await spendWith(key, 100);
    expect(await spendWith(key, 100)).toMatchObject({
      refusal: { scope: "user", limitNanoUsd: 150 },
    });
    const other = await keyOf("t-member", { user_id: "anyone" });
    expect((await spendWith(other, 100)).kind).toBe("admitted");
  });
});

describe("POST /team/update", () => {
  it("changes what members may spend, those included who are named nowhere", async () => {
    await post("/team/new", { team_id: "t-share", team_member_budget: 1 });
    const key = await keyOf("t-share", { user_id: "unnamed" });
    await spendWith(key, 100);
    await post("/team/update", {
      team_id: "t-share",
      team_member_budget: 0.000_000_15,
      team_member_budget_duration: "30d",
    });
    expect(await spendWith(key, 1)).toMatchObject({
      refusal: { reason: "budget", scope: "user", spentNanoUsd: 100, limitNanoUsd: 150 },
    });
  });

  it("changes what is there and applies to keys made before", async () => {
    await post("/team/new", { team_id: "t-update", models: ["gpt-4o"], rpm_limit: 10 });
    const key = await keyOf("t-update");
    const { body } = await post("/team/update", {
      team_id: "t-update",
      models: ["o3"],
      blocked: false,
    });
    expect(body).toMatchObject({ team_id: "t-update", data: { models: ["o3"], rpm_limit: 10 } });
    expect(await spendWith(key, 1)).toMatchObject({
      refusal: { reason: "model-denied", scope: "team" },
    });
    await post("/team/update", { team_id: "t-update", blocked: true });
    expect(await spendWith(key, 1)).toMatchObject({
      refusal: { reason: "blocked", scope: "team" },
    });
  });

  it("knows only teams that exist", async () => {
    expect(await post("/team/update", { team_id: "nowhere" })).toMatchObject({
      status: 404,
      body: { error: { type: "not_found_error" } },
    });
  });
});

describe("GET /team/info", () => {
  it("shows the team, its keys and what each member spent", async () => {
    await post("/team/new", {
      team_id: "t-info",
      members: ["u9"],
      team_member_budget: 2,
      team_member_budget_duration: "30d",
    });
    const key = await keyOf("t-info", { user_id: "u9" });
    await spendWith(key, 30_000_000);
    const { body } = await get("/team/info?team_id=t-info");
    const budget = { max_budget: 2, tpm_limit: null, rpm_limit: null, budget_duration: "30d" };
    expect(body).toMatchObject({
      team_id: "t-info",
      team_info: { team_id: "t-info", spend: 0.03, team_member_budget_table: budget },
      keys: [{ token: await hashKey(key), user_id: "u9" }],
      team_memberships: [
        { user_id: "default_user_id", team_id: "t-info", spend: 0 },
        { user_id: "u9", team_id: "t-info", spend: 0.03, litellm_budget_table: budget },
      ],
    });
    expect((await get("/team/info?team_id=nowhere")).status).toBe(404);
    expect((await get("/team/info")).body).toMatchObject({ error: { param: "team_id" } });
  });
});
