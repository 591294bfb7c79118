import { describe, expect, it } from "vitest";
import { applySettlement, expire, openLease } from "../../../src/core/ledger/apply.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import { NO_LIMITS } from "../../../src/core/ledger/policy.ts";
import { admissionOf } from "../../../src/core/ledger/standing.ts";
import type { AccountState, Lease } from "../../../src/core/ledger/state.ts";
import type { CostBound, ReserveRequest } from "../../../src/core/ledger.ts";
import {
  budgetOf,
  keyPolicy,
  requestFor,
  stateWith,
  T,
  teamPolicy,
  userPolicy,
} from "./samples.ts";

function admit(state: AccountState, request: ReserveRequest, nowMs = T): Lease {
  const decision = decide(state, request, nowMs);
  if (decision.kind !== "admitted") throw new Error(JSON.stringify(decision));
  openLease(state, decision.lease);
  return decision.lease;
}

function boundOf(changes: Partial<CostBound>): CostBound {
  return { ...requestFor().bound, ...changes };
}

describe("who may call what", () => {
  it("knows no key it was not told of", () => {
    expect(decide(stateWith([]), requestFor(), T)).toEqual({
      kind: "refused",
      refusal: { reason: "unknown-key" },
    });
  });

  it("lets the administrator through without limits", () => {
    const lease = admit(stateWith([]), requestFor({ keyHash: "master" }));
    expect(lease.heldNanoUsd).toBe(100);
  });

  it("refuses a key from the moment it expires", () => {
    const state = stateWith([keyPolicy({ expiresAtMs: T + 1_000 })]);
    expect(decide(state, requestFor(), T + 999).kind).toBe("admitted");
    expect(decide(state, requestFor(), T + 1_000)).toMatchObject({
      refusal: { reason: "expired", expiredAtMs: T + 1_000 },
    });
  });

  it("refuses a blocked key, a blocked team and a blocked user by their names", () => {
    const inTeam = keyPolicy({ teamId: "t1" });
    const ofUser = keyPolicy({ userId: "u1" });
    const cases: [AccountState, object][] = [
      [stateWith([keyPolicy({ blocked: true })]), { scope: "key", name: "sk-...W8TA" }],
      [stateWith([inTeam], teamPolicy({ blocked: true })), { scope: "team", name: "core" }],
      [
        stateWith([ofUser], undefined, userPolicy({ blocked: true })),
        { scope: "user", name: "u1" },
      ],
      [stateWith([inTeam]), { scope: "team", name: "t1" }],
    ];
    for (const [state, refusal] of cases) {
      expect(decide(state, requestFor(), T)).toMatchObject({
        refusal: { reason: "blocked", ...refusal },
      });
    }
  });

  it("asks the key's list and the team's list", () => {
    const key = keyPolicy({ teamId: "t1", models: ["all-team-models"] });
    const state = stateWith([key], teamPolicy({ models: ["gpt-4o", "fast"] }));
    expect(decide(state, requestFor(), T).kind).toBe("admitted");
    expect(decide(state, requestFor({ model: "o3", accessGroups: ["fast"] }), T).kind).toBe(
      "admitted",
    );
    expect(decide(state, requestFor({ model: "claude" }), T)).toMatchObject({
      refusal: { reason: "model-denied", scope: "team", allowed: ["gpt-4o", "fast"] },
    });
  });
});

