import { describe, expect, it } from "vitest";
import { decideAgain } from "../../../../src/core/ledger/amend.ts";
import { openLease } from "../../../../src/core/ledger/apply.ts";
import { decide } from "../../../../src/core/ledger/decide.ts";
import { createSlice } from "../../../../src/core/ledger/shared/borrower.ts";
import {
  joinPasses,
  openWhereabouts,
  ratedParties,
} from "../../../../src/core/ledger/shared/pass.ts";
import { createTurnstile, enter, locate } from "../../../../src/core/ledger/shared/turnstile.ts";
import type { Lease } from "../../../../src/core/ledger/state.ts";
import { keyPolicy, requestFor, stateWith, T } from "../samples.ts";
import { ratedPolicy } from "./turnstile-world.ts";
import { sharedPolicy } from "./world.ts";

const ACME = { kind: "organization", id: "acme" } as const;
const TAG = { kind: "tag", id: "night" } as const;

describe("who is asked about a call", () => {
  it("is every party with rates, and nobody else", () => {
    const state = stateWith([]);
    state.slices.set("organization:acme", createSlice(ratedPolicy({ parallel: 1 }), T, "UTC"));
    state.slices.set("tag:night", createSlice({ ...sharedPolicy(5), ...TAG }, T, "UTC"));
    const scopes = ["key:k1", "tag:night", "organization:acme", "tag:nobody"];
    expect(ratedParties(state, scopes)).toEqual([ACME]);
  });
});

describe("a call that goes on as another", () => {
  it("comes in by the turnstiles it came in by, until it has a newer ticket", () => {
    const state = stateWith([keyPolicy()]);
    const decision = decide(state, requestFor(), T);
    if (decision.kind !== "admitted") throw new Error(decision.kind);
    const pass = { ticket: "first", parties: [ACME, TAG] };
    const lease = { ...decision.lease, pass };
    openLease(state, lease);
    expect(decideAgain(state, lease, requestFor(), T)).toMatchObject({ lease: { pass } });
    expect(joinPasses(pass, { ticket: "next", parties: [ACME] })).toEqual({
      ticket: "next",
      parties: [ACME, TAG],
    });
  });

  it("is not said to hold one ticket while it asks for another", () => {
    const policy = ratedPolicy({ tokensPerMinute: 100 });
    const turnstile = createTurnstile();
    const entry = { accountId: "a", callId: "1", ticket: "first", tokens: 10, askAtMs: T };
    enter(turnstile, policy, entry, T);
    enter(turnstile, policy, { ...entry, ticket: "next", tokens: 90 }, T);
    const asked = () => [...turnstile.calls.values()][0] ?? missing();
    const lease = leaseWith("first");
    locate(turnstile, asked(), openWhereabouts(lease, true, T) ?? missing(), T);
    expect(turnstile.counters.heldTokens).toBe(90);
    locate(turnstile, asked(), openWhereabouts(lease, false, T) ?? missing(), T);
    expect(turnstile.counters.heldTokens).toBe(10);
  });

  it("is unknown to an account that neither holds nor asks for it", () => {
    expect(openWhereabouts(undefined, false, T)).toBeUndefined();
    expect(openWhereabouts(undefined, true, T)).toMatchObject({ kind: "open", ticket: null });
  });
});

function leaseWith(ticket: string): Lease {
  const state = stateWith([keyPolicy()]);
  const decision = decide(state, requestFor(), T);
  if (decision.kind !== "admitted") throw new Error(decision.kind);
  return { ...decision.lease, pass: { ticket, parties: [ACME] } };
}

function missing(): never {
  throw new Error("there is no such call");
}
