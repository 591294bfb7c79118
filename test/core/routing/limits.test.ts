import { describe, expect, it } from "vitest";
import { STRATEGIES, type Strategy } from "../../../src/core/routing/choice.ts";
import { emptyPool, expire, renew } from "../../../src/core/routing/state.ts";
import { PLACE_MS } from "../../../src/core/routing/take.ts";
import { createRandom } from "../ledger/random.ts";
import { deployment, driver, group, seeded, type Chosen } from "./sample.ts";

const LIMITS = { requestsPerMinute: 40, tokensPerMinute: 4_000, parallel: 12 };
const MINUTE = 60_000;

interface Served {
  deploymentId: string;
  takenAtMs: number;
  endedAtMs: number;
  tokens: number;
}

interface Running extends Served {
  chosen: Chosen;
}

/** A thousand callers, each asking again as soon as it is answered or refused, for some minutes. */
function storm(strategy: Strategy, seed: number) {
  const random = createRandom(seed);
  const rules = group(
    ["a", "b", "c"].map((id) => deployment(id, LIMITS)),
    { strategy },
  );
  const pool = driver(emptyPool(), rules, seeded(seed));
  const served: Served[] = [];
  let running: Running[] = [];
  let parallelMost = 0;
  for (let nowMs = 0; nowMs < 5 * MINUTE; nowMs += 1 + random.below(400)) {
    for (const one of running.filter(({ endedAtMs }) => endedAtMs <= nowMs)) {
      served.push({ ...one, endedAtMs: nowMs });
      if (random.chance(0.1)) pool.fail(one.chosen, "server-error", nowMs);
      else pool.answer(one.chosen, nowMs, one.tokens);
    }
    running = running.filter(({ endedAtMs }) => endedAtMs > nowMs);
    for (let caller = 0; caller < 20; caller += 1) {
      const tokens = 1 + random.below(400);
      const affinity = random.chance(0.5) ? `conversation-${random.below(30)}` : null;
      const chosen = pool.go(nowMs, { tokens, affinity, cachedTokensGuess: 9_000 });
      if (chosen === undefined) break;
      const endedAtMs = nowMs + 50 + random.below(20_000);
      // What was held is a bound: the real figure is often less.
      const used = random.chance(0.5) ? tokens : random.below(tokens);
      const { deploymentId } = chosen;
      running.push({ deploymentId, takenAtMs: nowMs, endedAtMs, tokens: used, chosen });
    }
    for (const { id } of rules.deployments) {
      const here = running.filter((one) => one.deploymentId === id).length;
      parallelMost = Math.max(parallelMost, here);
    }
  }
  return { served: [...served, ...running], parallelMost };
}

