import { describe, expect, it } from "vitest";
import { applySettlement, openLease } from "../../../src/core/ledger/apply.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import { NO_LIMITS } from "../../../src/core/ledger/policy.ts";
import { admissionOf } from "../../../src/core/ledger/standing.ts";
import {
  modelScopeId,
  modelScopesOf,
  type AccountState,
  type Lease,
} from "../../../src/core/ledger/state.ts";
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

function admit(state: AccountState, request: ReserveRequest, nowMs = T): Lease {
  const decision = decide(state, request, nowMs);
  if (decision.kind !== "admitted") throw new Error(JSON.stringify(decision));
  openLease(state, decision.lease);
  return decision.lease;
}

const spend = (state: AccountState, model: string, costNanoUsd = 100): void =>
  applySettlement(state, admit(state, requestFor({ model })), { costNanoUsd, tokens: 1 }, T);

const { budgets } = budgetOf(250, "1d");

describe("a budget for one model", () => {
  it("stops that model, says so, and leaves the others alone", () => {
    const state = stateWith([keyPolicy({ limits: modelLimits("o3", { budgets }), name: "svc" })]);
    spend(state, "o3");
    spend(state, "o3");
    expect(decide(state, requestFor({ model: "o3" }), T)).toMatchObject({
      kind: "refused",
      refusal: {
        reason: "budget",
        scope: "key",
        name: "svc",
        model: "o3",
        spentNanoUsd: 200,
        limitNanoUsd: 250,
        resetAtMs: Date.UTC(2023, 10, 15),
      },
    });
    expect(decide(state, requestFor({ model: "gpt-4o" }), T).kind).toBe("admitted");
    expect(decide(state, requestFor({ model: "o3" }), Date.UTC(2023, 10, 15)).kind).toBe(
      "admitted",
    );
  });

  it.each([
    ["o3", "o3", true],
    ["o3", "openai/o3", true],
    ["openai/o3", "o3", false],
    ["openai/*", "openai/o3", true],
    ["openai/*", "azure/o3", false],
    ["*", "anything", true],
    ["o3", "o3-mini", false],
  ])("that is written %s means a call of %s: %s", (entry, model, isMeant) => {
    const none = budgetOf(0).budgets;
    const state = stateWith([keyPolicy({ limits: modelLimits(entry, { budgets: none }) })]);
    expect(decide(state, requestFor({ model }), T).kind).toBe(isMeant ? "refused" : "admitted");
  });

  it("means the name the caller sends as well as the one that serves", () => {
    const none = budgetOf(0).budgets;
    const call = { model: "azure-o3", modelAsked: "fast", modelMeant: "azure-o3" };
    for (const name of ["fast", "azure-o3"]) {
      const key = keyPolicy({
        limits: modelLimits(name, { budgets: none }),
        aliases: { fast: "azure-o3" },
      });
      expect(decide(stateWith([key]), requestFor(call), T)).toMatchObject({
        refusal: { model: name },
      });
    }
  });

  it("is one budget for all models of a group", () => {
    const limits = modelLimits("cheap", { models: ["a", "b"], budgets });
    const state = stateWith([keyPolicy({ limits })]);
    spend(state, "a");
    spend(state, "b");
    expect(decide(state, requestFor({ model: "a" }), T)).toMatchObject({
      refusal: { model: "cheap", spentNanoUsd: 200 },
    });
  });

  it("of the team binds all its keys together, beside each key's own", () => {
    const keys = ["k1", "k2"].map((hash) =>
      keyPolicy({
        hash,
        teamId: "t1",
        limits: modelLimits("o3", { budgets: budgetOf(150).budgets }),
      }),
    );
    const state = stateWith(keys, teamPolicy({ limits: modelLimits("o3", { budgets }) }));
    spend(state, "o3");
    expect(decide(state, requestFor({ model: "o3" }), T)).toMatchObject({
      refusal: { scope: "key", model: "o3", limitNanoUsd: 150 },
    });
    const second = admit(state, requestFor({ model: "o3", keyHash: "k2" }));
    applySettlement(state, second, { costNanoUsd: 100, tokens: 1 }, T);
    expect(decide(state, requestFor({ model: "o3", keyHash: "k2" }), T)).toMatchObject({
      refusal: { reason: "budget", model: "o3" },
    });
  });

  it("and everything above it reserve all or nothing", () => {
    const limits = { ...modelLimits("o3", { budgets: budgetOf(1_000).budgets }), ...{ budgets } };
    const state = stateWith([keyPolicy({ limits })]);
    admit(state, requestFor({ model: "o3" }));
    admit(state, requestFor({ model: "o3" }));
    expect(decide(state, requestFor({ model: "o3" }), T).kind).toBe("wait");
    expect(state.counters.get(modelScopeId("key:k1", "o3"))?.heldNanoUsd).toBe(200);
    expect(state.counters.get("key:k1")?.heldNanoUsd).toBe(200);
  });

  it("is counted from the first call of its model on, and not before", () => {
    const state = stateWith([keyPolicy({ limits: modelLimits("o3", { budgets }) })]);
    spend(state, "gpt-4o");
    expect(modelScopesOf(state, "key:k1")).toEqual([]);
    spend(state, "o3");
    expect(modelScopesOf(state, "key:k1")).toEqual([modelScopeId("key:k1", "o3")]);
  });
});

