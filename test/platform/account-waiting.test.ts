import { describe, expect, it } from "vitest";
import { budgetOf } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, settlementOf } from "./accounts.ts";

describe("waiting for money in flight", () => {
  it("ends when a call settles below its hold", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(150) });
    const first = callFor();
    admitted(await ledger.reserve(first));
    const waiting = ledger.reserve(callFor({ waitMs: 5_000 }));
    await ledger.settle(settlementOf(first, 20));
    expect(admitted(await waiting).heldNanoUsd).toBe(100);
  });

  it("ends when patience does, and says that the money is only held", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(150) });
    admitted(await ledger.reserve(callFor()));
    const startedAtMs = Date.now();
    expect(await ledger.reserve(callFor({ waitMs: 50 }))).toMatchObject({
      refusal: { reason: "budget-in-flight", heldNanoUsd: 100, limitNanoUsd: 150 },
    });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(49);
  });

  it("ends at once when the money turns out to be spent", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(150) });
    const first = callFor();
    admitted(await ledger.reserve(first));
    const waiting = ledger.reserve(callFor({ waitMs: 60_000 }));
    await ledger.settle(settlementOf(first, 90));
    expect(await waiting).toMatchObject({ refusal: { reason: "budget", spentNanoUsd: 90 } });
  });

  it("serves those who came first first", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(100) });
    const order: string[] = [];
    const holder = callFor();
    admitted(await ledger.reserve(holder));
    const line = ["a", "b", "c"].map(async (name) => {
      const call = callFor({ waitMs: 5_000 });
      admitted(await ledger.reserve(call));
      order.push(name);
      await ledger.settle(settlementOf(call, 0));
    });
    await ledger.settle(settlementOf(holder, 0));
    await Promise.all(line);
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("under one id is one wait with one answer", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(150) });
    const first = callFor();
    admitted(await ledger.reserve(first));
    const call = callFor({ waitMs: 5_000 });
    const waits = [ledger.reserve(call), ledger.reserve(call)];
    await ledger.settle(settlementOf(first, 0));
    expect((await Promise.all(waits)).map((reply) => admitted(reply).heldNanoUsd)).toEqual([
      100, 100,
    ]);
    const [standing] = await ledger.standings([{ kind: "key", id: "k1" }]);
    expect(standing?.heldNanoUsd).toBe(100);
  });

  it("is for a bounded number; the rest are sent away to try again", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(100) });
    const holder = callFor();
    admitted(await ledger.reserve(holder));
    const line = Array.from({ length: 300 }, () => ledger.reserve(callFor({ waitMs: 800 })));
    const replies = await Promise.all(line);
    expect(new Set(replies.map((reply) => reply.kind))).toEqual(new Set(["refused"]));
    expect((await ledger.standings([{ kind: "key", id: "k1" }]))[0]?.heldNanoUsd).toBe(100);
  });
});
