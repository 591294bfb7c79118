import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { nanoFromUsd } from "../../src/core/money.ts";
import { NOTHING_SPENT, type KeyPolicy } from "../../src/core/ledger/policy.ts";
import { accountStub } from "../../src/platform/account/stub.ts";
import { insertKeyRow } from "../../src/platform/db/keys.ts";
import { budgetOf, keyPolicy } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, newAccount, settlementOf } from "./accounts.ts";
import { keyRow } from "./db/rows.ts";

const HOUR_MS = 3_600_000;

function rotatedFrom(hash: string, graceMs: number, changes: Partial<KeyPolicy> = {}): KeyPolicy {
  const previous = { hash, untilMs: Date.now() + graceMs };
  return keyPolicy({ hash: `${hash}-new`, previous, ...changes });
}

describe("a rotated key", () => {
  it("without grace is dead under its old hash at the next call, and counts on under the new", async () => {
    const limits = budgetOf(1_000);
    const { ledger } = await accountWith({ hash: "a", limits });
    const first = callFor({ keyHash: "a" });
    admitted(await ledger.reserve(first));
    await ledger.settle(settlementOf(first, 90));
    await ledger.putKey(rotatedFrom("a", 0, { limits }), NOTHING_SPENT);
    expect(await ledger.reserve(callFor({ keyHash: "a" }))).toMatchObject({
      refusal: { reason: "unknown-key" },
    });
    expect(await ledger.access("a")).toMatchObject({ kind: "refused" });
    const { key } = admitted(await ledger.reserve(callFor({ keyHash: "a-new" })));
    expect(key.spendNanoUsd).toBe(90);
  });

  it("shares one budget, rates and places with its old hash while grace lasts", async () => {
    const limits = { ...budgetOf(1_000), requestsPerMinute: 3, parallel: 2 };
    const { ledger } = await accountWith({ hash: "b", limits });
    const one = callFor({ keyHash: "b" });
    admitted(await ledger.reserve(one));
    await ledger.putKey(rotatedFrom("b", HOUR_MS, { limits }), NOTHING_SPENT);
    const two = callFor({ keyHash: "b-new" });
    admitted(await ledger.reserve(two));
    for (const keyHash of ["b", "b-new"]) {
      expect(await ledger.reserve(callFor({ keyHash }))).toMatchObject({
        refusal: { reason: "rate-limit", limit: { unit: "parallel" } },
      });
    }
    await ledger.settle(settlementOf(one, 60));
    await ledger.settle(settlementOf(two, 70));
    const { key } = admitted(await ledger.reserve(callFor({ keyHash: "b" })));
    expect(key).toMatchObject({ spendNanoUsd: 130, limits: [{ remaining: 0 }, { remaining: 1 }] });
    expect(await ledger.reserve(callFor({ keyHash: "b-new" }))).toMatchObject({
      refusal: { reason: "rate-limit", limit: { unit: "requests" } },
    });
  });

  it("loses its old hash by time alone", async () => {
    const { ledger } = await accountWith({ hash: "c" });
    await ledger.putKey(rotatedFrom("c", 150), NOTHING_SPENT);
    admitted(await ledger.reserve(callFor({ keyHash: "c" })));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await ledger.reserve(callFor({ keyHash: "c" }))).kind).toBe("refused");
    admitted(await ledger.reserve(callFor({ keyHash: "c-new" })));
  });

  it("files calls of its old hash, begun before or after, under the new one", async () => {
    const { ledger, object } = await accountWith({ hash: "d" });
    const before = callFor({ keyHash: "d" });
    admitted(await ledger.reserve(before));
    await ledger.putKey(rotatedFrom("d", HOUR_MS), NOTHING_SPENT);
    const after = callFor({ keyHash: "d" });
    admitted(await ledger.reserve(after));
    for (const call of [before, after]) await ledger.settle(settlementOf(call, 50));
    await ledger.settle(settlementOf(callFor({ keyHash: "d" }), 0));
    const hashes = await runInDurableObject(object, (_, { storage }) => {
      const rows = storage.sql.exec<{ hash: string }>(
        "SELECT record ->> 'keyHash' AS hash FROM outbox",
      );
      return rows.toArray().map((row) => row.hash);
    });
    expect(new Set(hashes)).toEqual(new Set(["d-new"]));
    const scopes = ["d-new", "d"].map((id) => ({ kind: "key" as const, id }));
    expect(await ledger.standings(scopes)).toMatchObject([{ lifetimeNanoUsd: 100 }, undefined]);
  });

  it("keeps its books when the account starts again", async () => {
    const limits = {
      ...budgetOf(1_000),
      requestsPerMinute: 3,
      byModel: [
        {
          name: "gpt-4o",
          models: ["gpt-4o"],
          budgets: [{ limitNanoUsd: 500, duration: null, anchorMs: 0 }],
          requestsPerMinute: null,
          tokensPerMinute: null,
        },
      ],
    };
    const { id, object, ledger } = await accountWith({ hash: "e", limits });
    const [settled, open] = [callFor({ keyHash: "e" }), callFor({ keyHash: "e" })];
    admitted(await ledger.reserve(settled));
    await ledger.settle(settlementOf(settled, 80));
    admitted(await ledger.reserve(open));
    await ledger.putKey(rotatedFrom("e", HOUR_MS, { limits }), NOTHING_SPENT);
    await evictDurableObject(object);
    const again = accountStub(env.ACCOUNT, id);
    expect(await again.standings([{ kind: "key", id: "e-new" }])).toEqual([
      { windowNanoUsd: 80, lifetimeNanoUsd: 80, heldNanoUsd: 100 },
    ]);
    expect(await again.standings([{ kind: "key", id: "e-new", model: "gpt-4o" }])).toEqual([
      { windowNanoUsd: 80, lifetimeNanoUsd: 80, heldNanoUsd: 100 },
    ]);
    const reply = await again.reserve(callFor({ keyHash: "e" }));
    expect(admitted(reply).key.limits).toMatchObject([{ unit: "requests", remaining: 0 }]);
    await again.settle(settlementOf(open, 20));
    expect(await again.standings([{ kind: "key", id: "e-new" }])).toMatchObject([
      { lifetimeNanoUsd: 100 },
    ]);
  });

  it("does not come back to life by somebody who read it before", async () => {
    const { ledger } = await accountWith({ hash: "f", limits: budgetOf(100) });
    await ledger.putKey(rotatedFrom("f", 0, { limits: budgetOf(100) }), NOTHING_SPENT);
    await ledger.putKey(keyPolicy({ hash: "f", limits: budgetOf(100) }), NOTHING_SPENT);
    expect((await ledger.reserve(callFor({ keyHash: "f" }))).kind).toBe("refused");
  });

  it("ends the grace of the hash before when it is rotated again, and dies with both", async () => {
    const { ledger } = await accountWith({ hash: "g" });
    await ledger.putKey(rotatedFrom("g", HOUR_MS), NOTHING_SPENT);
    await ledger.putKey(rotatedFrom("g-new", HOUR_MS), NOTHING_SPENT);
    expect((await ledger.reserve(callFor({ keyHash: "g" }))).kind).toBe("refused");
    admitted(await ledger.reserve(callFor({ keyHash: "g-new" })));
    await ledger.dropKey("g-new-new");
    expect((await ledger.reserve(callFor({ keyHash: "g-new" }))).kind).toBe("refused");
  });

  it("is found in D1 by its old hash while grace lasts, also in another account", async () => {
    const { id, ledger } = newAccount();
    const grace = { previousHash: "cold", previousUntilMs: Date.now() + HOUR_MS };
    const money = { maxBudgetNanoUsd: nanoFromUsd(1), spendNanoUsd: 40 };
    await insertKeyRow(drizzle(env.DB), keyRow("cold-new", id, { ...grace, ...money }));
    expect(admitted(await ledger.reserve(callFor({ keyHash: "cold" }))).key.spendNanoUsd).toBe(40);
    admitted(await ledger.reserve(callFor({ keyHash: "cold-new" })));
    expect(await newAccount().ledger.reserve(callFor({ keyHash: "cold" }))).toEqual({
      kind: "moved",
      accountId: id,
    });
    const gone = { previousHash: "late", previousUntilMs: Date.now() - 1 };
    await insertKeyRow(drizzle(env.DB), keyRow("late-new", id, gone));
    expect((await newAccount().ledger.reserve(callFor({ keyHash: "late" }))).kind).toBe("refused");
  });

  it("goes back to its old hash when D1 took the rotation back", async () => {
    const { id, ledger } = await accountWith({ hash: "h", limits: budgetOf(1_000) });
    const call = callFor({ keyHash: "h" });
    admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(call, 90));
    await ledger.putKey(rotatedFrom("h", 0, { limits: budgetOf(1_000) }), NOTHING_SPENT);
    await insertKeyRow(drizzle(env.DB), keyRow("h", id, { maxBudgetNanoUsd: 1_000 }));
    const { key } = admitted(await ledger.reserve(callFor({ keyHash: "h" })));
    expect(key.spendNanoUsd).toBe(90);
    expect((await ledger.reserve(callFor({ keyHash: "h-new" }))).kind).toBe("refused");
  });
});
