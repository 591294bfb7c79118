import { describe, expect, it } from "vitest";
import type { Wish } from "../../src/core/routing/choice.ts";
import { chosen, poolOf, reportOf, rulesOf, wishFor } from "./pools.ts";

const patient = (changes: Partial<Wish> = {}): Wish => ({
  ...wishFor("a"),
  waitMs: 5_000,
  ...changes,
});

/** One place, which is taken. */
async function fullPool() {
  const pooled = poolOf(rulesOf([{ parallel: 1 }]));
  const wish = wishFor("a");
  const place = chosen(await pooled.choose(wish));
  return { ...pooled, free: () => pooled.finish(reportOf(wish, place)) };
}

describe("waiting for a place", () => {
  it("ends when a call does", async () => {
    const { choose, free } = await fullPool();
    const waiting = choose(patient());
    await free();
    expect((await waiting).kind).toBe("chosen");
  });

  it("ends with patience, and says when to come again", async () => {
    const { choose } = await fullPool();
    const startedAtMs = Date.now();
    const reply = await choose(patient({ waitMs: 60 }));
    expect(reply).toMatchObject({ kind: "full" });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(59);
    expect(reply.kind === "full" && reply.againAtMs > Date.now()).toBe(true);
  });

  it("ends with the call's own deadline, however patient it is", async () => {
    const { choose } = await fullPool();
    const startedAtMs = Date.now();
    const reply = await choose(patient({ deadlineMs: startedAtMs + 50 }));
    expect(reply.kind).toBe("full");
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  });

  it("is not begun by those who do not want to, nor where the room is full", async () => {
    const { choose, free } = await fullPool();
    expect((await choose(wishFor("a"))).kind).toBe("full");
    const waiting = choose(patient(), { queueMax: 1 });
    expect((await choose(patient(), { queueMax: 1 })).kind).toBe("full");
    await free();
    expect((await waiting).kind).toBe("chosen");
  });

  it("ends when a rest does, without anybody calling", async () => {
    const { choose, finish } = poolOf(rulesOf([{}, {}], { cooldownMs: 120 }));
    for (const id of ["a", "b"]) {
      const wish = wishFor(id);
      const result = { kind: "failed", category: "rate-limit" } as const;
      await finish(reportOf(wish, chosen(await choose(wish)), { result, tokens: 0 }));
    }
    expect((await choose(wishFor("a", "b"))).kind).toBe("full");
    const startedAtMs = Date.now();
    expect(chosen(await choose({ ...patient(), eligible: ["a", "b"] })).reason).toBe("probe");
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
  });
});

/** The order in which these get the one place there is; each gives it up at once. */
async function orderOf(wishes: Wish[]): Promise<string[]> {
  const { choose, finish, free } = await fullPool();
  const order: string[] = [];
  const all = wishes.map(async (wish) => {
    const place = chosen(await choose(wish));
    order.push(wish.fairTo);
    await finish(reportOf(wish, place));
  });
  await free();
  await Promise.all(all);
  return order;
}

describe("whose turn it is", () => {
  it("goes around among accounts, however many calls one of them has", async () => {
    const greedy = Array.from({ length: 6 }, () => patient({ fairTo: "greedy" }));
    const order = await orderOf([
      ...greedy,
      patient({ fairTo: "b" }),
      patient({ fairTo: "c" }),
      patient({ fairTo: "b" }),
    ]);
    expect(order.slice(0, 6)).toEqual(["greedy", "b", "c", "greedy", "b", "greedy"]);
    expect(order).toHaveLength(9);
  });

  it("is by arrival within an account", async () => {
    const { choose, finish, free } = await fullPool();
    const order: number[] = [];
    const all = [0, 1, 2, 3].map(async (number) => {
      const wish = patient();
      const place = chosen(await choose(wish));
      order.push(number);
      await finish(reportOf(wish, place));
    });
    await free();
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it("is not held up by calls that may only go where nothing is free", async () => {
    const { choose, finish } = poolOf(rulesOf([{ parallel: 1 }, { parallel: 1 }]));
    const [atA, atB] = [wishFor("a"), wishFor("b")];
    chosen(await choose(atA));
    const placeB = chosen(await choose(atB));
    const pinned = choose(patient({ waitMs: 400 }));
    const free = choose({ ...patient(), eligible: ["a", "b"] });
    await finish(reportOf(atB, placeB));
    expect(chosen(await free).deploymentId).toBe("b");
    expect((await pinned).kind).toBe("full");
  });

  it("is not held up by a conversation that waits for the place of its cache", async () => {
    const { choose, finish } = poolOf(rulesOf([{ parallel: 1 }, { parallel: 1 }]));
    const said = { affinity: "talk", cachedTokensGuess: 50_000, tokens: 50_000 };
    const first = { ...wishFor("a"), ...said };
    const result = { kind: "answered", firstTokenMs: 10, totalMs: 20 } as const;
    await finish(reportOf(first, chosen(await choose(first)), { result, tokens: 50_000 }));
    const busy = chosen(await choose(wishFor("a")));
    const second = { ...patient(), ...said, eligible: ["a", "b"] };
    const home = choose(second);
    const other = patient({ eligible: ["a", "b"], fairTo: "other" });
    expect(chosen(await choose(other)).deploymentId).toBe("b");
    await finish(reportOf(wishFor("a"), busy));
    expect(chosen(await home)).toMatchObject({ deploymentId: "a", reason: "affinity" });
  });
});
