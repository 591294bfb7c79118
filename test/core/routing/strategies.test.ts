import { describe, expect, it } from "vitest";
import {
  STRATEGIES,
  type DeploymentRules,
  type GroupRules,
  type Strategy,
} from "../../../src/core/routing/choice.ts";
import { emptyPool } from "../../../src/core/routing/state.ts";
import { createRandom } from "../ledger/random.ts";
import { deployment, driver, group, seeded } from "./sample.ts";

const DRAWS = 3_000;

/** How often each is chosen by calls that end at once and leave nothing behind. */
function shares(deployments: readonly DeploymentRules[], strategy: Strategy, fields = {}) {
  const random = seeded(7);
  const counts: Record<string, number> = {};
  const pool = driver(emptyPool(), group(deployments, { strategy }), random);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const decision = pool.look(draw, fields);
    const id = decision.kind === "go" ? decision.deploymentId : decision.kind;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return (id: string) => (counts[id] ?? 0) / DRAWS;
}

describe.each(STRATEGIES)("%s", (strategy) => {
  it("chooses among the eligible alone, whatever is known of them", () => {
    const random = createRandom(3);
    for (let round = 0; round < 200; round += 1) {
      const rules = randomGroup(random, strategy);
      const pool = driver(emptyPool(), rules, seeded(round));
      const eligible = rules.deployments.filter(() => random.chance(0.6)).map((one) => one.id);
      for (let call = 0; call < 20; call += 1) {
        const chosen = pool.go(call * 100, { eligible });
        if (chosen === undefined) continue;
        expect(eligible).toContain(chosen.deploymentId);
        if (random.chance(0.5)) pool.answer(chosen, call * 100 + 50, random.below(1_000));
        else if (random.chance(0.3)) pool.fail(chosen, "rate-limit", call * 100 + 50);
      }
    }
  });

  it("finds a place as long as one deployment has room", () => {
    const limits = [1, 2, 3].map((parallel) => deployment(`d${parallel}`, { parallel }));
    const pool = driver(emptyPool(), group(limits, { strategy }));
    for (let call = 0; call < 6; call += 1) expect(pool.go(call)).toBeDefined();
    expect(pool.go(6)).toBeUndefined();
  });

  it("asks what failed the call before only when nothing else is left", () => {
    const pool = driver(emptyPool(), group(["a", "b", "c"], { strategy }));
    for (let draw = 0; draw < 100; draw += 1) {
      expect(pool.look(draw, { asked: ["a", "c"] })).toMatchObject({ deploymentId: "b" });
    }
    expect(pool.look(0, { asked: ["a", "b", "c"] }).kind).toBe("go");
  });

  it("keeps to the lowest order that has room", () => {
    const tiers = [
      deployment("late", { order: 2, weight: 1_000 }),
      deployment("early", { order: 1, parallel: 1 }),
    ];
    const pool = driver(emptyPool(), group(tiers, { strategy }));
    expect(pool.go(0)).toMatchObject({ deploymentId: "early" });
    expect(pool.go(1)).toMatchObject({ deploymentId: "late" });
  });
});

function randomGroup(random: ReturnType<typeof createRandom>, strategy: Strategy): GroupRules {
  const maybe = (bound: number) => (random.chance(0.5) ? 1 + random.below(bound) : undefined);
  const deployments = Array.from({ length: 1 + random.below(6) }, (_, index) =>
    deployment(`d${index}`, {
      order: random.below(3),
      weight: maybe(10),
      requestsPerMinute: maybe(30),
      tokensPerMinute: maybe(5_000),
      parallel: maybe(5),
      picoPerToken: maybe(1_000),
    }),
  );
  return group(deployments, { strategy });
}

describe("simple-shuffle", () => {
  it("is even without weights", () => {
    const share = shares(
      ["a", "b", "c", "d"].map((id) => deployment(id)),
      "simple-shuffle",
    );
    for (const id of ["a", "b", "c", "d"]) expect(share(id)).toBeCloseTo(0.25, 1);
  });

  it.each(["weight", "requestsPerMinute", "tokensPerMinute"] as const)("goes by %s", (field) => {
    const list = [deployment("a", { [field]: 300 }), deployment("b", { [field]: 100 })];
    expect(shares(list, "simple-shuffle")("a")).toBeCloseTo(0.75, 1);
  });

  it("goes by weights alone as soon as there is one", () => {
    const list = [
      deployment("a", { weight: 1, requestsPerMinute: 1 }),
      deployment("b", { weight: 1, requestsPerMinute: 999 }),
    ];
    expect(shares(list, "simple-shuffle")("a")).toBeCloseTo(0.5, 1);
  });

  it("uses a weight of zero when all others are out", () => {
    const list = [deployment("a", { weight: 1 }), deployment("b", { weight: 0 })];
    expect(shares(list, "simple-shuffle")("b")).toBe(0);
    expect(shares(list, "simple-shuffle", { eligible: ["b"] })("b")).toBe(1);
  });
});

