import { describe, expect, it } from "vitest";
import { decideAgain, replaceLease } from "../../../src/core/ledger/amend.ts";
import { applySettlement, openLease } from "../../../src/core/ledger/apply.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import { NO_LIMITS } from "../../../src/core/ledger/policy.ts";
import { countInWindow } from "../../../src/core/ledger/rate-window.ts";
import type { AccountState, Lease } from "../../../src/core/ledger/state.ts";
import type { ReserveRequest } from "../../../src/core/ledger.ts";
import {
  budgetOf,
  keyPolicy,
  modelLimits,
  requestFor,
  stateWith,
  T,
  teamPolicy,
} from "./samples.ts";

/** A call of `gpt-4o` that runs, holding 100. */
function running(state: AccountState, request: ReserveRequest = requestFor()): Lease {
  const decision = decide(state, request, T);
  if (decision.kind !== "admitted") throw new Error(JSON.stringify(decision));
  openLease(state, decision.lease);
  return decision.lease;
}

/** The same call, wishing to go on at another model. */
function onward({ id }: Lease, changes: Partial<ReserveRequest> = {}): ReserveRequest {
  return requestFor({ leaseId: id, model: "claude", ...changes });
}

function amend(state: AccountState, lease: Lease, request: ReserveRequest, nowMs = T): Lease {
  const decision = decideAgain(state, lease, request, nowMs);
  if (decision.kind !== "admitted") throw new Error(JSON.stringify(decision));
  replaceLease(state, lease, decision.lease);
  return decision.lease;
}

/** Everything counted, in words that can be compared. */
function booksOf(state: AccountState): string {
  return JSON.stringify([...state.counters, ...state.leases]);
}

const DEARER = { inputNanoUsd: 60, outputPicoPerToken: 2_000, outputTokensMax: 90, tokens: 200 };
const dearer = { bound: { ...DEARER, clampable: false } };

describe("a call that goes on at another model", () => {
  it("holds what it needs there, and nothing of what it held", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(1_000) })]);
    const lease = running(state);
    expect(amend(state, lease, onward(lease, dearer)).heldNanoUsd).toBe(240);
    expect(state.counters.get("key:k1")).toMatchObject({ heldNanoUsd: 240, heldTokens: 200 });
  });

  it("is paid by the money it already holds, and needs only the rest", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(240) })]);
    const lease = running(state);
    const next = amend(state, lease, onward(lease, dearer));
    expect(state.counters.get("key:k1")).toMatchObject({ heldNanoUsd: 240, inFlight: 1 });
    applySettlement(state, next, { costNanoUsd: 70, tokens: 50 }, T);
    expect(state.counters.get("key:k1")).toMatchObject({
      heldNanoUsd: 0,
      heldTokens: 0,
      inFlight: 0,
      spentNanoUsd: 70,
    });
  });

  it("is refused what no budget pays, and everything stays as it was", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(239) })]);
    const lease = running(state);
    const before = booksOf(state);
    expect(decideAgain(state, lease, onward(lease, dearer), T)).toMatchObject({
      kind: "refused",
      refusal: { reason: "budget", neededNanoUsd: 240 },
    });
    expect(booksOf(state)).toBe(before);
  });

  it("waits for the money of others as any call does", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(300) })]);
    running(state);
    const lease = running(state);
    expect(decideAgain(state, lease, onward(lease, dearer), T).kind).toBe("wait");
  });

  it("is refused a model that its key or its team may not use", () => {
    const team = teamPolicy({ models: ["gpt-4o"] });
    const cases: [AccountState, string][] = [
      [stateWith([keyPolicy({ models: ["gpt-4o"] })]), "key"],
      [stateWith([keyPolicy({ teamId: "t1" })], team), "team"],
    ];
    for (const [state, scope] of cases) {
      const lease = running(state);
      expect(decideAgain(state, lease, onward(lease), T)).toMatchObject({
        refusal: { reason: "model-denied", scope },
      });
    }
  });

  it("is told what the key's own name for the model stands for", () => {
    const state = stateWith([keyPolicy({ aliases: { claude: "o3" } })]);
    const lease = running(state);
    expect(decideAgain(state, lease, onward(lease), T)).toEqual({ kind: "aliased", model: "o3" });
    const meant = { model: "o3", modelAsked: "claude", modelMeant: "o3" };
    expect(decideAgain(state, lease, onward(lease, meant), T).kind).toBe("admitted");
  });

  it("counts against the limits of that model, and no longer against the first one's", () => {
    const limits = {
      ...NO_LIMITS,
      byModel: ["gpt-4o", "claude"].flatMap(
        (name) => modelLimits(name, { requestsPerMinute: 1 }).byModel,
      ),
    };
    const state = stateWith([keyPolicy({ limits })]);
    const lease = running(state);
    expect(decide(state, requestFor(), T)).toMatchObject({ refusal: { reason: "rate-limit" } });
    amend(state, lease, onward(lease));
    expect(decide(state, requestFor(), T).kind).toBe("admitted");
    expect(decide(state, requestFor({ model: "claude" }), T)).toMatchObject({
      refusal: { reason: "rate-limit", limit: { model: "claude" } },
    });
  });

  it("is still one request of its key, made when it was made", () => {
    const state = stateWith([keyPolicy({ limits: { ...NO_LIMITS, requestsPerMinute: 1 } })]);
    const lease = running(state);
    const next = amend(state, lease, onward(lease), T + 5_000);
    const counters = state.counters.get("key:k1");
    expect(counters && countInWindow(counters.requests, T + 5_000)).toBe(1);
    expect(next.admittedAtMs).toBe(T);
  });

  it("that began more than a minute ago counts in no minute any more", () => {
    const state = stateWith([keyPolicy({ limits: { ...NO_LIMITS, requestsPerMinute: 1 } })]);
    const lease = running(state);
    amend(state, lease, onward(lease), T + 90_000);
    expect(decide(state, requestFor(), T + 90_000).kind).toBe("admitted");
  });
});
