import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Underway } from "../../src/core/routing/choice.ts";
import { LEASE_MS, renewLease } from "../../src/pipeline/lease.ts";
import { callIn, contextIn, threeGpts, worldWith } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** A call under way, and what was renewed of it, once with the time until which. */
async function underway(isAway = false) {
  const deps = worldWith(threeGpts());
  const leases: { id: string; forMs: number }[] = [];
  const places: Underway[] = [];
  const answer = async (work: () => void): Promise<void> => {
    if (isAway) throw new Error("nobody is there");
    work();
  };
  const chooser = deps.chooserFor;
  const account = deps.account;
  deps.chooserFor = (group, config) => ({
    ...chooser(group, config),
    renew: (call) => answer(() => places.push(call)),
  });
  deps.account = (accountId) => ({
    ...account(accountId),
    extend: (id, atMs) => answer(() => leases.push({ id, forMs: atMs - deps.nowMs() })),
  });
  const context = contextIn(deps);
  const call = await callIn(deps, { context });
  const stop = renewLease(call, deps);
  return { call, context, deps, leases, places, stop };
}

it("a call keeps its money and its places for as long as it goes on", async () => {
  const { call, leases, places, stop } = await underway();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(leases).toHaveLength(120);
  expect(leases[0]).toEqual({ id: call.context.id, forMs: LEASE_MS });
  expect(places).toHaveLength(120);
  expect(places[0]).toEqual({ callId: call.context.id, group: "gpt" });
  stop();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([leases.length, places.length]).toEqual([120, 120]);
});

it("a renewal that is lost harms nobody: the next comes before anything runs out", async () => {
  const { context, deps, stop } = await underway(true);
  await vi.advanceTimersByTimeAsync(LEASE_MS);
  stop();
  await context.done();
  expect(deps.faults).toEqual([]);
});