it("keeps counters of ids with colons apart", () => {
  expect(modelScopeId("team:a:b", "c")).not.toBe(modelScopeId("team:a", "b:c"));
  expect(modelScopeId("team:a", "b")).not.toBe("team:a:b");
});

describe("rates of one model", () => {
  it("bind that model only and are told apart from the key's own", () => {
    const limits = { ...modelLimits("o3", { requestsPerMinute: 1 }), requestsPerMinute: 10 };
    const state = stateWith([keyPolicy({ limits })]);
    const lease = admit(state, requestFor({ model: "o3" }));
    expect(admissionOf(state, lease, T)?.key.limits).toMatchObject([
      { scope: "key", model: null, limit: 10, remaining: 9 },
      { scope: "key", model: "o3", limit: 1, remaining: 0 },
    ]);
    expect(decide(state, requestFor({ model: "o3" }), T)).toMatchObject({
      refusal: { reason: "rate-limit", limit: { model: "o3", unit: "requests", limit: 1 } },
    });
    expect(decide(state, requestFor({ model: "gpt-4o" }), T).kind).toBe("admitted");
  });

  it("count a call's tokens until a minute after it", () => {
    const limits = modelLimits("o3", { tokensPerMinute: 200 });
    const state = stateWith([keyPolicy({ limits })]);
    admit(state, requestFor({ model: "o3" }));
    expect(decide(state, requestFor({ model: "o3" }), T).kind).toBe("refused");
  });
});

describe("an exception to a budget", () => {
  it("counts until it is over, without anything having run", () => {
    const [budget] = budgetOf(100).budgets;
    if (budget === undefined) throw new Error("no budget");
    const increase = { nanoUsd: 100, untilMs: T + 1_000 };
    const limits = { ...NO_LIMITS, budgets: [{ ...budget, increase }] };
    const state = stateWith([keyPolicy({ limits })]);
    const lease = admit(state, requestFor());
    expect(admissionOf(state, lease, T)?.key.maxBudgetNanoUsd).toBe(200);
    applySettlement(state, lease, { costNanoUsd: 100, tokens: 1 }, T);
    expect(decide(state, requestFor(), T + 999).kind).toBe("admitted");
    expect(decide(state, requestFor(), T + 1_000)).toMatchObject({
      refusal: { reason: "budget", limitNanoUsd: 100, spentNanoUsd: 100 },
    });
  });
});

describe("several empty budgets", () => {
  it("are told of by the one that keeps the caller out longest", () => {
    const limits = {
      ...NO_LIMITS,
      budgets: [...budgetOf(50, "1d").budgets, ...budgetOf(60, "30d").budgets],
    };
    expect(decide(stateWith([keyPolicy({ limits })]), requestFor(), T)).toMatchObject({
      refusal: { duration: "30d", resetAtMs: Date.UTC(2023, 11, 1) },
    });
  });
});
