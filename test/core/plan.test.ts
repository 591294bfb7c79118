import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/core/config/deployment.ts";
import { findGroup, orderDeployments, type Conditions } from "../../src/core/plan.ts";
import { loaded } from "./config/sample.ts";
import { createRandom } from "./ledger/random.ts";

interface Entry {
  id: string;
  order?: number;
  weight?: number;
  rpm?: number;
  tpm?: number;
}

function deployments(...list: Entry[]): readonly Deployment[] {
  const model_list = list.map(({ id, ...parameters }) => ({
    model_name: "m",
    litellm_params: { model: "openai/gpt-4.1", api_key: "sk", ...parameters },
    model_info: { id },
  }));
  return loaded({ model_list }).groups.get("m") ?? [];
}

function seeded(seed: number): () => number {
  const random = createRandom(seed);
  return () => random.below(1_000_000_007) / 1_000_000_007;
}

function ordered(list: readonly Deployment[], conditions: Partial<Conditions> = {}): string[] {
  const all = { restsUntilMs: () => 0, nowMs: 1_000, random: seeded(1), ...conditions };
  return orderDeployments(list, all).map((one) => one.id);
}

/** How often each comes first, in 10,000 draws. */
function firsts(list: readonly Deployment[]): Record<string, number> {
  const random = seeded(20_261_121);
  const counts: Record<string, number> = {};
  for (let draw = 0; draw < 10_000; draw++) {
    const [first = ""] = ordered(list, { random });
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

describe("the order of deployments", () => {
  it("keeps every one of them exactly once", () => {
    const list = deployments({ id: "a" }, { id: "b", order: 2 }, { id: "c", weight: 0 });
    expect(ordered(list).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("is by tier first, whatever the weights", () => {
    const list = deployments(
      { id: "late", order: 2, weight: 1_000 },
      { id: "early", order: 1, weight: 1 },
    );
    expect(firsts(list)).toEqual({ early: 10_000 });
  });

  it("within a tier is fair without weights", () => {
    const counts = firsts(deployments({ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }));
    for (const count of Object.values(counts)) expect(Math.abs(count - 2_500)).toBeLessThan(200);
  });

  it("within a tier follows the weights", () => {
    const counts = firsts(
      deployments({ id: "a", weight: 7 }, { id: "b", weight: 2 }, { id: "c", weight: 1 }),
    );
    expect(Math.abs((counts["a"] ?? 0) - 7_000)).toBeLessThan(200);
    expect(Math.abs((counts["b"] ?? 0) - 2_000)).toBeLessThan(200);
    expect(Math.abs((counts["c"] ?? 0) - 1_000)).toBeLessThan(200);
  });

  it.each(["rpm", "tpm"])("follows %s where nobody gave a weight", (field) => {
    const counts = firsts(deployments({ id: "a", [field]: 900 }, { id: "b", [field]: 100 }));
    expect(Math.abs((counts["a"] ?? 0) - 9_000)).toBeLessThan(200);
  });

  it("follows weights before rpm, and rpm before tpm", () => {
    const byWeight = { id: "a", weight: 9, rpm: 1, tpm: 1 };
    expect(
      firsts(deployments(byWeight, { id: "b", weight: 1, rpm: 99, tpm: 99 }))["a"],
    ).toBeGreaterThan(8_500);
    expect(
      firsts(deployments({ id: "a", rpm: 9, tpm: 1 }, { id: "b", rpm: 1, tpm: 99 }))["a"],
    ).toBeGreaterThan(8_500);
  });

  it("puts one without a weight behind those that have one, and still keeps it", () => {
    const list = deployments({ id: "a", weight: 1 }, { id: "b" });
    expect(firsts(list)["a"]).toBeGreaterThan(9_900);
    expect(ordered(list)).toEqual(["a", "b"]);
  });

  it("survives a weight of zero for all", () => {
    const counts = firsts(deployments({ id: "a", weight: 0 }, { id: "b", weight: 0 }));
    expect(Math.abs((counts["a"] ?? 0) - 5_000)).toBeLessThan(300);
  });

  it("survives the ends of chance", () => {
    const list = deployments({ id: "a", weight: 5 }, { id: "b", weight: 0 });
    expect(ordered(list, { random: () => 0 })).toHaveLength(2);
    expect(ordered(list, { random: () => 1 - Number.EPSILON })).toHaveLength(2);
  });
});

describe("a resting deployment", () => {
  const list = deployments({ id: "a", order: 1 }, { id: "b", order: 2 }, { id: "c", order: 3 });
  const resting = (until: Record<string, number>) => ({
    restsUntilMs: (id: string) => until[id] ?? 0,
    nowMs: 1_000,
  });

  it("comes last, even out of the first tier", () => {
    expect(ordered(list, resting({ a: 1_001 }))).toEqual(["b", "c", "a"]);
  });

  it("is awake at the very moment its rest ends", () => {
    expect(ordered(list, resting({ a: 1_000 }))).toEqual(["a", "b", "c"]);
  });

  it("is still there when all rest, and the soonest awake is first", () => {
    expect(ordered(list, resting({ a: 9_000, b: 8_000, c: 7_000 }))).toEqual(["c", "b", "a"]);
  });
});

describe("a model's name", () => {
  const config = loaded({
    model_list: [{ model_name: "m", litellm_params: { model: "openai/gpt-4.1", api_key: "sk" } }],
    router_settings: { model_group_alias: { nick: "m" } },
  });

  it("finds its group, by itself and by an alias", () => {
    expect(findGroup("m", config)?.name).toBe("m");
    expect(findGroup("nick", config)?.name).toBe("m");
  });

  it.each(["M", "m ", "", "__proto__", "constructor"])(
    "that nobody serves finds none (%j)",
    (name) => {
      expect(findGroup(name, config)).toBeUndefined();
    },
  );
});
