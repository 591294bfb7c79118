import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Choice, Wish } from "../../src/core/routing/choice.ts";
import { createWaitingRoom, type WaitingWork } from "../../src/platform/pool/waiting.ts";
import { chosen, poolOf, reportOf, rulesOf, wishFor } from "./pools.ts";

afterEach(() => void vi.useRealTimers());

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
    // Time stands still until the call waits, however long it takes to come so far.
    vi.useFakeTimers({ toFake: ["Date"] });
    const { choose, finish, peek } = poolOf(rulesOf([{}, {}], { cooldownMs: 120 }));
    for (const id of ["a", "b"]) {
      const wish = wishFor(id);
      const result = { kind: "failed", category: "rate-limit" } as const;
      await finish(reportOf(wish, chosen(await choose(wish)), { result, tokens: 0 }));
    }
    expect((await choose(wishFor("a", "b"))).kind).toBe("full");
    const waiting = choose({ ...patient(), eligible: ["a", "b"] });
    await peek(wishFor("a"));
    vi.useRealTimers();
    expect(chosen(await waiting).reason).toBe("probe");
  });
});

describe("the line is looked at by itself", () => {
  beforeEach(() => void vi.useFakeTimers());

  const FULL = { kind: "full", againAtMs: Infinity } as const;

  /** A room whose time is moved by hand, and what its one call was told. */
  async function waitingRoom(work: Partial<WaitingWork>) {
    const startedAtMs = Date.now();
    const attempts: number[] = [];
    const room = createWaitingRoom({
      nowMs: () => Date.now(),
      changesAtMs: () => undefined,
      ...work,
      attempt(asking, waitedMs) {
        attempts.push(Date.now() - startedAtMs);
        return work.attempt?.(asking, waitedMs) ?? FULL;
      },
    });
    let told: Choice | undefined;
    const wish = patient();
    const asking = { wish: { ...wish, deadlineMs: Infinity }, rules: rulesOf([{}]) };
    const waiting = room.enter(asking, 10).then((choice) => (told = choice));
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    return { attempts, told: () => told };
  }

  const at = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  it("at the moment at which a rest ends, or a place is overdue", async () => {
    const endsAtMs = Date.now() + 120;
    const isOver = (): boolean => Date.now() >= endsAtMs;
    const found = { kind: "chosen", deploymentId: "a", ticket: "t", reason: "probe" } as const;
    const { told } = await waitingRoom({
      attempt: () => (isOver() ? { ...found, cachedTokensExpected: 0 } : FULL),
      changesAtMs: () => (isOver() ? undefined : endsAtMs),
    });
    await at(119);
    expect(told()).toBeUndefined();
    await at(1);
    expect(told()).toMatchObject(found);
  });

  it("every second, and at the end of patience for the last time", async () => {
    const { attempts, told } = await waitingRoom({});
    await at(5_000);
    expect(told()).toEqual(FULL);
    expect(attempts).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000, 5_000]);
    await at(60_000);
    expect(attempts).toHaveLength(7);
  });

  it("not in a circle, when what was said to come at once does not", async () => {
    const { attempts } = await waitingRoom({
      attempt: () => ({ kind: "full", againAtMs: Date.now() }),
    });
    await at(1_000);
    expect(attempts.length).toBeLessThanOrEqual(201);
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

  it("goes around among those who could go to different places, too", async () => {
    const { choose, finish } = poolOf(rulesOf([{ parallel: 1 }, { parallel: 1 }]));
    const busy = wishFor("a");
    const placeA = chosen(await choose(busy));
    chosen(await choose(wishFor("b")));
    const order: string[] = [];
    const stand = async (...eligible: string[]): Promise<void> => {
      const wish = { ...patient(), eligible };
      const place = chosen(await choose(wish));
      order.push(eligible.join(" or "));
      await finish(reportOf(wish, place));
    };
    const wishes = [["a", "b"], ["a", "b"], ["a", "b"], ["a"], ["a"]];
    const all = wishes.map((eligible) => stand(...eligible));
    await finish(reportOf(busy, placeA));
    await Promise.all(all);
    expect(order).toEqual(["a or b", "a", "a or b", "a", "a or b"]);
  });

  it("comes although another account fills the room: its latest call makes room", async () => {
    const { choose, finish, free } = await fullPool();
    const queueMax = 4;
    const order: string[] = [];
    const stand = async (fairTo: string): Promise<void> => {
      const wish = patient({ fairTo });
      const reply = await choose(wish, { queueMax });
      order.push(`${fairTo} ${reply.kind}`);
      if (reply.kind === "chosen") await finish(reportOf(wish, reply));
    };
    const greedy = Array.from({ length: 6 }, () => stand("greedy"));
    const others = ["b", "c", "b"].map((fairTo) => stand(fairTo));
    const all = Promise.all([...greedy, ...others]);
    // Two of the greedy one find the room full, two make room, and then it has no more than the others.
    while (order.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(order.slice(0, 5).toSorted()).toEqual([
      "b full",
      ...Array.from({ length: 4 }, () => "greedy full"),
    ]);
    await free();
    await all;
    expect(order.slice(5)).toEqual(["greedy chosen", "b chosen", "c chosen", "greedy chosen"]);
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
