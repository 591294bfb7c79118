import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashKey } from "../../../src/core/key-format.ts";
import { rotateDueKeys } from "../../../src/http/admin/key-rotation.ts";
import { listAuditRows } from "../../../src/platform/db/audit.ts";
import { findKeyRow } from "../../../src/platform/db/keys.ts";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { createKeyDirectory } from "../../../src/platform/key-directory.ts";
import { draftOf } from "../../core/ledger/samples.ts";
import { admitted, callFor } from "../../platform/accounts.ts";
import { callWith, createAdmin, db, signer, spendWith, textAt, unreachable } from "./admin.ts";
import { accountStub } from "../../../src/platform/account/stub.ts";
import { readAwsAccessKey } from "../../../src/core/aws-access-key.ts";

// Accounts live in real time, and so has grace to.
const admin = createAdmin({ nowMs: Date.now });
const { post, get, generate } = admin;

function called(requestId: string, keyHash: string, costNanoUsd: number) {
  return { ...draftOf(requestId), keyHash, costNanoUsd, startedAtMs: Date.now() };
}

describe("POST /key/regenerate", () => {
  it("answers with the fields of a new key, minted in the same account", async () => {
    const { made, key, hash } = await generate({ max_budget: 1, key_alias: "turned" });
    await spendWith(key, 300_000_000);
    const { status, body } = await post("/key/regenerate", { key });
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual(Object.keys(made).toSorted());
    expect(body).toMatchObject({ key_alias: "turned", max_budget: 1, spend: 0.3 });
    const next = textAt(body, "key");
    expect(body["token"]).toBe(await hashKey(next));
    expect(next.slice(0, 31)).toBe(key.slice(0, 31));
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "unknown-key" } });
    expect(admitted((await callWith(next)).reply).key.spendNanoUsd).toBe(300_000_000);
    expect((await get("/key/info", key)).status).toBe(401);
    expect((await get("/key/info", next)).body).toMatchObject({
      info: { rotation_count: 1, spend: 0.3, last_rotation_at: body["updated_at"] },
    });
    expect(await findKeyRow(db, hash)).toBeUndefined();
  });

  it("lets both work for the grace period, on one budget, and changes what else is asked", async () => {
    const { key } = await generate({ max_budget: 1 });
    const wish = {
      grace_period: "24h",
      max_budget: 0.000_000_25,
      new_key: "sk-my-next-key-12345678",
    };
    const { body } = await post(`/key/${key}/regenerate`, wish);
    expect(body).toMatchObject({ key: "sk-my-next-key-12345678", max_budget: 0.000_000_25 });
    const hash = await hashKey("sk-my-next-key-12345678");
    const directory = createKeyDirectory(db);
    const accountId = (await directory.accountOf(hash, Date.now())) ?? "";
    expect(await directory.accountOf(await hashKey(key), Date.now())).toBe(accountId);
    const account = accountStub(env.ACCOUNT, accountId);
    admitted(await account.reserve(callFor({ keyHash: hash })));
    admitted((await callWith(key)).reply);
    for (const keyHash of [hash, await hashKey(key)]) {
      expect(await account.reserve(callFor({ keyHash }))).toMatchObject({
        refusal: { reason: "budget-in-flight", heldNanoUsd: 200 },
      });
    }
    expect((await get("/key/info", key)).body["key"]).toBe(hash);
    expect((await get(`/key/info?key=${key}`)).status).toBe(200);
  });

  it("takes the access key of the old one along into its grave", async () => {
    const { made, key } = await generate({ aws_access_key: true });
    const owner = await readAwsAccessKey(textAt(made, "aws_access_key_id"), signer);
    if (owner === undefined) throw new Error("no access key");
    const { body } = await post("/key/regenerate", { key, aws_access_key: true });
    const account = accountStub(env.ACCOUNT, owner.accountId);
    expect((await account.reserve(callFor({ keyHash: owner.keyHash }))).kind).toBe("refused");
    expect(textAt(body, "aws_access_key_id")).not.toBe(textAt(made, "aws_access_key_id"));
  });

  it("keeps spend and reports with the key, also of calls that were on their way", async () => {
    const { key, hash } = await generate({ max_budget: 5 });
    await insertRequests(env.DB, [called("before-rotation", hash, 1_000)], "UTC");
    const next = textAt((await post("/key/regenerate", { key })).body, "token");
    const late = [called("on-its-way", hash, 2_000), called("after-it", next, 4_000)];
    await insertRequests(env.DB, late, "UTC");
    expect((await findKeyRow(db, next))?.spendNanoUsd).toBe(7_000);
    for (const table of ["requests", "hourly_spend", "daily_usage"]) {
      const sums = await env.DB.prepare(
        `SELECT key_hash AS hash, sum(cost_nano_usd) AS nanoUsd FROM ${table} WHERE key_hash IN (?1, ?2) GROUP BY 1`,
      )
        .bind(hash, next)
        .all();
      expect(sums.results, table).toEqual([{ hash: next, nanoUsd: 7_000 }]);
    }
    const { body } = await get(`/key/info?key=${next}`);
    expect(body).toMatchObject({ info: { model_spend: { "gpt-4o": 0.000_007 } } });
  });

  it("files who rotated what, without the key", async () => {
    const { key } = await generate();
    const next = (await post("/key/regenerate", { key })).body;
    const [entry] = await listAuditRows(db, { objectId: textAt(next, "token") }, 1);
    expect(entry).toMatchObject({ action: "rotated", after: { rotation_count: 1 } });
    expect(JSON.stringify(entry)).not.toContain(textAt(next, "key"));
  });

  it("refuses a text that is or was a key, and a key nobody knows", async () => {
    const [one, two] = [await generate({ key: "sk-one-of-my-own-123" }), await generate()];
    await post("/key/regenerate", { key: one.key });
    const taken = await post("/key/regenerate", { key: two.key, new_key: one.key });
    expect(taken).toMatchObject({ status: 400, body: { error: { param: "key" } } });
    expect((await post("/key/generate", { key: one.key })).status).toBe(400);
    expect((await post("/key/regenerate", { key: one.key })).status).toBe(404);
    expect((await post("/key/regenerate", {})).status).toBe(400);
    const soon = await post("/key/regenerate", { key: two.key, grace_period: "soon" });
    expect(soon).toMatchObject({ status: 400, body: { error: { param: "grace_period" } } });
  });

  it("changes nothing when the account cannot be reached", async () => {
    const { key, hash } = await generate();
    const cut = createAdmin({ account: unreachable, nowMs: Date.now });
    expect((await cut.post("/key/regenerate", { key })).status).toBe(503);
    expect((await findKeyRow(db, hash))?.previousHash).toBeNull();
    admitted((await callWith(key)).reply);
  });

  it("moves a key to another team and rotates it in one go", async () => {
    await post("/team/new", { team_id: "turners" });
    const { key } = await generate({ max_budget: 1 });
    await spendWith(key, 200_000_000);
    const { body } = await post("/key/regenerate", { key, team_id: "turners", grace_period: "1h" });
    expect(body).toMatchObject({ team_id: "turners", spend: 0.2 });
    admitted((await callWith(textAt(body, "key"))).reply);
    expect((await callWith(key)).reply.kind).toBe("moved");
  });
});