describe("least-busy", () => {
  it("never lets calls in flight differ by more than one", () => {
    const pool = driver(emptyPool(), group(["a", "b", "c"], { strategy: "least-busy" }));
    const counts = new Map<string, number>();
    for (let call = 1; call <= 60; call += 1) {
      const id = pool.go(call)?.deploymentId ?? "";
      counts.set(id, (counts.get(id) ?? 0) + 1);
      const most = Math.max(...counts.values());
      expect(most).toBeLessThanOrEqual(Math.ceil(call / 3));
    }
  });
});

describe("usage-based-routing", () => {
  it.each(["usage-based-routing", "usage-based-routing-v2"] as const)("%s evens tokens", (name) => {
    const random = createRandom(11);
    const pool = driver(emptyPool(), group(["a", "b", "c"], { strategy: name }));
    const tokens = new Map<string, number>();
    for (let call = 0; call < 300; call += 1) {
      const chosen = pool.go(call);
      if (chosen === undefined) throw new Error("no place");
      const used = 1 + random.below(1_000);
      pool.answer(chosen, call, used);
      tokens.set(chosen.deploymentId, (tokens.get(chosen.deploymentId) ?? 0) + used);
    }
    const sums = [...tokens.values()];
    expect(sums).toHaveLength(3);
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(1_000);
  });
});

describe("latency-based-routing", () => {
  function learned(fields: Partial<GroupRules>, stream: boolean) {
    const rules = group(["quick", "near", "slow"], {
      strategy: "latency-based-routing",
      ...fields,
    });
    const pool = driver(emptyPool(), rules);
    const firstTokens: Record<string, number> = { quick: 300, near: 390, slow: 900 };
    for (const id of ["quick", "near", "slow"]) {
      const chosen = pool.go(0, { eligible: [id], stream });
      if (chosen === undefined) throw new Error("no place");
      const firstTokenMs = firstTokens[id] ?? 0;
      // What is slow to begin is quickest to end.
      pool.tell(chosen, { kind: "answered", firstTokenMs, totalMs: 2_000 - firstTokenMs }, 1);
    }
    return pool;
  }

  it("goes by the first token of streams", () => {
    const pool = learned({}, true);
    expect(pool.look(2, { stream: true })).toMatchObject({ deploymentId: "quick" });
  });

  it("goes by the whole of other answers", () => {
    expect(learned({}, false).look(2)).toMatchObject({ deploymentId: "slow" });
  });

  it("counts those within the buffer as equals", () => {
    const pool = learned({ latencyBuffer: 0.5 }, true);
    const found = new Set(
      Array.from({ length: 100 }, () => pool.look(2, { stream: true })).map((one) =>
        one.kind === "go" ? one.deploymentId : one.kind,
      ),
    );
    expect(found).toEqual(new Set(["quick", "near"]));
  });

  it("tries again what was not tried for long", () => {
    const pool = learned({ latencyTtlMs: 1_000 }, true);
    const found = new Set(
      Array.from({ length: 100 }, () => pool.look(5_000, { stream: true })).map((one) =>
        one.kind === "go" ? one.deploymentId : one.kind,
      ),
    );
    expect(found.size).toBe(3);
  });
});

describe("cost-based-routing", () => {
  it("takes the cheapest that has room, and the unpriced last", () => {
    const list = [
      deployment("unpriced"),
      deployment("dear", { picoPerToken: 9, parallel: 1 }),
      deployment("cheap", { picoPerToken: 1, parallel: 2 }),
    ];
    const pool = driver(emptyPool(), group(list, { strategy: "cost-based-routing" }));
    const chosen = [0, 1, 2, 3].map((call) => pool.go(call)?.deploymentId);
    expect(chosen).toEqual(["cheap", "cheap", "dear", "unpriced"]);
  });
});

describe("adaptive", () => {
  it("balances by free capacity where limits are configured", () => {
    const list = [
      deployment("large", { requestsPerMinute: 300 }),
      deployment("small", { requestsPerMinute: 100 }),
    ];
    const pool = driver(emptyPool(), group(list));
    const counts: Record<string, number> = { large: 0, small: 0 };
    for (let call = 0; call < 200; call += 1) {
      const chosen = pool.go(call * 100);
      if (chosen === undefined) throw new Error("no place");
      pool.answer(chosen, call * 100 + 1, 10);
      counts[chosen.deploymentId] = (counts[chosen.deploymentId] ?? 0) + 1;
    }
    expect(counts["large"]).toBeGreaterThan(140);
    expect(counts["small"]).toBeGreaterThan(40);
  });

  it("tries what it knows to be used up only as a last resort", () => {
    const pool = driver(emptyPool(), group([deployment("a")], { judgesRests: true }));
    for (let call = 0; call < 10; call += 1) {
      const chosen = pool.go(call);
      if (chosen !== undefined) pool.answer(chosen, call);
    }
    const refused = pool.go(20);
    if (refused === undefined) throw new Error("no place");
    pool.fail(refused, "rate-limit", 21);
    const patient = { waitMs: 5_000 };
    expect(pool.look(3_000, patient).kind).toBe("full");
    expect(pool.look(8_000, patient, 5_000)).toMatchObject({ kind: "go", reason: "last-resort" });
  });
});
