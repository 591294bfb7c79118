import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { NO_LIMITS, NOTHING_SPENT } from "../../src/core/ledger/policy.ts";
import { Account } from "../../src/platform/account.ts";
import type { AccountStub } from "../../src/platform/account/stub.ts";
import { budgetOf, keyPolicy, teamPolicy } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, newAccount, settlementOf } from "./accounts.ts";

async function keySpend(ledger: AccountStub, hash = "k1") {
  const [standing] = await ledger.standings([{ kind: "key", id: hash }]);
  return standing;
}

describe("a budget under parallel calls", () => {
  it("admits exactly the fifty calls it can pay", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(5_000) });
    const replies = await Promise.all(Array.from({ length: 200 }, () => ledger.reserve(callFor())));
    expect(replies.filter((reply) => reply.kind === "admitted")).toHaveLength(50);
    expect(await keySpend(ledger)).toMatchObject({ heldNanoUsd: 5_000 });
  });

  it("is never overspent and hardly left unused when calls cost less than they hold", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(2_000) });
    const served = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const call = callFor({ waitMs: 10_000 });
        const reply = await ledger.reserve(call);
        if (reply.kind !== "admitted") return 0;
        await ledger.settle(settlementOf(call, 40));
        return 1;
      }),
    );
    const count = served.reduce<number>((sum, one) => sum + one, 0);
    expect(count).toBeGreaterThanOrEqual(48);
    expect(await keySpend(ledger)).toEqual({
      windowNanoUsd: count * 40,
      lifetimeNanoUsd: count * 40,
      heldNanoUsd: 0,
    });
    expect(count * 40).toBeLessThanOrEqual(2_000);
  });

  it("is shared by all keys of a team", async () => {
    const { ledger } = await accountWith(
      { hash: "k1", teamId: "t1", limits: budgetOf(700) },
      { hash: "k2", teamId: "t1" },
    );
    await ledger.putTeam(teamPolicy({ limits: budgetOf(1_000) }), NOTHING_SPENT);
    const calls = Array.from({ length: 40 }, (_, at) => callFor({ keyHash: at % 2 ? "k1" : "k2" }));
    const replies = await Promise.all(calls.map((call) => ledger.reserve(call)));
    const byKey = (hash: string) =>
      replies.filter((reply, at) => reply.kind === "admitted" && calls[at]?.keyHash === hash)
        .length;
    expect(byKey("k1") + byKey("k2")).toBe(10);
    expect(byKey("k1")).toBeLessThanOrEqual(7);
  });
});

describe("settling", () => {
  it("replaces the hold by what the call cost", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(1_000) });
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(call, 37));
    expect(await keySpend(ledger)).toMatchObject({ windowNanoUsd: 37, heldNanoUsd: 0 });
  });

  it("twice charges once, at the same time or later", async () => {
    const { ledger, object } = await accountWith({});
    const call = callFor();
    admitted(await ledger.reserve(call));
    await Promise.all([1, 2, 3].map(() => ledger.settle(settlementOf(call, 37))));
    await ledger.settle(settlementOf(call, 37));
    await evictDurableObject(object);
    await ledger.settle(settlementOf(call, 37));
    expect(await keySpend(ledger)).toMatchObject({ lifetimeNanoUsd: 37 });
  });

  it("files the record of a call that never had a lease, once", async () => {
    const { ledger, object } = await accountWith({});
    const refused = settlementOf(callFor(), 0);
    await ledger.settle(refused);
    await ledger.settle(refused);
    const records = await runInDurableObject(object, (_, state) =>
      state.storage.sql.exec("SELECT record FROM outbox").toArray(),
    );
    expect(records).toHaveLength(1);
  });

  it("still charges the team for a call whose key was deleted meanwhile", async () => {
    const { ledger } = await accountWith({ teamId: "t1" });
    await ledger.putTeam(teamPolicy(), NOTHING_SPENT);
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.dropKey("k1");
    await ledger.settle(settlementOf(call, 60));
    const [key, team] = await ledger.standings([
      { kind: "key", id: "k1" },
      { kind: "team", id: "t1" },
    ]);
    expect(key).toBeUndefined();
    expect(team).toMatchObject({ lifetimeNanoUsd: 60, heldNanoUsd: 0 });
  });
});

