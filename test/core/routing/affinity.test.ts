import { describe, expect, it } from "vitest";
import { meeting } from "../../../src/core/routing/affinity.ts";
import type { GroupRules } from "../../../src/core/routing/choice.ts";
import { emptyPool } from "../../../src/core/routing/state.ts";
import { deployment, driver, group, seeded, type Chosen } from "./sample.ts";

const LONG = { affinity: "talk", cachedTokensGuess: 40_000 };

function pooled(fields: Partial<GroupRules> = {}) {
  const state = emptyPool();
  const pool = driver(state, group(["a", "b", "c"], fields));
  const go = (nowMs: number, wished = {}): Chosen => {
    const chosen = pool.go(nowMs, { ...LONG, ...wished });
    if (chosen === undefined) throw new Error("no place");
    return chosen;
  };
  /** A turn of the conversation, answered a second later. */
  const turn = (nowMs: number, wished = {}): Chosen => {
    const chosen = go(nowMs, wished);
    pool.answer(chosen, nowMs + 1_000, 50_000);
    return chosen;
  };
  return { ...pool, state, go, turn };
}

describe("a conversation", () => {
  it.each(["adaptive", "simple-shuffle", "least-busy", "cost-based-routing"] as const)(
    "stays where its cache is, by %s",
    (strategy) => {
      const pool = pooled({ strategy });
      const home = pool.turn(0).deploymentId;
      for (let turn = 1; turn < 30; turn += 1) {
        // Others come and go meanwhile.
        for (let other = 0; other < 5; other += 1)
          pool.go(turn * 10_000, { affinity: `o${other}` });
        const chosen = pool.turn(turn * 10_000);
        expect(chosen).toMatchObject({ deploymentId: home, reason: "affinity" });
        expect(chosen.cachedTokensExpected).toBe(40_000);
      }
    },
  );

  it("is nowhere at home without stickiness, or without a name", () => {
    const none = pooled({ affinityTtlMs: 0, strategy: "simple-shuffle" });
    none.turn(0);
    expect(none.turn(1).reason).toBe("strategy");
    const nameless = pooled();
    nameless.turn(0, { affinity: null });
    expect(nameless.turn(1, { affinity: null }).reason).toBe("strategy");
  });

  it("is forgotten when the vendor has forgotten its cache", () => {
    const pool = pooled();
    pool.turn(0);
    expect(pool.turn(299_000).reason).toBe("affinity");
    expect(pool.go(299_000 + 301_000).reason).toBe("strategy");
  });

  it("expects nothing cached that was never answered", () => {
    const pool = pooled();
    pool.go(0);
    expect(pool.go(1)).toMatchObject({ reason: "affinity", cachedTokensExpected: 0 });
  });

  it("expects what the vendor said it keeps, where it says that", () => {
    const expected = (tellsCacheWrites: boolean, cachedTokens?: number): number => {
      const state = emptyPool();
      const pool = driver(state, group([deployment("a", { tellsCacheWrites }), "b"]));
      const wished = { ...LONG, eligible: ["a"] };
      const chosen = pool.go(0, wished);
      if (chosen !== undefined) {
        const result = { kind: "answered", firstTokenMs: 1, totalMs: 2 } as const;
        pool.tell(chosen, result, 1, { tokens: 50_000, cachedTokens });
      }
      return pool.go(2, wished)?.cachedTokensExpected ?? -1;
    };
    expect(expected(true, 9_000)).toBe(9_000);
    expect(expected(true, 0)).toBe(0);
    expect(expected(true, undefined)).toBe(40_000);
    expect(expected(false, 9_000)).toBe(40_000);
  });

  it("moves when its home rests for long, and does not flap back", () => {
    const pool = pooled();
    const home = pool.turn(0);
    pool.fail(pool.go(10_000), "timeout", 10_001);
    const moved = pool.turn(12_000);
    expect(moved.reason).toBe("moved");
    expect(moved.deploymentId).not.toBe(home.deploymentId);
    // The rest is over.
    for (let nowMs = 20_000; nowMs < 200_000; nowMs += 10_000) {
      expect(pool.turn(nowMs)).toMatchObject({
        deploymentId: moved.deploymentId,
        reason: "affinity",
      });
    }
  });

  it("moves at once when its home has just failed it", () => {
    const pool = pooled();
    const home = pool.turn(0).deploymentId;
    expect(pool.go(10_000, { asked: [home] }).deploymentId).not.toBe(home);
  });

  it("waits a moment for its home when the cache is worth it, and not for ever", () => {
    const pool = pooled();
    const { deploymentId } = pool.turn(0);
    pool.fail(pool.go(10_000), "rate-limit", 10_000, 2_000);
    const patient = { ...LONG, waitMs: 10_000 };
    expect(pool.look(10_100, patient)).toEqual({ kind: "wait-for-home", againAtMs: 12_000 });
    // 40,000 tokens are worth 3.6 seconds.
    expect(pool.look(11_900, patient, 3_600)).toMatchObject({ kind: "go", reason: "moved" });
    expect(pool.look(12_000, patient, 1_900)).toMatchObject({ kind: "go", deploymentId });
    // Nobody waits who has no time, or nothing to lose.
    expect(pool.look(10_100, LONG).kind).toBe("go");
    expect(pool.look(10_100, { ...patient, cachedTokensGuess: 500 }).kind).toBe("go");
  });

  it("goes back to a better tier when there is nothing to lose", () => {
    const tiers = [deployment("bought", { order: 1 }), deployment("spare", { order: 2 })];
    const pool = pooled({ deployments: tiers });
    pool.turn(0, { eligible: ["spare"] });
    expect(pool.turn(10_000)).toMatchObject({ deploymentId: "spare", reason: "affinity" });
    expect(pool.turn(20_000, { cachedTokensGuess: 100 }).deploymentId).toBe("bought");
  });

  it("is found again by a pool that lost its memory", () => {
    for (let number = 0; number < 200; number += 1) {
      const wished = { affinity: `talk-${number}` };
      const before = pooled().go(0, wished).deploymentId;
      const random = seeded(number);
      const after = driver(emptyPool(), group(["a", "b", "c"]), random).go(0, wished);
      expect(after?.deploymentId).toBe(before);
    }
  });

  it("is one of ten thousand that are remembered", () => {
    const pool = pooled();
    for (let number = 0; number < 10_050; number += 1)
      pool.turn(number, { affinity: `t${number}` });
    expect(pool.state.homes.size).toBe(10_000);
    expect(pool.state.homes.has("t10049")).toBe(true);
    expect(pool.state.homes.has("t0")).toBe(false);
  });
});

describe("the meeting of a conversation and a deployment", () => {
  it("is even over deployments and stable when one leaves", () => {
    const ids = ["a", "b", "c", "d"];
    const best = (talk: string, among: readonly string[]) =>
      among.toSorted((x, y) => meeting(talk, y) - meeting(talk, x))[0] ?? "";
    const counts = new Map<string, number>();
    for (let number = 0; number < 4_000; number += 1) {
      const talk = `session-${number}`;
      const home = best(talk, ids);
      counts.set(home, (counts.get(home) ?? 0) + 1);
      if (home !== "d") expect(best(talk, ["a", "b", "c"])).toBe(home);
    }
    for (const id of ids) expect((counts.get(id) ?? 0) / 4_000).toBeCloseTo(0.25, 1);
  });
});
