import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { CallRecord, RecordsMessage } from "../../src/core/record.ts";
import { createOutbox } from "../../src/platform/account/outbox.ts";
import { draftOf } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, newAccount, settlementOf } from "./accounts.ts";

/** Runs the outbox on an object's own storage, over a queue that does what the test says. */
function withOutbox(
  take: (message: RecordsMessage) => void,
  run: (outbox: ReturnType<typeof createOutbox>, clock: { nowMs: number }) => Promise<void>,
): Promise<void> {
  return runInDurableObject(newAccount().object, async (_, state) => {
    const clock = { nowMs: 1_000_000 };
    const send: Queue<RecordsMessage>["send"] = async (message) => {
      take(message);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    };
    const queue: Queue<RecordsMessage> = { ...env.RECORDS, send };
    await run(
      createOutbox(state.storage.sql, queue, () => clock.nowMs),
      clock,
    );
  });
}

const named = (id: string, changes: Partial<CallRecord> = {}) => ({ ...draftOf(id), ...changes });
const idsIn = ({ records }: RecordsMessage) => records.map((record) => record.requestId);

describe("the outbox", () => {
  it("packs what gathered for a second into one message", async () => {
    const sent: string[][] = [];
    await withOutbox(
      (message) => sent.push(idsIn(message)),
      async (outbox, clock) => {
        for (const id of ["a", "b", "c"]) outbox.add(named(id));
        expect(outbox.dueAtMs()).toBe(clock.nowMs + 1_000);
        await outbox.send();
        expect(outbox.dueAtMs()).toBeUndefined();
        await outbox.send();
      },
    );
    expect(sent).toEqual([["a", "b", "c"]]);
  });

  it("sends again after a restart what a forgetful queue took a moment ago, and then lets go of it", async () => {
    const sent: string[][] = [];
    await runInDurableObject(newAccount().object, async (_, { storage: { sql } }) => {
      const clock = { nowMs: 1_000_000 };
      const send: Queue<RecordsMessage>["send"] = async (message) => {
        sent.push(idsIn(message));
        return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
      };
      const open = () => createOutbox(sql, { ...env.RECORDS, send }, () => clock.nowMs, 60_000);
      const first = open();
      first.add(named("a"));
      await first.send();
      expect(first.dueAtMs()).toBe(clock.nowMs + 60_000);
      clock.nowMs += 10_000;
      first.add(named("b"));
      expect(first.dueAtMs()).toBe(clock.nowMs + 1_000);
      await first.send();

      const second = open();
      expect(second.dueAtMs()).toBe(clock.nowMs);
      await second.send();
      clock.nowMs += 60_000;
      await second.send();
      expect(second.dueAtMs()).toBeUndefined();
      // Row numbers begin again, and nothing new is taken for sent.
      second.add(named("c"));
      await second.send();
    });
    expect(sent).toEqual([["a"], ["b"], ["a", "b"], ["c"]]);
  });

  it("cuts messages below the queue's limit, in order and without a gap", async () => {
    const sent: RecordsMessage[] = [];
    const text = "日本語".repeat(1_000);
    await withOutbox(
      (message) => sent.push(message),
      async (outbox) => {
        const content = { messages: text, response: null };
        for (let at = 0; at < 40; at += 1) outbox.add(named(`r${at}`, { content }));
        await outbox.send();
      },
    );
    expect(sent.length).toBeGreaterThan(2);
    for (const message of sent) {
      expect(new TextEncoder().encode(JSON.stringify(message)).length).toBeLessThan(128_000);
    }
    expect(sent.flatMap(idsIn)).toEqual(Array.from({ length: 40 }, (_, at) => `r${at}`));
  });

  it("rather loses logged text than the money of a record too large for any message", async () => {
    const sent: RecordsMessage[] = [];
    await withOutbox(
      (message) => sent.push(message),
      async (outbox) => {
        const content = { messages: "x".repeat(200_000), response: null };
        outbox.add(named("large", { content, costNanoUsd: 5 }));
        outbox.add(named("next"));
        await outbox.send();
      },
    );
    expect(sent.flatMap(idsIn)).toEqual(["large", "next"]);
    expect(sent[0]?.records[0]).toMatchObject({ costNanoUsd: 5, content: null });
  });

  it("keeps everything when a send fails and tries again, less and less often", async () => {
    let broken = true;
    const sent: string[][] = [];
    await withOutbox(
      (message) => {
        if (broken) throw new Error("Queues are away");
        sent.push(idsIn(message));
      },
      async (outbox, clock) => {
        outbox.add(named("a"));
        const delays: number[] = [];
        for (let attempt = 0; attempt < 8; attempt += 1) {
          await outbox.send();
          delays.push((outbox.dueAtMs() ?? 0) - clock.nowMs);
        }
        expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        broken = false;
        outbox.add(named("b"));
        await outbox.send();
      },
    );
    expect(sent).toEqual([["a", "b"]]);
  });

  it("leaves what comes during a send for the next message", async () => {
    const sent: string[][] = [];
    await withOutbox(
      (message) => sent.push(idsIn(message)),
      async (outbox, clock) => {
        outbox.add(named("a"));
        const sending = outbox.send();
        outbox.add(named("b"));
        await sending;
        expect(sent).toEqual([["a"]]);
        expect(outbox.dueAtMs()).toBe(clock.nowMs + 1_000);
        await outbox.send();
      },
    );
    expect(sent).toEqual([["a"], ["b"]]);
  });
});

describe("records of an account", () => {
  it("reach D1 through the queue, each call once, with the counters' sum", async () => {
    const { ledger, object } = await accountWith({ alias: "svc" });
    const calls = Array.from({ length: 25 }, () => callFor());
    await Promise.all(
      calls.map(async (call, at) => {
        admitted(await ledger.reserve(call));
        await ledger.settle(settlementOf(call, at));
        await ledger.settle(settlementOf(call, at));
      }),
    );
    const abandoned = callFor({ deadlineMs: Date.now() - 1 });
    admitted(await ledger.reserve(abandoned));
    await runDurableObjectAlarm(object);
    const ids = [...calls, abandoned].map((call) => call.leaseId);
    await vi.waitFor(async () => expect(await rowsOf(ids)).toHaveLength(26), {
      timeout: 10_000,
      interval: 100,
    });
    const rows = await rowsOf(ids);
    const sum = rows.reduce((total, row) => total + row.cost, 0);
    const [standing] = await ledger.standings([{ kind: "key", id: "k1" }]);
    expect(standing).toMatchObject({ lifetimeNanoUsd: sum, heldNanoUsd: 0 });
    expect(rows.filter((row) => row.ending === "unsettled")).toEqual([
      { cost: 100, ending: "unsettled", alias: "svc" },
    ]);
  }, 20_000);
});

async function rowsOf(requestIds: readonly string[]) {
  const statement = env.DB.prepare(
    `SELECT cost_nano_usd AS cost, ending, key_alias AS alias FROM requests
     WHERE request_id IN (SELECT value FROM json_each(?))`,
  );
  const { results } = await statement
    .bind(JSON.stringify(requestIds))
    .all<{ cost: number; ending: string; alias: string | null }>();
  return results;
}
