import { beforeAll, describe, expect, it } from "vitest";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { createAdmin, MASTER_KEY, NOW, textAt } from "./admin.ts";

const { post, get, file } = createAdmin();

const PEOPLE = ["ada", "bob", "cleo", "dan", "eve"];

beforeAll(async () => {
  await post("/team/new", { team_id: "t-crew" });
  await post("/organization/new", { organization_id: "o-list" });
  for (const [at, name] of PEOPLE.entries()) {
    await post("/user/new", {
      user_id: name,
      user_email: `${name}@crew.example`,
      user_role: at < 2 ? "internal_user" : "internal_user_viewer",
      sso_user_id: `sso-${name}`,
      teams: at % 2 === 0 ? ["t-crew"] : [],
      organizations: name === "dan" ? ["o-list"] : [],
      auto_create_key: name === "ada",
    });
  }
});

function namesOf(users: Json | undefined): string[] {
  if (!Array.isArray(users)) throw new Error("no list");
  return users.map((one) => textAt({ one }, "one", "user_id"));
}

async function listed(query: string): Promise<string[]> {
  const { body } = await get(`/user/list?sort_by=user_id&sort_order=asc&${query}`);
  return namesOf(body["users"]);
}

describe("GET /user/list", () => {
  it("answers pages of rows with the number of keys", async () => {
    const { body } = await get("/user/list?user_email=@crew&page=1&page_size=2&sort_order=asc");
    expect(body).toMatchObject({ total: 5, page: 1, page_size: 2, total_pages: 3 });
    const rows = body["users"];
    const [first] = Array.isArray(rows) ? rows : [];
    if (!isJsonObject(first)) throw new Error("no row");
    expect(Object.keys(first).toSorted()).toEqual([
      "blocked",
      "budget_duration",
      "budget_id",
      "budget_reset_at",
      "created_at",
      "created_by",
      "key_count",
      "max_budget",
      "max_parallel_requests",
      "metadata",
      "model_max_budget",
      "models",
      "object_permission",
      "rpm_limit",
      "soft_budget",
      "spend",
      "sso_user_id",
      "teams",
      "tpm_limit",
      "updated_at",
      "updated_by",
      "user_alias",
      "user_email",
      "user_id",
      "user_role",
    ]);
    const { body: ada } = await get("/user/list?user_ids=ada");
    expect(ada).toMatchObject({ users: [{ user_id: "ada", key_count: 1 }] });
    const pages = await Promise.all(
      [1, 2, 3].map((page) => listed(`user_email=crew&page=${page}&page_size=2`)),
    );
    expect(pages.flat()).toEqual(PEOPLE);
  });

  it.each([
    ["role=internal_user&user_email=crew", ["ada", "bob"]],
    ["user_ids=bob,eve,nobody", ["bob", "eve"]],
    ["sso_user_ids=sso-cleo", ["cleo"]],
    ["user_email=LEO@", ["cleo"]],
    ["team=t-crew", ["ada", "cleo", "eve"]],
    ["organization_ids=o-list,o-other", ["dan"]],
    ["team=t-crew&role=internal_user", ["ada"]],
    ["user_email=%25", []],
  ])("finds by %s", async (query, names) => {
    expect(await listed(query)).toEqual(names);
  });

  it.each(["page=0", "page_size=101", "sort_by=password", "sort_order=up"])(
    "refuses %s",
    async (query) => {
      expect((await get(`/user/list?${query}`)).status).toBe(400);
    },
  );
});

describe("GET /v2/user/info", () => {
  it("is flat", async () => {
    expect((await get("/v2/user/info?user_id=cleo")).body).toEqual({
      user_id: "cleo",
      user_email: "cleo@crew.example",
      user_alias: null,
      user_role: "internal_user_viewer",
      spend: 0,
      max_budget: null,
      models: [],
      budget_duration: null,
      budget_reset_at: null,
      metadata: {},
      created_at: NOW,
      updated_at: NOW,
      sso_user_id: "sso-cleo",
      teams: ["t-crew"],
    });
  });
});

describe("GET /user/info", () => {
  it("finds a person by a key of theirs", async () => {
    const key = textAt((await post("/key/generate", { user_id: "bob" })).body, "key");
    expect((await get(`/user/info?key=${key}`)).body).toMatchObject({ user_id: "bob" });
    expect((await get("/user/info?key=sk-unknown-to-all")).status).toBe(404);
  });
});

describe("GET /user/filter/ui and /user/available_roles", () => {
  it("complete names and tell roles", async () => {
    expect(await (await file("/user/filter/ui?user_email=bob")).json()).toEqual([
      { user_id: "bob", user_email: "bob@crew.example", user_alias: null },
    ]);
    expect(Object.keys((await get("/user/available_roles", MASTER_KEY)).body)).toEqual([
      "proxy_admin",
      "proxy_admin_viewer",
      "internal_user",
      "internal_user_viewer",
    ]);
  });
});