describe("keys that rotate by themselves", () => {
  const dayMs = 86_400_000;
  const later = createAdmin({ nowMs: () => Date.now() + 31 * dayMs });

  it("are due after their interval, stay due while nobody can be told, and go on working", async () => {
    const { made, key, hash } = await generate({ auto_rotate: true, rotation_interval: "30d" });
    const dueAtMs = Date.parse(textAt(made, "key_rotation_at"));
    expect(Math.abs(dueAtMs - Date.now() - 30 * dayMs)).toBeLessThan(60_000);
    expect((await get("/key/list?status=rotation_due")).body["keys"]).not.toContain(hash);
    expect((await later.get("/key/list?status=rotation_due")).body["keys"]).toContain(hash);
    const outcome = await rotateDueKeys({ ...later.deps }, 10);
    expect(outcome).toMatchObject({ rotated: 0, due: 1 });
    admitted((await callWith(key)).reply);
    await post("/key/update", { key, auto_rotate: false });
    expect((await later.get("/key/list?status=rotation_due")).body["keys"]).not.toContain(hash);
  });

  it("reach their owner before the old one has only its grace left", async () => {
    const { key, hash } = await generate({ auto_rotate: true, rotation_interval: "30d" });
    const letters: string[] = [];
    const broken = { ...later.deps, deliverKey: () => Promise.reject(new Error("no mail")) };
    expect(await rotateDueKeys(broken, 10)).toEqual({ rotated: 0, due: 1 });
    expect(await findKeyRow(db, hash)).toBeDefined();
    const deliverKey = async (_: unknown, next: string): Promise<void> => void letters.push(next);
    expect(await rotateDueKeys({ ...later.deps, deliverKey }, 10)).toEqual({ rotated: 1, due: 0 });
    const [next = ""] = letters;
    admitted((await callWith(next)).reply);
    admitted((await callWith(key)).reply);
    const row = await findKeyRow(db, await hashKey(next));
    expect(row?.rotateAtMs).toBeGreaterThan(Date.now() + 60 * dayMs);
    expect(row?.previousUntilMs).toBeGreaterThan(Date.now() + 37 * dayMs);
    expect(await rotateDueKeys({ ...later.deps, deliverKey }, 10)).toEqual({ rotated: 0, due: 0 });
  });
});