describe("budgets", () => {
  it("admits what fits and refuses what does not, telling whose budget it was", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(250), alias: "svc", name: "svc" })]);
    const leases = [admit(state, requestFor()), admit(state, requestFor())];
    expect(decide(state, requestFor(), T)).toMatchObject({
      kind: "wait",
      refusal: {
        reason: "budget-in-flight",
        scope: "key",
        name: "svc",
        spentNanoUsd: 0,
        heldNanoUsd: 200,
        limitNanoUsd: 250,
        neededNanoUsd: 100,
        resetAtMs: null,
      },
    });
    for (const lease of leases) {
      applySettlement(state, lease, { costNanoUsd: 90, tokens: 50 }, T);
    }
    expect(decide(state, requestFor(), T)).toMatchObject({
      kind: "refused",
      refusal: { reason: "budget", spentNanoUsd: 180, heldNanoUsd: 0 },
    });
  });

  it("lets the tightest of key, team and user decide", () => {
    const key = keyPolicy({ teamId: "t1", userId: "u1", limits: budgetOf(1_000) });
    const members = { u1: budgetOf(150) };
    const state = stateWith([key], teamPolicy({ limits: budgetOf(500), members }));
    admit(state, requestFor());
    expect(decide(state, requestFor(), T)).toMatchObject({
      refusal: { scope: "user", limitNanoUsd: 150 },
    });
  });

  it("gives a member without limits of their own the team's for members", () => {
    const key = keyPolicy({ teamId: "t1", userId: "u2" });
    const state = stateWith([key], teamPolicy({ memberLimits: budgetOf(50) }));
    expect(decide(state, requestFor(), T)).toMatchObject({
      refusal: { reason: "budget", scope: "user", name: "u2" },
    });
  });

  it("counts a member who is named nowhere from their first call on", () => {
    const key = keyPolicy({ teamId: "t1", userId: "u2" });
    const state = stateWith([key], teamPolicy({ memberLimits: budgetOf(250, "1d") }));
    for (const lease of [admit(state, requestFor()), admit(state, requestFor())]) {
      applySettlement(state, lease, { costNanoUsd: 100, tokens: 1 }, T);
    }
    expect(decide(state, requestFor(), T)).toMatchObject({
      refusal: { reason: "budget", scope: "user", spentNanoUsd: 200 },
    });
  });

  it("leaves a person's own budget out of calls made for a team", () => {
    const key = keyPolicy({ teamId: "t1", userId: "u1" });
    const state = stateWith([key], teamPolicy(), userPolicy({ limits: budgetOf(0) }));
    expect(decide(state, requestFor(), T).kind).toBe("admitted");
    const alone = stateWith(
      [keyPolicy({ userId: "u1" })],
      undefined,
      userPolicy({ limits: budgetOf(0) }),
    );
    expect(decide(alone, requestFor(), T).kind).toBe("refused");
  });

  it("starts again in the next window, without anything having run in between", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(100, "1d") })]);
    const lease = admit(state, requestFor());
    applySettlement(state, lease, { costNanoUsd: 100, tokens: 1 }, T);
    const midnight = Date.UTC(2023, 10, 15);
    expect(decide(state, requestFor(), midnight - 1)).toMatchObject({
      refusal: { reason: "budget", resetAtMs: midnight },
    });
    expect(decide(state, requestFor(), midnight).kind).toBe("admitted");
  });

  it("keeps counting what calls hold across the end of a window", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(150, "1d") })]);
    const lease = admit(state, requestFor());
    const midnight = Date.UTC(2023, 10, 15);
    expect(decide(state, requestFor(), midnight).kind).toBe("wait");
    applySettlement(state, lease, { costNanoUsd: 100, tokens: 1 }, midnight);
    expect(decide(state, requestFor(), midnight)).toMatchObject({
      refusal: { reason: "budget", spentNanoUsd: 100 },
    });
  });

  it("lets a free model be used when the money is gone", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(0) })]);
    const bound = boundOf({ inputNanoUsd: 0, outputPicoPerToken: 0 });
    expect(decide(state, requestFor({ bound }), T).kind).toBe("admitted");
    expect(decide(state, requestFor(), T).kind).toBe("refused");
  });

  it("charges the whole hold for a call nobody settled", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(100) })]);
    const lease = admit(state, requestFor());
    expire(state, lease, T + 1);
    expect(state.counters.get("key:k1")).toMatchObject({ spentNanoUsd: 100, heldNanoUsd: 0 });
    expect(decide(state, requestFor(), T + 1)).toMatchObject({ refusal: { reason: "budget" } });
  });
});

describe("clamping", () => {
  const clampable = boundOf({ clampable: true, outputTokensMax: 10_000 });

  it("shortens an answer nobody gave a length to what the budget pays", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(1_010) })]);
    expect(admit(state, requestFor({ bound: clampable }))).toMatchObject({
      outputTokensMax: 1_000,
      heldNanoUsd: 1_010,
    });
  });

  it("never shortens what the caller asked for", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(1_010) })]);
    const bound = { ...clampable, clampable: false };
    expect(decide(state, requestFor({ bound }), T)).toMatchObject({
      refusal: { reason: "budget" },
    });
  });

  it("rather waits than cut below a useful length while others hold money", () => {
    const state = stateWith([keyPolicy({ limits: budgetOf(600) })]);
    const other = admit(state, requestFor({ bound: boundOf({ outputTokensMax: 400 }) }));
    expect(decide(state, requestFor({ bound: clampable }), T).kind).toBe("wait");
    applySettlement(state, other, { costNanoUsd: 400, tokens: 1 }, T);
    expect(admit(state, requestFor({ bound: clampable })).outputTokensMax).toBe(190);
  });

  it("admits a last token and refuses less than one", () => {
    const last = stateWith([keyPolicy({ limits: budgetOf(11) })]);
    expect(admit(last, requestFor({ bound: clampable })).outputTokensMax).toBe(1);
    const none = stateWith([keyPolicy({ limits: budgetOf(10) })]);
    expect(decide(none, requestFor({ bound: clampable }), T).kind).toBe("refused");
  });
});

