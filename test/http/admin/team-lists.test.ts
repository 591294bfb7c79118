import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../../src/core/json.ts";
import { createAdmin, spendWith, textAt } from "./admin.ts";
import { createPlace } from "./places.ts";

const { post, get, file, request } = createAdmin();

describe("GET /team/list", () => {
  it("is a bare list of rows with memberships and keys", async () => {
    await post("/organization/new", { organization_id: "o-teams" });
    await post("/team/new", { team_id: "l-1", organization_id: "o-teams", members: ["u-l"] });
    await post("/team/new", { team_id: "l-2", organization_id: "o-teams" });
    const made = await post("/key/generate", { team_id: "l-1" });
    const rows: unknown = await (await file("/team/list?organization_id=o-teams")).json();
    expect(rows).toMatchObject([
      {
        team_id: "l-1",
        keys: [{ token: textAt(made.body, "token"), team_id: "l-1" }],
        team_memberships: [{ user_id: "default_user_id" }, { user_id: "u-l", team_id: "l-1" }],
      },
      { team_id: "l-2", keys: [] },
    ]);
    const mine: unknown = await (await file("/team/list?user_id=u-l")).json();
    expect(mine).toMatchObject([{ team_id: "l-1" }]);
  });

  it("shows people their teams, and of the keys only what a member may know", async () => {
    const { askerKey, teamId } = await createPlace("internal_user");
    await post("/key/generate", { team_id: teamId, key_alias: "of-the-team" });
    const headers = { authorization: `Bearer ${askerKey}` };
    const list = async (): Promise<unknown> => (await request("/team/list", { headers })).json();
    expect(await list()).toMatchObject([{ team_id: teamId, keys: [] }]);
    const permissions = { team_id: teamId, team_member_permissions: ["/key/list"] };
    await post("/team/permissions_update", permissions);
    expect(await list()).toMatchObject([{ keys: [{ key_alias: "of-the-team" }] }]);
  });
});

describe("GET /v2/team/list", () => {
  it("pages and finds by part of a name", async () => {
    for (const at of [1, 2, 3]) {
      await post("/team/new", { team_id: `p-${at}`, team_alias: `Paged ${at}` });
    }
    const { body } = await get("/v2/team/list?team_alias=paged&page=2&page_size=2");
    expect(body).toMatchObject({ total: 3, page: 2, page_size: 2, total_pages: 2 });
    expect(body["teams"]).toMatchObject([{ team_id: "p-3" }]);
    expect((await get("/v2/team/list?team_id=p-1")).body).toMatchObject({ total: 1 });
  });
});

