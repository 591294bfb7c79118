import { describe, expect, it } from "vitest";
import { openLease } from "../../../src/core/ledger/apply.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import { accessOf, unsettledRecord } from "../../../src/core/ledger/standing.ts";
import { budgetOf, draftOf, keyPolicy, requestFor, stateWith, T, teamPolicy } from "./samples.ts";

describe("the record of a call nobody settled", () => {
  it("charges the hold, split as it was bounded, and names the key", () => {
    const limits = budgetOf(1_000, "1d");
    const key = keyPolicy({ alias: "svc", teamId: "t1", userId: "u1", tags: ["team-tag"], limits });
    const state = stateWith([key], teamPolicy());
    const decision = decide(state, requestFor(), T);
    if (decision.kind !== "admitted") throw new Error("not admitted");
    openLease(state, decision.lease);
    const draft = { ...draftOf("r1"), tags: ["own-tag"], requesterIp: "192.0.2.1" };
    const record = unsettledRecord(state, decision.lease, draft, T + 5_000);
    expect(record).toMatchObject({
      requestId: "r1",
      requesterIp: "192.0.2.1",
      ending: "unsettled",
      usageSource: "reserved",
      costNanoUsd: 100,
      cost: { input: 10, cacheRead: 0, cacheWrite: 0, output: 90, reasoning: 0 },
      endedAtMs: T + 5_000,
      keyAlias: "svc",
      teamId: "t1",
      teamAlias: "core",
      userId: "u1",
      tags: ["team-tag", "own-tag"],
      keyMaxBudgetNanoUsd: 1_000,
    });
  });
});

describe("asking for access", () => {
  it("names every list a model must pass", () => {
    const key = keyPolicy({ teamId: "t1", models: ["gpt-4o"] });
    const state = stateWith([key], teamPolicy({ models: ["a"] }));
    expect(accessOf(state, "k1", undefined, T)).toMatchObject({
      kind: "granted",
      lists: [
        { scope: "key", models: ["gpt-4o"] },
        { scope: "team", models: ["a"] },
      ],
    });
  });

  it("is refused to keys that may not call at all", () => {
    expect(accessOf(stateWith([]), "k1", undefined, T)).toMatchObject({
      refusal: { reason: "unknown-key" },
    });
    const expired = stateWith([keyPolicy({ expiresAtMs: T })]);
    expect(accessOf(expired, "k1", undefined, T)).toMatchObject({ refusal: { reason: "expired" } });
  });
});
