import { describe, expect, it } from "vitest";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin, textAt } from "./admin.ts";
import { createPlace } from "./places.ts";

const { post, get } = createAdmin();

function as(key: string) {
  return { authorization: `Bearer ${key}` };
}

describe("who may make whom", () => {
  it("lets only administrators make and touch administrators", async () => {
    const { askerKey, organizationId, userId } = await createPlace("org_admin");
    const wish = { user_role: "proxy_admin", organizations: [organizationId] };
    const refused = { status: 403, body: { error: { param: "user_role" } } };
    expect(await post("/user/new", wish, as(askerKey))).toMatchObject(refused);
    const promotion = { user_id: userId, user_role: "proxy_admin" };
    expect(await post("/user/update", promotion, as(askerKey))).toMatchObject(refused);
    expect((await post("/user/update", promotion)).status).toBe(200);
    const rename = { user_id: userId, user_alias: "mine" };
    expect(await post("/user/update", rename, as(askerKey))).toMatchObject(refused);
    const invite = { user_id: userId };
    expect(await post("/invitation/new", invite, as(askerKey))).toMatchObject(refused);
    const removal = { user_ids: [userId] };
    expect(await post("/user/delete", removal, as(askerKey))).toMatchObject(refused);
  });

  it("keeps an organization's administrator within it", async () => {
    const { askerKey, organizationId, teamId } = await createPlace("org_admin");
    const { organizationId: elsewhere, teamId: otherTeam } = await createPlace("org_admin");
    const make = (wish: object) => post("/user/new", wish, as(askerKey));
    expect((await make({})).status).toBe(403);
    expect((await make({ organizations: [organizationId, elsewhere] })).status).toBe(403);
    expect((await make({ organizations: [organizationId], teams: [otherTeam] })).status).toBe(403);
    expect((await make({ organizations: [organizationId], team_id: otherTeam })).status).toBe(403);
    for (const more of [{ key_type: "provisioning" }, { permissions: { a: true } }]) {
      const wish = { organizations: [organizationId], ...more };
      expect((await make(wish)).status, JSON.stringify(more)).toBeGreaterThanOrEqual(400);
    }
    const { status, body } = await make({ organizations: [organizationId], teams: [teamId] });
    expect(status).toBe(200);
    // Their key spends the organization's money.
    expect(body).toMatchObject({ organization_id: organizationId, teams: [teamId] });
    expect((await get(`/user/info?user_id=${textAt(body, "user_id")}`, askerKey)).status).toBe(200);
  });

  it("deletes nobody who is in an organization of others too", async () => {
    const { askerKey, userId } = await createPlace("org_admin");
    const { organizationId: elsewhere } = await createPlace("org_admin");
    const member = { user_id: userId, role: "internal_user" };
    await post("/organization/member_add", { organization_id: elsewhere, member });
    expect((await post("/user/delete", { user_ids: [userId] }, as(askerKey))).status).toBe(403);
    expect((await get(`/user/info?user_id=${userId}`)).status).toBe(200);
  });
});

describe("people themselves", () => {
  it("may say what they are called, and nothing else", async () => {
    const { askerKey, userId, email } = await createPlace("internal_user");
    const rename = await post("/user/update", { user_id: userId, user_alias: "Me" }, as(askerKey));
    expect(rename).toMatchObject({ status: 200, body: { data: { user_alias: "Me" } } });
    const named = await post("/user/update", { user_email: email, user_alias: "I" }, as(askerKey));
    expect(named.status).toBe(200);
    for (const more of [
      { max_budget: 9 },
      { user_role: "proxy_admin" },
      { user_email: "other@example.com" },
      { models: [] },
      { blocked: false },
      { spend: 0 },
      { metadata: {} },
    ]) {
      const answer = await post("/user/update", { user_id: userId, ...more }, as(askerKey));
      expect(answer.status, JSON.stringify(more)).toBe(403);
    }
    const bulk = { users: [{ user_id: userId, max_budget: 9 }] };
    expect((await post("/user/bulk_update", bulk, as(askerKey))).body).toMatchObject({
      successful_updates: 0,
      results: [{ success: false }],
    });
  });

  it("are told who they are when they name nobody", async () => {
    const { askerKey, userId } = await createPlace("internal_user");
    expect((await get("/user/info", askerKey)).body).toMatchObject({ user_id: userId });
    expect((await get("/v2/user/info", askerKey)).body).toMatchObject({ user_id: userId });
    expect((await get("/user/info")).body).toMatchObject({
      user_id: "default_user_id",
      user_info: { user_role: "proxy_admin" },
    });
  });

  it("see in lists only themselves", async () => {
    const { askerKey, userId } = await createPlace("internal_user");
    expect((await get("/user/list", askerKey)).body).toMatchObject({
      total: 1,
      users: [{ user_id: userId }],
    });
  });
});