describe("a team", () => {
  it("is blocked and let in again from the next call on", async () => {
    await post("/team/new", { team_id: "t-block" });
    const key = textAt((await post("/key/generate", { team_id: "t-block" })).body, "key");
    expect((await post("/team/block", { team_id: "t-block" })).body).toMatchObject({
      team_id: "t-block",
      blocked: true,
    });
    expect(await spendWith(key, 1)).toMatchObject({
      refusal: { reason: "blocked", scope: "team" },
    });
    expect((await post("/team/unblock", { team_id: "t-block" })).body).toMatchObject({
      blocked: false,
    });
    expect((await spendWith(key, 1)).kind).toBe("admitted");
  });

  it("gets and loses models, also when two change them at once", async () => {
    await post("/team/new", { team_id: "t-models", models: ["a"] });
    await Promise.all(
      ["b", "c", "d"].map((model) =>
        post("/team/model/add", { team_id: "t-models", models: [model] }),
      ),
    );
    const { body } = await post("/team/model/delete", { team_id: "t-models", models: ["a"] });
    expect(new Set(Array.isArray(body["models"]) ? body["models"] : [])).toEqual(
      new Set(["b", "c", "d"]),
    );
  });

  it("goes with its keys and leaves its people", async () => {
    await post("/user/new", { user_id: "u-left", teams: [] });
    await post("/team/new", { team_id: "t-gone", members: ["u-left"], max_budget: 0.000_000_1 });
    const key = textAt((await post("/key/generate", { team_id: "t-gone" })).body, "key");
    await spendWith(key, 100);
    expect((await post("/team/delete", { team_ids: ["t-gone"] })).body).toEqual({
      deleted_teams: ["t-gone"],
    });
    expect(await spendWith(key, 1)).toMatchObject({ refusal: { reason: "unknown-key" } });
    expect((await get("/team/info?team_id=t-gone")).status).toBe(404);
    expect((await get("/v2/user/info?user_id=u-left")).body).toMatchObject({ teams: [] });
    await post("/team/new", { team_id: "t-gone", max_budget: 0.000_000_1 });
    const again = textAt((await post("/key/generate", { team_id: "t-gone" })).body, "key");
    expect((await spendWith(again, 1)).kind).toBe("admitted");
  });

  it("has only models its organization has, and an organization that is there", async () => {
    await post("/organization/new", { organization_id: "o-few", models: ["few", "mini/*"] });
    const make = (wish: object) =>
      post("/team/new", { organization_id: "o-few", team_id: "t-few", ...wish });
    expect(await make({ models: ["few", "many"] })).toMatchObject({
      status: 400,
      body: { error: { param: "models" } },
    });
    expect((await make({ organization_id: "nowhere" })).status).toBe(404);
    expect((await make({ models: ["few", "mini/one"] })).status).toBe(200);
    const more = { team_id: "t-few", models: ["many"] };
    expect((await post("/team/model/add", more)).status).toBe(400);
    expect((await post("/team/update", more)).status).toBe(400);
  });

  it("is administered by whoever makes it", async () => {
    const { askerKey, askerId, organizationId } = await createPlace("org_admin");
    const { status, body } = await post(
      "/team/new",
      { team_id: "t-made", organization_id: organizationId },
      { authorization: `Bearer ${askerKey}` },
    );
    expect(status).toBe(200);
    expect(body["members_with_roles"]).toMatchObject([{ role: "admin", user_id: askerId }]);
    const { body: info } = await get(`/v2/user/info?user_id=${askerId}`);
    expect(info["teams"]).toContain("t-made");
  });
});

describe("team_member_permissions", () => {
  it("say what plain members may do with the team's keys, from their next call on", async () => {
    const { askerKey, askerId, teamId } = await createPlace("internal_user");
    const headers = { authorization: `Bearer ${askerKey}` };
    const wish = { team_id: teamId, user_id: askerId };
    expect((await post("/key/generate", wish, headers)).status).toBe(403);
    const allow = (permissions: string[]) =>
      post("/team/permissions_update", { team_id: teamId, team_member_permissions: permissions });
    expect((await allow(["/key/generate"])).status).toBe(200);
    const made = await post("/key/generate", wish, headers);
    expect(made.status).toBe(200);
    const key = textAt(made.body, "key");
    expect((await post("/key/block", { key }, headers)).status).toBe(403);
    await allow(["/key/generate", "/key/block"]);
    expect((await post("/key/block", { key }, headers)).status).toBe(200);
    expect((await allow(["/everything"])).status).toBe(400);
    const { body } = await get(`/team/permissions_list?team_id=${teamId}`);
    expect(body).toMatchObject({
      team_id: teamId,
      team_member_permissions: ["/key/generate", "/key/block"],
    });
    expect(body["all_available_permissions"]).toContain("/key/update");
  });
});

describe("callbacks of a team", () => {
  it("are noted without their secrets, given back and forgotten", async () => {
    await post("/team/new", { team_id: "t-log" });
    const { status, body } = await post("/team/t-log/callback", {
      callback_name: "langfuse",
      callback_type: "success",
      callback_vars: { langfuse_secret_key: "sk-lf-secret", langfuse_host: "https://l.example" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "success", data: { team_id: "t-log" } });
    expect(JSON.stringify(body)).not.toContain("sk-lf-secret");
    const noted = await get("/team/t-log/callback");
    expect(noted.body).toEqual({
      status: "success",
      data: {
        team_id: "t-log",
        success_callbacks: ["langfuse"],
        failure_callbacks: [],
        callback_vars: { langfuse_secret_key: "********", langfuse_host: "https://l.example" },
      },
    });
    await post("/team/t-log/disable_logging", {});
    const { body: after } = await get("/team/t-log/callback");
    expect(isJsonObject(after["data"]) && after["data"]["success_callbacks"]).toEqual([]);
  });
});