describe("reserving", () => {
  it("twice under one id reserves once", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(1_000) });
    const call = callFor();
    const [first, second] = await Promise.all([ledger.reserve(call), ledger.reserve(call)]);
    expect(admitted(first).heldNanoUsd).toBe(100);
    expect(admitted(second).heldNanoUsd).toBe(100);
    expect(await keySpend(ledger)).toMatchObject({ heldNanoUsd: 100 });
  });

  it("under an id that was settled already admits nobody for nothing", async () => {
    const { ledger, object } = await accountWith({});
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(call, 1));
    await runInDurableObject(object, async (account) => {
      if (!(account instanceof Account)) throw new Error("not an account");
      await expect(account.reserve(call)).rejects.toThrow("UNIQUE");
    });
    expect(await keySpend(ledger)).toMatchObject({ heldNanoUsd: 0 });
  });

  it("serves the administrator in an account that knows no key", async () => {
    const { ledger } = newAccount();
    const call = callFor({ keyHash: "master" });
    expect(admitted(await ledger.reserve(call)).key).toMatchObject({
      alias: "litellm_proxy_master_key",
      userId: "default_user_id",
    });
    await ledger.settle(settlementOf(call, 5));
    expect(await keySpend(ledger, "master")).toMatchObject({ lifetimeNanoUsd: 5 });
  });

  it("obeys a changed rule from the next call on", async () => {
    const { ledger } = await accountWith({});
    admitted(await ledger.reserve(callFor()));
    await ledger.putKey(keyPolicy({ blocked: true }), NOTHING_SPENT);
    expect(await ledger.reserve(callFor())).toMatchObject({ refusal: { reason: "blocked" } });
    await ledger.putKey(keyPolicy({ models: ["o3"] }), NOTHING_SPENT);
    expect(await ledger.reserve(callFor())).toMatchObject({ refusal: { reason: "model-denied" } });
  });
});

describe("a lease nobody settles", () => {
  it("is charged in full when its deadline passes", async () => {
    const { ledger, object } = await accountWith({ limits: budgetOf(1_000) });
    admitted(await ledger.reserve(callFor({ deadlineMs: Date.now() - 1 })));
    const inTime = callFor();
    admitted(await ledger.reserve(inTime));
    await runDurableObjectAlarm(object);
    expect(await keySpend(ledger)).toEqual({
      windowNanoUsd: 100,
      lifetimeNanoUsd: 100,
      heldNanoUsd: 100,
    });
  });

  it("gives its money to those who wait for it only after it was charged", async () => {
    const { ledger, object } = await accountWith({ limits: budgetOf(150) });
    admitted(await ledger.reserve(callFor({ deadlineMs: Date.now() - 1 })));
    const waiting = ledger.reserve(callFor({ waitMs: 5_000 }));
    await runDurableObjectAlarm(object);
    expect(await waiting).toMatchObject({ refusal: { reason: "budget", spentNanoUsd: 100 } });
  });

  it("stays as charged when its settlement comes too late", async () => {
    const { ledger, object } = await accountWith({});
    const call = callFor({ deadlineMs: Date.now() - 1 });
    admitted(await ledger.reserve(call));
    await runDurableObjectAlarm(object);
    await ledger.settle(settlementOf(call, 3));
    expect(await keySpend(ledger)).toMatchObject({ lifetimeNanoUsd: 100 });
  });
});

describe("a restart", () => {
  it("loses no hold, no spend and no rule", async () => {
    const { ledger, object } = await accountWith({ limits: budgetOf(300) });
    const calls = [callFor(), callFor()];
    for (const call of calls) admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(calls[0] ?? callFor(), 80));
    await evictDurableObject(object);
    expect(await keySpend(ledger)).toEqual({
      windowNanoUsd: 80,
      lifetimeNanoUsd: 80,
      heldNanoUsd: 100,
    });
    expect((await ledger.reserve(callFor())).kind).toBe("admitted");
    expect((await ledger.reserve(callFor())).kind).toBe("refused");
  });

  it("forgets no request and no token of the last minute", async () => {
    const limits = { ...NO_LIMITS, requestsPerMinute: 2, tokensPerMinute: 1_000 };
    const { ledger, object } = await accountWith({ limits });
    const settled = callFor();
    admitted(await ledger.reserve(settled));
    await ledger.settle(settlementOf(settled, 1));
    admitted(await ledger.reserve(callFor()));
    await evictDurableObject(object);
    expect(await ledger.reserve(callFor())).toMatchObject({
      refusal: { reason: "rate-limit", limit: { unit: "requests", remaining: 0 } },
    });
    await ledger.putKey(
      keyPolicy({ limits: { ...limits, requestsPerMinute: null } }),
      NOTHING_SPENT,
    );
    const { key } = admitted(await ledger.reserve(callFor()));
    expect(key.limits).toMatchObject([{ unit: "tokens", remaining: 1_000 - 10 - 120 - 120 }]);
  });
});