describe("a provisioning key", () => {
  const admin = createAdmin({
    config: loaded({
      litellm_settings: {
        default_internal_user_params: { max_budget: 10, budget_duration: "30d", models: ["small"] },
      },
    }),
  });

  it("makes people with the configured limits, or lower ones", async () => {
    const { askerKey } = await createPlace("provisioning");
    const made = await admin.post("/user/new", { user_email: "signed@up.example" }, as(askerKey));
    expect(made).toMatchObject({
      status: 200,
      body: {
        user_role: "internal_user",
        max_budget: 10,
        budget_duration: "30d",
        models: ["small"],
      },
    });
    const lower = await admin.post("/user/new", { max_budget: 3 }, as(askerKey));
    expect(lower.body).toMatchObject({ max_budget: 3 });
  });

  it.each([
    { max_budget: 11 },
    { user_role: "proxy_admin" },
    { user_role: "org_admin" },
    { models: ["dear"] },
    { metadata: { temp_budget_increase: 100 } },
    { budget_duration: "1d" },
    { teams: ["any"] },
    { organizations: ["any"] },
    { team_id: "any" },
    { key_type: "management" },
  ])("gives away nothing that is not everybody's: %j", async (wish) => {
    const { askerKey } = await createPlace("provisioning");
    const { status } = await admin.post("/user/new", { user_id: "u-never", ...wish }, as(askerKey));
    expect(status).toBe(403);
    expect((await get("/user/info?user_id=u-never")).status).toBe(404);
  });

  it("opens nothing else", async () => {
    const { askerKey } = await createPlace("provisioning");
    expect((await get("/user/list", askerKey)).status).toBe(403);
    expect((await post("/key/generate", {}, as(askerKey))).status).toBe(403);
  });
});

describe("default_internal_user_params", () => {
  it("fill what is left out, teams included, and nothing of a proxy_admin", async () => {
    await post("/team/new", { team_id: "t-default" });
    const admin = createAdmin({
      config: loaded({
        litellm_settings: {
          default_internal_user_params: {
            user_role: "internal_user",
            tpm_limit: 1_000,
            teams: [{ team_id: "t-default", max_budget_in_team: 4 }],
          },
          max_internal_user_budget: 25,
          internal_user_budget_duration: "1mo",
        },
      }),
    });
    const { body } = await admin.post("/user/new", { user_id: "u-default" });
    expect(body).toMatchObject({
      user_role: "internal_user",
      tpm_limit: 1_000,
      max_budget: 25,
      budget_duration: "1mo",
      teams: ["t-default"],
    });
    expect((await get("/team/info?team_id=t-default")).body).toMatchObject({
      team_memberships: [{}, { user_id: "u-default", litellm_budget_table: { max_budget: 4 } }],
    });
    const boss = await admin.post("/user/new", { user_role: "proxy_admin" });
    expect(boss.body).toMatchObject({ max_budget: null, tpm_limit: null, teams: [] });
  });

  it("make nobody an administrator", () => {
    const raw = {
      litellm_settings: { default_internal_user_params: { user_role: "proxy_admin" } },
    };
    expect(() => loaded(raw)).toThrow("user_role");
  });
});