/** The most that fell into any 60 seconds, wherever they begin. */
function mostInAMinute(
  served: readonly Served[],
  when: (one: Served) => number,
  amount: (one: Served) => number,
): number {
  const inOrder = served.toSorted((a, b) => when(a) - when(b));
  let most = 0;
  let sum = 0;
  let first = 0;
  for (const one of inOrder) {
    sum += amount(one);
    for (;;) {
      const oldest = inOrder[first];
      if (oldest === undefined || when(one) - when(oldest) < MINUTE) break;
      sum -= amount(oldest);
      first += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

describe.each(STRATEGIES)("the limits of deployments by %s", (strategy) => {
  it.each([1, 2, 3])("hold in every 60 seconds and at every moment (schedule %i)", (seed) => {
    const { served, parallelMost } = storm(strategy, seed);
    expect(parallelMost).toBeLessThanOrEqual(LIMITS.parallel);
    for (const id of ["a", "b", "c"]) {
      const here = served.filter((one) => one.deploymentId === id);
      const requests = mostInAMinute(
        here,
        (one) => one.takenAtMs,
        () => 1,
      );
      expect(requests).toBeLessThanOrEqual(LIMITS.requestsPerMinute);
      // Some vendors count a call's tokens when it begins, some when it ends.
      for (const when of ["takenAtMs", "endedAtMs"] as const) {
        const tokens = mostInAMinute(
          here,
          (one) => one[when],
          (one) => one.tokens,
        );
        expect(tokens).toBeLessThanOrEqual(LIMITS.tokensPerMinute);
      }
    }
  });
});

describe("room", () => {
  const one = (fields: Partial<typeof LIMITS>) => group([deployment("a", fields)]);

  it("comes free when the minute of a call is over", () => {
    const pool = driver(emptyPool(), one({ requestsPerMinute: 1 }));
    expect(pool.go(5_000)).toMatchObject({ deploymentId: "a", reason: "only" });
    const full = pool.look(6_000);
    expect(full).toEqual({ kind: "full", againAtMs: 66_000 });
    expect(pool.look(65_999).kind).toBe("full");
    expect(pool.look(66_000).kind).toBe("go");
  });

  it("comes free when a call used less than it held", () => {
    const pool = driver(emptyPool(), one({ tokensPerMinute: 1_000 }));
    const first = pool.go(0, { tokens: 1_000 });
    expect(pool.look(1, { tokens: 500 }).kind).toBe("full");
    if (first !== undefined) pool.answer(first, 2, 400);
    expect(pool.look(3, { tokens: 500 }).kind).toBe("go");
    expect(pool.look(3, { tokens: 601 }).kind).toBe("full");
  });

  it("is given to a call larger than the whole limit when nothing else is counted", () => {
    const pool = driver(emptyPool(), one({ tokensPerMinute: 1_000 }));
    expect(pool.go(0, { tokens: 5_000 })).toBeDefined();
    expect(pool.look(1, { tokens: 1 }).kind).toBe("full");
  });

  it("is given back by time when nobody reports", () => {
    const state = emptyPool();
    const pool = driver(state, one({ parallel: 1 }));
    expect(pool.go(0)).toBeDefined();
    expect(expire(state, PLACE_MS - 1)).toBe(0);
    expect(pool.look(PLACE_MS - 1).kind).toBe("full");
    expect(expire(state, PLACE_MS)).toBe(1);
    expect(pool.look(PLACE_MS).kind).toBe("go");
  });

  it("is held for as long as a call goes on, though it outlives its deadline, and no longer", () => {
    const state = emptyPool();
    const pool = driver(state, one({ parallel: 1 }));
    const place = pool.go(0, { callId: "long", stream: true, deadlineMs: 600_000 });
    if (place === undefined) throw new Error("no place");
    const hourMs = 3_600_000;
    for (let nowMs = 30_000; nowMs <= hourMs; nowMs += 30_000) {
      renew(state, { callId: "long", group: "m" }, nowMs);
      expect(expire(state, nowMs)).toBe(0);
      expect(pool.look(nowMs).kind).toBe("full");
    }
    renew(state, { callId: "another", group: "m" }, hourMs + PLACE_MS - 1);
    expect(expire(state, hourMs + PLACE_MS)).toBe(1);
    // Too late: what is given back is not taken again.
    renew(state, { callId: "long", group: "m" }, hourMs + PLACE_MS + 1);
    pool.answer(place, hourMs + PLACE_MS + 2);
    expect(pool.look(hourMs + PLACE_MS + 3).kind).toBe("go");
  });

  it("is held for no longer because a clock was put back", () => {
    const state = emptyPool();
    const pool = driver(state, one({ parallel: 1 }));
    const hourMs = 3_600_000;
    expect(pool.go(hourMs)).toBeDefined();
    expect(expire(state, 0)).toBe(0);
    expect(expire(state, PLACE_MS)).toBe(1);
  });

  it("is given back at a deployment that has left the configuration, and may come back", () => {
    const state = emptyPool();
    const pool = driver(state, one({ parallel: 1, tokensPerMinute: 1_000 }));
    const place = pool.go(0, { tokens: 1_000 });
    if (place === undefined) throw new Error("no place");
    driver(state, group(["b"])).answer(place, 1, 10);
    expect(pool.look(2, { tokens: 990 }).kind).toBe("go");
    expect(pool.look(2, { tokens: 991 }).kind).toBe("full");
  });

  it("is not given back twice", () => {
    const pool = driver(emptyPool(), one({ parallel: 1, tokensPerMinute: 1_000 }));
    const first = pool.go(0, { tokens: 100 });
    if (first === undefined) throw new Error("no place");
    pool.answer(first, 1, 100);
    const second = pool.go(2, { tokens: 100 });
    pool.answer(first, 3, 100);
    expect(second).toBeDefined();
    expect(pool.look(4, { tokens: 1 }).kind).toBe("full");
  });
});
