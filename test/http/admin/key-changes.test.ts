import { describe, expect, it } from "vitest";
import { findKeyRow } from "../../../src/platform/db/keys.ts";
import { admitted } from "../../platform/accounts.ts";
import { callWith, createAdmin, db, spendWith, unreachable } from "./admin.ts";

const { post, get, generate } = createAdmin();

describe("POST /key/update", () => {
  it("changes what is there, leaves the rest, and works from the next call on", async () => {
    const { key, hash } = await generate({
      max_budget: 1,
      rpm_limit: 5,
      metadata: { a: 1 },
      tags: ["x"],
    });
    const { status, body } = await post("/key/update", {
      key: hash,
      max_budget: 0,
      rpm_limit: null,
      tags: ["y"],
      key_alias: "renamed",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      key: hash,
      token: hash,
      key_alias: "renamed",
      max_budget: 0,
      rpm_limit: null,
      metadata: { a: 1, tags: ["y"] },
    });
    expect((await callWith(key)).reply).toMatchObject({
      refusal: { reason: "budget", name: "renamed" },
    });
  });

  it("counts a new lifetime from now and takes it away again", async () => {
    const { key } = await generate({ duration: "1h" });
    const longer = await post("/key/update", { key, duration: "1mo" });
    expect(longer.body["expires"]).toBe("2026-12-18T10:30:00+00:00");
    const forever = await post("/key/update", { key, duration: "-1" });
    expect(forever.body["expires"]).toBeNull();
  });

  it("sets the spend that budgets compare with", async () => {
    const { key } = await generate({ max_budget: 2, spend: 2 });
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "budget" } });
    const { body } = await post("/key/update", { key, spend: 0.5 });
    expect(body["spend"]).toBe(0.5);
    admitted((await callWith(key)).reply);
  });

  it("moves a key into a team with what it has spent, in force at once", async () => {
    await post("/team/new", { team_id: "mover", models: ["gpt-4o"] });
    const { key, hash } = await generate({ max_budget: 1, spend: 0.25 });
    await spendWith(key, 250_000_000);
    const { status, body } = await post("/key/update", { key, team_id: "mover" });
    expect([status, body["team_id"], body["spend"]]).toEqual([200, "mover", 0.5]);
    const { reply } = await callWith(key);
    if (reply.kind !== "moved") throw new Error(`not moved: ${JSON.stringify(reply)}`);
    expect(reply.accountId).toBe((await findKeyRow(db, hash))?.accountId);
    expect((await get(`/key/info?key=${key}`)).body).toMatchObject({ info: { spend: 0.5 } });
  });

  it("changes nothing when the account cannot be reached", async () => {
    const { key } = await generate({ max_budget: 1 });
    const cut = createAdmin({ account: unreachable });
    expect((await cut.post("/key/update", { key, max_budget: 9 })).status).toBe(503);
    expect((await get(`/key/info?key=${key}`)).body).toMatchObject({ info: { max_budget: 1 } });
  });

  it("knows only keys that exist", async () => {
    expect((await post("/key/update", { key: "sk-nobody-knows-it" })).status).toBe(404);
    expect((await post("/key/update", {})).body).toMatchObject({ error: { param: "key" } });
  });
});

describe("blocking and deleting", () => {
  it("stops a key at its next call and lets it go on", async () => {
    const { key, hash } = await generate();
    const blocked = await post("/key/block", { key });
    expect(blocked.body).toMatchObject({ token: hash, blocked: true });
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "blocked" } });
    expect((await get("/key/info", key)).status).toBe(401);
    expect((await post("/key/unblock", { key: hash })).body).toMatchObject({ blocked: false });
    admitted((await callWith(key)).reply);
  });

  it("deletes by key, by hash and by alias, and answers as it was asked", async () => {
    const [one, two] = [await generate(), await generate()];
    await generate({ key_alias: "to-delete" });
    const answer = await post("/key/delete", { keys: [one.key, two.hash] });
    expect(answer).toEqual({ status: 200, body: { deleted_keys: [one.key, two.hash] } });
    expect((await callWith(one.key)).reply).toMatchObject({ refusal: { reason: "unknown-key" } });
    expect((await get(`/key/info?key=${two.key}`)).status).toBe(404);
    expect((await post("/key/delete", { key_aliases: ["to-delete"] })).status).toBe(200);
    await generate({ key_alias: "to-delete" });
  });

  it("deletes all it was asked for or nothing", async () => {
    const { key } = await generate();
    expect((await post("/key/delete", { keys: [key, "sk-nobody-knows-it"] })).status).toBe(404);
    expect((await get(`/key/info?key=${key}`)).status).toBe(200);
    expect((await post("/key/delete", {})).status).toBe(400);
  });

  it("keeps a key whose account cannot be told", async () => {
    const { key } = await generate();
    const cut = createAdmin({ account: unreachable });
    expect((await cut.post("/key/delete", { keys: [key] })).status).toBe(503);
    expect((await get(`/key/info?key=${key}`)).status).toBe(200);
  });
});

describe("GET /key/list", () => {
  it("pages through hashes or whole rows", async () => {
    await post("/team/new", { team_id: "listed" });
    const made = [];
    for (let at = 0; at < 5; at += 1) {
      made.push((await generate({ team_id: "listed", key_alias: `listed-${at}` })).hash);
    }
    const first = await get("/key/list?team_id=listed&size=2&page=1");
    expect(first.body).toMatchObject({ total_count: 5, current_page: 1, total_pages: 3 });
    const pages = await Promise.all(
      [1, 2, 3].map((page) => get(`/key/list?team_id=listed&size=2&page=${page}`)),
    );
    const hashes = pages.flatMap(({ body }) => body["keys"]);
    expect(new Set(hashes)).toEqual(new Set(made));
    const rows = await get(
      "/key/list?team_id=listed&return_full_object=true&sort_by=key_alias&sort_order=asc",
    );
    expect(rows.body["keys"]).toMatchObject(
      [0, 1, 2, 3, 4].map((at) => ({ key_alias: `listed-${at}` })),
    );
  });

  it.each(["size=101", "size=0", "page=0", "page=x", "sort_by=token"])(
    "refuses %s",
    async (query) => {
      expect((await get(`/key/list?${query}`)).status).toBe(400);
    },
  );
});
