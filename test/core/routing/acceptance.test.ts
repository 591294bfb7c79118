import { describe, expect, it, vi } from "vitest";
import type { Strategy } from "../../../src/core/routing/choice.ts";
import { simulate, type Traffic, type Vendor } from "./simulator.ts";

// Half an hour of simulated traffic takes a moment, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** Requests per minute of one region; traffic is two and a half times as much. */
const REGION = 100;
const TRAFFIC: Traffic = {
  conversationsPerMinute: 25,
  turns: 10,
  pauseMs: 20_000,
  dutyShare: 0.5,
  minutes: 33,
  waitMs: 0,
  attemptsMax: 4,
};

/** Three regions of Bedrock and Vertex. Seldom does a company get the same quota everywhere. */
const EQUAL = [REGION, REGION, REGION, REGION];
const UNEQUAL = [REGION, 80, 60, 60];
const LOPSIDED = [REGION, REGION, 40, 30];

function vendors(perMinute: readonly number[], burstShare: number): Vendor[] {
  return perMinute.map((limit, index) => ({
    id: `place-${index}`,
    perMinute: limit,
    burst: limit * burstShare,
  }));
}

function play(places: readonly Vendor[], strategy: Strategy, traffic: Partial<Traffic> = {}) {
  const counts = simulate(places, { ...TRAFFIC, ...traffic }, strategy);
  return {
    ...counts,
    refusedShare: counts.callerRefused / counts.calls,
    hitRate: counts.cacheHits / counts.furtherTurns,
  };
}

describe("traffic of two and a half regions", () => {
  const alone = play(vendors([REGION], 1), "simple-shuffle");

  it("is refused most of the time by one region", () => {
    expect(alone.refusedShare).toBeGreaterThan(0.5);
  });

  it.each([
    ["equal quotas", EQUAL, 1],
    ["unequal quotas", UNEQUAL, 1],
    ["unequal quotas and small bursts", UNEQUAL, 1 / 6],
    ["hardly enough quota", LOPSIDED, 1],
  ])("loses at least 99 in 100 refusals with %s", (_, quotas, burstShare) => {
    const spread = play(vendors(quotas, burstShare), "adaptive");
    expect(spread.calls).toBeGreaterThan(7_000);
    expect(spread.refusedShare).toBeLessThan(alone.refusedShare / 100);
  });

  it("meets at most a fifth of the refusals it meets when it is shuffled", () => {
    // Retries hide what either strategy does wrong, so here is none.
    const traffic = { ...TRAFFIC, attemptsMax: 1 };
    const refused = (strategy: Strategy) =>
      [1, 2, 3]
        .map((seed) => simulate(vendors(LOPSIDED, 1), traffic, strategy, seed).callerRefused)
        .reduce((sum, one) => sum + one, 0);
    const shuffled = refused("simple-shuffle");
    expect(shuffled).toBeGreaterThan(500);
    expect(refused("adaptive") * 5).toBeLessThanOrEqual(shuffled);
  });

  it.each([
    ["equal quotas", EQUAL, 1],
    ["unequal quotas", UNEQUAL, 1],
    ["unequal quotas and small bursts", UNEQUAL, 1 / 6],
  ])("finds its prompts cached as often as in one place, within 5 points, with %s", (...given) => {
    const [, quotas, burstShare] = given;
    const [large] = vendors([10 * REGION], 1);
    const one = play(large === undefined ? [] : [large], "adaptive");
    const spread = play(vendors(quotas, burstShare), "adaptive");
    const shuffled = play(vendors(quotas, burstShare), "simple-shuffle");
    expect(one.hitRate).toBeGreaterThan(0.95);
    expect(spread.hitRate).toBeGreaterThan(one.hitRate - 0.05);
    // So that the test could fail: without stickiness it does.
    expect(shuffled.hitRate).toBeLessThan(one.hitRate - 0.05);
  });

  it("starves no place", () => {
    const { accepted, calls } = play(vendors(UNEQUAL, 1), "adaptive");
    for (const count of accepted.values()) expect(count / calls).toBeGreaterThan(0.1);
  });
});

describe("what is learned under more traffic than all places can take", () => {
  it.each([
    ["whole-minute bursts", 1],
    ["ten-second bursts", 1 / 6],
  ])("comes close to the quotas, with %s", (_, burstShare) => {
    const quotas = [60, 40];
    const { learned } = play(vendors(quotas, burstShare), "adaptive", { minutes: 25 });
    for (const [index, quota] of quotas.entries()) {
      const found = learned.get(`place-${index}`) ?? 0;
      expect(found).toBeGreaterThan(quota * 0.8);
      expect(found).toBeLessThan(quota * 1.25);
    }
  });

  it("leaves no more than a tenth of the quotas unused", () => {
    const quotas = [60, 40];
    const { accepted } = play(vendors(quotas, 1), "adaptive", { minutes: 33, dutyShare: 1 });
    const perMinute = [...accepted.values()].reduce((sum, one) => sum + one, 0) / 30;
    expect(perMinute).toBeGreaterThan(90);
  });
});
