import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { NO_LIMITS } from "../../src/core/ledger/policy.ts";
import type { CallRecord } from "../../src/core/record.ts";
import { insertRequests } from "../../src/platform/db/requests.ts";
import { parseStored } from "../../src/platform/account/stored-json.ts";
import { createRefusals } from "../../src/platform/account/refusals.ts";
import { budgetOf, keyPolicy, stateWith, T } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, newAccount, settlementOf } from "./accounts.ts";

type Made = ReturnType<typeof newAccount>;

/** Longer than refusals gather. */
const filed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

function outboxOf({ object }: Pick<Made, "object">): Promise<CallRecord[]> {
  return runInDurableObject(object, (_, { storage }) =>
    storage.sql
      .exec<{ record: string }>("SELECT record FROM outbox ORDER BY seq")
      .toArray()
      .map(({ record }) => parseStored<CallRecord>(record)),
  );
}

describe("a refused call", () => {
  it("is remembered as a failure that cost nothing, with the key's side filled in", async () => {
    const account = await accountWith({
      alias: "ci",
      userId: "u1",
      tags: ["nightly"],
      models: ["claude"],
    });
    const call = callFor();
    expect(await account.ledger.reserve(call)).toMatchObject({ kind: "refused" });
    await filed();
    const endedAtMs: unknown = expect.any(Number);
    expect(await outboxOf(account)).toEqual([
      {
        ...call.draft,
        keyAlias: "ci",
        userId: "u1",
        tags: ["nightly"],
        status: "failure",
        ending: "refused",
        errorCode: "model_access_denied",
        statusCode: 403,
        usageSource: "none",
        costNanoUsd: 0,
        endedAtMs,
      },
    ]);
  });

  it("consumes neither money nor a place in a rate", async () => {
    const limits = { ...budgetOf(150), requestsPerMinute: 2 };
    const account = await accountWith({ limits });
    const first = callFor();
    admitted(await account.ledger.reserve(first));
    for (let at = 0; at < 5; at += 1) {
      expect(await account.ledger.reserve(callFor())).toMatchObject({
        refusal: { reason: "budget-in-flight" },
      });
    }
    await filed();
    await account.ledger.settle(settlementOf(first, 40));
    admitted(await account.ledger.reserve(callFor()));
    const records = await outboxOf(account);
    expect(records.map((one) => one.errorCode ?? "fine").toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => "budget_in_flight"),
      "fine",
    ]);
    const [standing] = await account.ledger.standings([{ kind: "key", id: "k1" }]);
    expect(standing?.lifetimeNanoUsd).toBe(
      records.reduce((sum, record) => sum + record.costNanoUsd, 0),
    );
  });

  it("is remembered once, however often it is delivered", async () => {
    const account = await accountWith({ blocked: true });
    const call = callFor();
    await Promise.all([account.ledger.reserve(call), account.ledger.reserve(call)]);
    await filed();
    await account.ledger.reserve(call);
    await filed();
    expect(await outboxOf(account)).toMatchObject([{ errorCode: "blocked", statusCode: 401 }]);
  });

  it("is remembered once when its patience has run out, and not while it waits", async () => {
    const account = await accountWith({ limits: budgetOf(150) });
    admitted(await account.ledger.reserve(callFor()));
    const waiting = account.ledger.reserve(callFor({ waitMs: 300 }));
    await filed();
    expect(await outboxOf(account)).toEqual([]);
    expect(await waiting).toMatchObject({ kind: "refused" });
    await filed();
    expect(await outboxOf(account)).toMatchObject([{ errorCode: "budget_in_flight" }]);
  });

  it("that is let in when it comes again is charged as any other", async () => {
    const account = await accountWith({ limits: budgetOf(150) });
    const first = callFor();
    admitted(await account.ledger.reserve(first));
    const again = callFor();
    expect(await account.ledger.reserve(again)).toMatchObject({ kind: "refused" });
    await account.ledger.settle(settlementOf(first, 0));
    admitted(await account.ledger.reserve(again));
    await filed();
    await account.ledger.settle(settlementOf(again, 33));
    const records = await outboxOf(account);
    expect(records.map((one) => one.costNanoUsd)).toEqual([0, 33]);
  });

  it("bears LiteLLM's older status where its caller was told that one", async () => {
    const account = await accountWith({ limits: budgetOf(1) });
    await account.ledger.reserve(callFor({ legacyStatuses: true }));
    await filed();
    expect(await outboxOf(account)).toMatchObject([
      { errorCode: "budget_exceeded", statusCode: 400 },
    ]);
  });

  it("of a key nobody knows leaves no trace", async () => {
    const account = newAccount();
    expect(await account.ledger.reserve(callFor())).toMatchObject({
      refusal: { reason: "unknown-key" },
    });
    await filed();
    expect(await outboxOf(account)).toEqual([]);
  });

  it("reaches the database, where its day counts it by its code", async () => {
    const limits = { ...NO_LIMITS, requestsPerMinute: 1 };
    const account = await accountWith({ hash: "k-refused", limits });
    const call = () => callFor({ keyHash: "k-refused" });
    admitted(await account.ledger.reserve(call()));
    await account.ledger.reserve(call());
    await filed();
    await insertRequests(env.DB, await outboxOf(account), "UTC");
    const { results } = await env.DB.prepare(
      "SELECT outcome, requests, cost_nano_usd AS cost FROM daily_usage WHERE outcome = 'rate_limited'",
    ).all();
    expect(results).toEqual([{ outcome: "rate_limited", requests: 1, cost: 0 }]);
  });
});

describe("a flood of refused calls", () => {
  it("is remembered to a bound", async () => {
    const account = await accountWith({ blocked: true });
    const calls = Array.from({ length: 300 }, () => callFor());
    await Promise.all(calls.map((call) => account.ledger.reserve(call)));
    await filed();
    const { length } = await outboxOf(account);
    expect(length).toBeGreaterThanOrEqual(100);
    // Some seconds may pass on a slow machine.
    expect(length).toBeLessThan(250);
  });

  it("makes the account tell the operator once a minute how many are missing", () => {
    const clock = { nowMs: T };
    const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const wakeInTime = vi.fn();
    const refusals = createRefusals({
      state: stateWith([keyPolicy({ blocked: true })]),
      nowMs: () => clock.nowMs,
      file: () => undefined,
      wakeInTime,
    });
    for (let at = 0; at < 103; at += 1) {
      const refusal = { reason: "blocked", scope: "key", name: "k1" } as const;
      refusals.noting(callFor(), { kind: "refused", refusal });
    }
    expect(wakeInTime).toHaveBeenCalledTimes(1);
    expect(refusals.dueAtMs()).toBe(T + 60_000);
    clock.nowMs = T + 59_999;
    refusals.tell();
    expect(told).not.toHaveBeenCalled();
    clock.nowMs = T + 60_000;
    refusals.tell();
    refusals.tell();
    expect(told.mock.calls).toEqual([
      [JSON.stringify({ event: "refusals_not_recorded", account: "account", calls: 3 })],
    ]);
    expect(refusals.dueAtMs()).toBeUndefined();
    told.mockRestore();
  });
});
