import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { AmendReply, ReserveRequest } from "../../src/core/ledger.ts";
import type { AccountStub } from "../../src/platform/account/stub.ts";
import { objectIn } from "../core/parsed.ts";
import { budgetOf, draftOf, modelLimits } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, settlementOf } from "./accounts.ts";

async function standing(ledger: AccountStub, model?: string) {
  const [found] = await ledger.standings([{ kind: "key", id: "k1", model }]);
  return found;
}

/** The same call at another model, which costs twice as much at most. */
function onward(call: ReserveRequest, changes: Partial<ReserveRequest> = {}): ReserveRequest {
  const bound = { ...call.bound, inputNanoUsd: 20, outputPicoPerToken: 2_000 };
  const names = { model: "claude", modelAsked: "claude", modelMeant: "claude" };
  const draft = { ...draftOf(call.leaseId), modelGroup: "claude", fallbackFrom: "gpt-4o" };
  return { ...call, ...names, bound, draft, ...changes };
}

function held(reply: AmendReply): number {
  if (reply.kind !== "admitted") throw new Error(JSON.stringify(reply));
  return reply.admission.heldNanoUsd;
}

describe("a call that goes on at another model", () => {
  it("holds the other price, is settled once, and frees everything", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(200) });
    const call = callFor();
    admitted(await ledger.reserve(call));
    expect(held(await ledger.amend(onward(call)))).toBe(200);
    expect(await standing(ledger)).toMatchObject({ heldNanoUsd: 200 });
    await ledger.settle(settlementOf(call, 130));
    expect(await standing(ledger)).toMatchObject({ heldNanoUsd: 0, lifetimeNanoUsd: 130 });
  });

  it("keeps what it holds when the account says no", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(199), models: ["gpt-4o", "claude"] });
    const call = callFor();
    admitted(await ledger.reserve(call));
    expect(await ledger.amend(onward(call))).toMatchObject({ refusal: { reason: "budget" } });
    const dear = onward(call, { model: "o3", modelAsked: "o3", modelMeant: "o3" });
    expect(await ledger.amend(dear)).toMatchObject({ refusal: { reason: "model-denied" } });
    expect(await standing(ledger)).toMatchObject({ heldNanoUsd: 100 });
  });

  it("does not wait for the money of other calls", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(250) });
    const call = callFor({ waitMs: 5_000 });
    admitted(await ledger.reserve(callFor()));
    admitted(await ledger.reserve(call));
    expect(await ledger.amend(onward(call))).toMatchObject({
      refusal: { reason: "budget-in-flight" },
    });
  });

  it("is charged to the budget of the model that answered", async () => {
    const { budgets } = budgetOf(1_000);
    const limits = modelLimits("claude", { budgets });
    const { ledger } = await accountWith({ limits });
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.amend(onward(call));
    await ledger.settle(settlementOf(call, 130));
    expect(await standing(ledger, "claude")).toMatchObject({ lifetimeNanoUsd: 130 });
  });

  it("holds the same after a restart, and would be filed as a call of that model", async () => {
    const { ledger, object } = await accountWith({ limits: budgetOf(1_000) });
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.amend(onward(call));
    await evictDurableObject(object);
    expect(await standing(ledger)).toMatchObject({ heldNanoUsd: 200 });
    const drafts = await runInDurableObject(object, (_, state) =>
      state.storage.sql.exec("SELECT draft FROM leases").toArray(),
    );
    expect(drafts.map(({ draft }) => objectIn(String(draft)))).toMatchObject([
      { modelGroup: "claude", fallbackFrom: "gpt-4o" },
    ]);
  });

  it("that the account has charged already does not go on", async () => {
    const { ledger, object } = await accountWith({});
    const call = callFor({ deadlineMs: Date.now() - 1 });
    admitted(await ledger.reserve(call));
    await runDurableObjectAlarm(object);
    expect(await ledger.amend(onward(call))).toEqual({ kind: "gone" });
    expect(await standing(ledger)).toMatchObject({ heldNanoUsd: 0, lifetimeNanoUsd: 100 });
  });

  it("gives what it does not need there to those who wait", async () => {
    const { ledger } = await accountWith({ limits: budgetOf(150) });
    const call = callFor();
    admitted(await ledger.reserve(call));
    const waiting = ledger.reserve(callFor({ waitMs: 5_000 }));
    const cheap = { ...call.bound, inputNanoUsd: 5, outputPicoPerToken: 100 };
    expect(held(await ledger.amend(onward(call, { bound: cheap })))).toBe(14);
    expect((await waiting).kind).toBe("admitted");
  });
});
