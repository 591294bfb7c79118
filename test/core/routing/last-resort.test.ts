import { describe, expect, it } from "vitest";
import { addToWindow } from "../../../src/core/ledger/rate-window.ts";
import type { Wish } from "../../../src/core/routing/choice.ts";
import type { LearnedLimit } from "../../../src/core/routing/quota.ts";
import { decide, emptyPool, explain, take } from "../../../src/core/routing/state.ts";
import { driver, group, seeded, wish, type Chosen } from "./sample.ts";

/** Two places, of which `a` and, if told so, `b` refused somebody at 10 s without saying for how long. */
function refusing(...ids: string[]) {
  const rules = group(["a", "b"], { judgesRests: true });
  const state = emptyPool();
  const pool = driver(state, rules);
  const began = ids.map((id): [string, Chosen | undefined] => [
    id,
    pool.go(9_900, { eligible: [id] }),
  ]);
  for (const [, chosen] of began) if (chosen !== undefined) pool.fail(chosen, "rate-limit", 10_000);
  return { rules, state, pool };
}

/** Streams do not wait in line. */
const NOT_WAITING = { waitMs: 0, stream: true };

describe("when every place refused somebody a moment ago", () => {
  it("a call that was refused nowhere tries its luck", () => {
    const { pool } = refusing("a", "b");
    expect(pool.look(10_050, NOT_WAITING, Infinity)).toMatchObject({
      kind: "go",
      reason: "last-resort",
    });
  });

  it("one that was refused itself lets the moment pass, and is told how long that is", () => {
    const { pool } = refusing("a", "b");
    const refused = { ...NOT_WAITING, asked: ["a"] };
    const told = pool.look(10_050, refused, Infinity);
    expect(told.kind).toBe("full");
    const againAtMs = told.kind === "full" ? told.againAtMs : 0;
    expect(againAtMs).toBeGreaterThan(10_500);
    expect(againAtMs).toBeLessThanOrEqual(130_000);
    // What it has not asked comes first.
    expect(pool.look(againAtMs, refused, Infinity)).toMatchObject({
      kind: "go",
      deploymentId: "b",
    });
  });

  it("a conversation tries where its prompt is cached, and one without a cache anywhere", () => {
    for (const id of ["a", "b"]) {
      const { pool } = refusing();
      const talk = { affinity: "talk", cachedTokensGuess: 40_000 };
      const first = pool.go(0, { ...talk, eligible: [id] });
      if (first !== undefined) pool.answer(first, 1_000, 50_000);
      for (const other of ["a", "b"]) {
        const refused = pool.go(9_900, { eligible: [other] });
        if (refused !== undefined) pool.fail(refused, "rate-limit", 10_000);
      }
      expect(pool.look(10_050, { ...NOT_WAITING, ...talk }, Infinity)).toMatchObject({
        kind: "go",
        deploymentId: id,
        reason: "last-resort",
        cachedTokensExpected: 40_000,
      });
      const short = { ...NOT_WAITING, ...talk, cachedTokensGuess: 100 };
      expect(pool.look(10_050, short, Infinity)).toMatchObject({ reason: "last-resort" });
    }
  });

  it("an explanation for a call that does not wait says the same as its choice", () => {
    const { rules, state } = refusing("a", "b");
    const told = explain(state, rules, wish(rules, NOT_WAITING), 10_050, seeded(1));
    expect(told.choice).toMatchObject({ kind: "chosen", reason: "last-resort" });
    const patient = explain(state, rules, wish(rules, { waitMs: 5_000 }), 10_050, seeded(1));
    expect(patient.choice.kind).toBe("full");
  });
});

it("what refused nobody lately is tried before what did, however full it seems", () => {
  const { pool } = refusing("a");
  const asked = { ...NOT_WAITING, asked: ["a"] };
  expect(pool.look(10_050, asked, Infinity)).toMatchObject({ kind: "go", deploymentId: "b" });
});

describe("calls that come back after they were refused", () => {
  /** Takes whatever it is given for four seconds, asking a hundred times in each. */
  function takenBy(fields: Partial<Wish>): number {
    const { rules, state } = refusing("a", "b");
    for (const known of state.deployments.values()) {
      known.quota = { requests: learned(120, 10_000) };
      addToWindow(known.requests, 10_000, 120);
    }
    const pool = driver(state, rules);
    let taken = 0;
    for (let atMs = 16_000; atMs < 20_000; atMs += 10) {
      const asked = wish(rules, { ...fields, callId: `call-${atMs}` });
      const found = decide(state, rules, asked, atMs, seeded(1), fields.waitMs ? 100 : Infinity);
      if (found.kind !== "go") continue;
      const chosen = take(state, asked, found, atMs);
      taken += 1;
      pool.answer(chosen, atMs);
    }
    return taken;
  }

  it("take turns, as fast as the vendor lets calls through", () => {
    // Two places, four seconds, two calls in each of them.
    expect(takenBy({ ...NOT_WAITING, asked: ["a"] })).toBeLessThanOrEqual(16);
    expect(takenBy({ ...NOT_WAITING, asked: ["a"] })).toBeGreaterThan(4);
    expect(takenBy({ waitMs: 5_000 })).toBeLessThanOrEqual(16);
  });

  it("and those that were refused nowhere are not kept from trying", () => {
    expect(takenBy(NOT_WAITING)).toBeGreaterThan(100);
  });
});

/** So much a minute, of which nothing is left. */
function learned(perMinute: number, atMs: number): LearnedLimit {
  const estimate = { perMinute, atMs, before: perMinute, beganMs: atMs, sample: perMinute };
  return { source: "refusals", ...estimate, confirmations: 3 };
}
