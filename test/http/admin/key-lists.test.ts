import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../../src/core/json.ts";
import { insertTeamRow } from "../../../src/platform/db/teams.ts";
import { insertUserRow } from "../../../src/platform/db/users.ts";
import { teamRow, userRow } from "../../platform/db/rows.ts";
import { createAdmin, db, textAt } from "./admin.ts";

const { post, get, generate } = createAdmin();

async function hashes(path: string, key?: string): Promise<Set<unknown>> {
  const { status, body } = await get(path, key);
  if (status !== 200 || !Array.isArray(body["keys"])) throw new Error(JSON.stringify(body));
  return new Set(body["keys"]);
}

describe("GET /key/list", () => {
  it("shows whole rows, with the linked budget, and with the owner if asked", async () => {
    await insertUserRow(db, userRow("owner", { email: "o@x.example", alias: "O" }));
    await post("/budget/new", { budget_id: "shown", max_budget: 3 });
    const { hash } = await generate({ user_id: "owner", budget_id: "shown" });
    const one = (await get(`/key/list?key_hash=${hash}&return_full_object=true`)).body["keys"];
    const { body } = await get(`/key/info?key=${hash}`);
    const [row] = Array.isArray(one) ? one : [];
    const { info } = body;
    if (!isJsonObject(row) || !isJsonObject(info)) throw new Error("no rows");
    expect(Object.keys(row).toSorted()).toEqual([...Object.keys(info), "token"].toSorted());
    expect(row).toMatchObject({ token: hash, litellm_budget_table: { max_budget: 3 } });
    expect((await get(`/key/list?key_hash=${hash}&expand=user`)).body["keys"]).toMatchObject([
      { token: hash, user: { user_id: "owner", user_email: "o@x.example", user_alias: "O" } },
    ]);
  });

  it("finds by parts of a name only when asked to, and takes no letter for a wildcard", async () => {
    const one = await generate({ key_alias: "part_one" });
    const two = await generate({ key_alias: "partXone" });
    expect(await hashes("/key/list?key_alias=part")).toEqual(new Set());
    const parts = "/key/list?substring_matching=true&key_alias=";
    expect(await hashes(`${parts}PART`)).toEqual(new Set([one.hash, two.hash]));
    expect(await hashes(`${parts}t_o`)).toEqual(new Set([one.hash]));
    expect(await hashes(`${parts}%25`)).toEqual(new Set());
  });

  it("adds what a user made and what teams have to the user's own", async () => {
    const admins = [{ role: "admin" as const, user_id: "lead", user_email: null }];
    await insertTeamRow(db, teamRow("led", { members: admins }));
    await insertUserRow(db, userRow("lead", { role: "internal_user", teams: ["led"] }));
    const own = await generate({ user_id: "lead" });
    const headers = { authorization: `Bearer ${own.key}` };
    const { body } = await post("/key/service-account/generate", { team_id: "led" }, headers);
    const others = await generate({ team_id: "led" });
    const path = "/key/list?user_id=lead";
    expect(await hashes(path)).toEqual(new Set([own.hash]));
    expect(await hashes(`${path}&include_created_by_keys=true`)).toEqual(
      new Set([own.hash, body["token"]]),
    );
    expect(await hashes(`${path}&include_team_keys=true`, own.key)).toEqual(
      new Set([own.hash, body["token"], others.hash]),
    );
  });

  it("shows people their own keys and tells them that others are not theirs", async () => {
    await insertUserRow(db, userRow("reader", { role: "internal_user" }));
    const { key, hash } = await generate({ user_id: "reader" });
    expect(await hashes("/key/list?user_id=reader", key)).toEqual(new Set([hash]));
    expect((await get("/key/list?user_id=somebody", key)).status).toBe(403);
  });

  it("says where deleted keys are remembered", async () => {
    const { status, body } = await get("/key/list?status=deleted");
    expect(status).toBe(400);
    expect(textAt(body, "error", "message")).toContain("/audit?");
  });
});

describe("GET /key/aliases", () => {
  it("pages through names, those with the text looked for", async () => {
    for (const name of ["alias-a", "alias-b", "alias-c"]) await generate({ key_alias: name });
    const { body } = await get("/key/aliases?search=alias-&size=2");
    expect(body).toEqual({
      aliases: ["alias-a", "alias-b"],
      total_count: 3,
      current_page: 1,
      total_pages: 2,
      size: 2,
    });
  });
});

describe("POST /v2/key/info", () => {
  it("shows several keys, and none to whom one of them is strange", async () => {
    const [one, two] = [await generate(), await generate()];
    const keys = [one.key, two.hash, "sk-nobody-knows-it"];
    const { body } = await post("/v2/key/info", { keys });
    expect(body["key"]).toEqual(keys);
    expect(body["info"]).toHaveLength(2);
    const headers = { authorization: `Bearer ${one.key}` };
    expect((await post("/v2/key/info", { keys: [one.key] }, headers)).status).toBe(200);
    expect((await post("/v2/key/info", { keys }, headers)).status).toBe(403);
    expect((await post("/v2/key/info", { keys: ["sk-nobody-knows-it"] })).status).toBe(404);
  });
});

describe("POST /key/health", () => {
  it("says that a key works, and that nobody listens to callbacks in its metadata", async () => {
    const { key } = await generate();
    const ask = async (bearer: string) =>
      (await post("/key/health", {}, { authorization: `Bearer ${bearer}` })).body;
    expect(await ask(key)).toEqual({ key: "healthy", logging_callbacks: null });
    const logging = [{ callback_name: "langfuse", callback_type: "success", callback_vars: {} }];
    const other = await generate({ metadata: { logging } });
    expect(await ask(other.key)).toMatchObject({
      key: "healthy",
      logging_callbacks: { callbacks: ["langfuse"], status: "unhealthy" },
    });
  });
});

describe("the organization of a key", () => {
  it("is its team's, whatever it asks for, and is left with the team", async () => {
    await insertTeamRow(db, teamRow("housed", { organizationId: "house" }));
    const { made, key } = await generate({ team_id: "housed", organization_id: "other" });
    expect(made["organization_id"]).toBe("house");
    const left = await post("/key/update", { key, team_id: null });
    expect(left.body).toMatchObject({ team_id: null, organization_id: null });
    const back = await post("/key/update", { key, team_id: "housed" });
    expect(back.body["organization_id"]).toBe("house");
    const own = await post("/key/update", { key, team_id: null, organization_id: "other" });
    expect(own.body["organization_id"]).toBe("other");
  });
});
