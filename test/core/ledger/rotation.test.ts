import { describe, expect, it } from "vitest";
import { openLease } from "../../../src/core/ledger/apply.ts";
import { decide } from "../../../src/core/ledger/decide.ts";
import {
  enterKey,
  findOpenKey,
  formerHash,
  removeKey,
  renameKey,
} from "../../../src/core/ledger/rotation.ts";
import { unsettledRecord } from "../../../src/core/ledger/standing.ts";
import { findKeyPolicy } from "../../../src/core/ledger/state.ts";
import { budgetOf, keyPolicy, modelLimits, requestFor, stateWith, T } from "./samples.ts";

const previous = { hash: "k1", untilMs: T + 1_000 };

describe("a key's former hash", () => {
  it("opens the key until its moment, and names it for ever", () => {
    const state = stateWith([]);
    enterKey(state, keyPolicy({ hash: "k2", previous }));
    expect(findOpenKey(state, "k1", T + 999)?.hash).toBe("k2");
    expect(findOpenKey(state, "k1", T + 1_000)).toBeUndefined();
    expect(findOpenKey(state, "k2", T + 1_000)?.hash).toBe("k2");
    expect(findKeyPolicy(state, "k1")?.hash).toBe("k2");
  });

  it("is forgotten with the key and with its next rotation", () => {
    const state = stateWith([]);
    enterKey(state, keyPolicy({ hash: "k2", previous }));
    renameKey(state, "k2", "k3");
    enterKey(state, keyPolicy({ hash: "k3", previous: { hash: "k2", untilMs: T + 1_000 } }));
    expect(findOpenKey(state, "k1", T)).toBeUndefined();
    expect(findOpenKey(state, "k2", T)?.hash).toBe("k3");
    removeKey(state, "k3");
    expect([state.rotated.size, state.keys.size]).toEqual([0, 0]);
  });

  it("is found through a rotation nobody heard the answer of", () => {
    const state = stateWith([]);
    enterKey(state, keyPolicy({ hash: "lost", previous }));
    expect(formerHash(state, keyPolicy({ hash: "k3", previous }))).toBe("lost");
    expect(formerHash(state, keyPolicy({ hash: "lost", previous }))).toBeUndefined();
    expect(formerHash(stateWith([]), keyPolicy({ hash: "k3", previous }))).toBe("k1");
    expect(formerHash(state, keyPolicy())).toBeUndefined();
  });
});

describe("renaming a key", () => {
  it("moves all its counters and the scopes of its open leases, and no others", () => {
    const limits = { ...modelLimits("gpt-4o", budgetOf(500)), budgets: budgetOf(1_000).budgets };
    const state = stateWith([keyPolicy({ limits }), keyPolicy({ hash: "k11", limits })]);
    for (const keyHash of ["k1", "k11"]) {
      const decision = decide(state, requestFor({ keyHash }), T);
      if (decision.kind !== "admitted") throw new Error(decision.kind);
      openLease(state, decision.lease);
    }
    const { counters, leases } = renameKey(state, "k1", "k2");
    expect(counters).toHaveLength(2);
    expect(leases.map((lease) => lease.keyHash)).toEqual(["k2"]);
    expect(leases[0]?.scopes).toEqual(counters.map(([, to]) => to));
    expect(state.counters.get("key:k2")?.heldNanoUsd).toBe(100);
    expect([...state.counters.keys()].filter((id) => id.includes("k1"))).toHaveLength(2);
  });

  it("puts the present hash into the record of a call nobody settles", () => {
    const state = stateWith([keyPolicy()]);
    const request = requestFor();
    const decision = decide(state, request, T);
    if (decision.kind !== "admitted") throw new Error(decision.kind);
    openLease(state, decision.lease);
    renameKey(state, "k1", "k2");
    enterKey(state, keyPolicy({ hash: "k2", previous }));
    const record = unsettledRecord(state, decision.lease, request.draft, T);
    expect(record.keyHash).toBe("k2");
  });
});