describe("rates", () => {
  it("refuses the call over the limit and says when there is room", () => {
    const limits = { ...NO_LIMITS, requestsPerMinute: 2 };
    const state = stateWith([keyPolicy({ limits })]);
    admit(state, requestFor(), T);
    admit(state, requestFor(), T + 10_000);
    expect(decide(state, requestFor(), T + 20_000)).toEqual({
      kind: "refused",
      refusal: {
        reason: "rate-limit",
        name: "sk-...W8TA",
        limit: {
          scope: "key",
          model: null,
          unit: "requests",
          limit: 2,
          remaining: 0,
          resetMs: 41_000,
        },
      },
    });
    expect(decide(state, requestFor(), T + 61_000).kind).toBe("admitted");
  });

  it("counts nothing for a refused call", () => {
    const limits = { ...NO_LIMITS, requestsPerMinute: 1, budgets: budgetOf(50).budgets };
    const state = stateWith([keyPolicy({ limits })]);
    for (let call = 0; call < 5; call += 1) decide(state, requestFor(), T);
    const cheap = boundOf({ outputTokensMax: 1 });
    expect(decide(state, requestFor({ bound: cheap }), T).kind).toBe("admitted");
  });

  it("counts a call's bound while it runs and its real tokens for a minute after", () => {
    const limits = { ...NO_LIMITS, tokensPerMinute: 200 };
    const state = stateWith([keyPolicy({ limits })]);
    const lease = admit(state, requestFor());
    expect(decide(state, requestFor(), T + 300_000).kind).toBe("refused");
    applySettlement(state, lease, { costNanoUsd: 1, tokens: 40 }, T + 300_000);
    const second = admit(state, requestFor(), T + 300_000);
    applySettlement(state, second, { costNanoUsd: 1, tokens: 100 }, T + 300_000);
    expect(decide(state, requestFor(), T + 300_000)).toMatchObject({
      refusal: { limit: { unit: "tokens", remaining: 60, resetMs: 61_000 } },
    });
  });

  it("admits a call larger than the whole limit only when nothing else is counted", () => {
    const state = stateWith([keyPolicy({ limits: { ...NO_LIMITS, tokensPerMinute: 100 } })]);
    const lease = admit(state, requestFor());
    expect(decide(state, requestFor({ bound: boundOf({ tokens: 1 }) }), T).kind).toBe("refused");
    applySettlement(state, lease, { costNanoUsd: 1, tokens: 120 }, T);
    expect(decide(state, requestFor(), T).kind).toBe("refused");
    expect(decide(state, requestFor(), T + 61_000).kind).toBe("admitted");
    const shut = stateWith([keyPolicy({ limits: { ...NO_LIMITS, tokensPerMinute: 0 } })]);
    expect(decide(shut, requestFor(), T).kind).toBe("refused");
  });

  it("counts calls in flight, not calls begun", () => {
    const state = stateWith([keyPolicy({ limits: { ...NO_LIMITS, parallel: 1 } })]);
    const lease = admit(state, requestFor());
    expect(decide(state, requestFor(), T)).toMatchObject({
      refusal: { limit: { unit: "parallel", limit: 1, remaining: 0 } },
    });
    applySettlement(state, lease, { costNanoUsd: 1, tokens: 1 }, T);
    expect(decide(state, requestFor(), T).kind).toBe("admitted");
  });

  it("tells an admitted caller what is left, this call counted", () => {
    const limits = { ...budgetOf(1_000, "1d"), requestsPerMinute: 10, tokensPerMinute: 1_000 };
    const state = stateWith([keyPolicy({ limits, alias: "svc" })]);
    const lease = admit(state, requestFor());
    expect(admissionOf(state, lease, T)?.key).toMatchObject({
      alias: "svc",
      spendNanoUsd: 0,
      maxBudgetNanoUsd: 1_000,
      budgetResetAtMs: Date.UTC(2023, 10, 15),
      limits: [
        { scope: "key", unit: "requests", limit: 10, remaining: 9, resetMs: 61_000 },
        { scope: "key", unit: "tokens", limit: 1_000, remaining: 880 },
      ],
    });
  });
});
