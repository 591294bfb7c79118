import { describe, expect, it } from "vitest";
import { createMemory } from "../../src/platform/memory.ts";

/** A memory over a place that says how often it was looked at. */
function memoryOf(look: (key: string, looks: number) => Promise<string>) {
  const clock = { nowMs: 0 };
  let looks = 0;
  const memory = createMemory(
    (key: string) => {
      looks += 1;
      return look(key, looks);
    },
    (key) => key,
    () => clock.nowMs,
  );
  return { memory, clock, looks: () => looks };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a memory", () => {
  it("looks once for everybody who asks within a minute", async () => {
    const { memory, clock, looks } = memoryOf(async (key) => `${key}!`);
    expect(memory.peek("a")).toBeUndefined();
    expect(await Promise.all([memory.recall("a"), memory.recall("a")])).toEqual(["a!", "a!"]);
    clock.nowMs = 59_999;
    expect(memory.peek("a")).toEqual({ found: "a!" });
    expect(looks()).toBe(1);
  });

  it("looks again after a minute, and lets nobody wait for it", async () => {
    const { memory, clock } = memoryOf(async (_, looks) => `look ${looks}`);
    await memory.recall("a");
    clock.nowMs = 60_000;
    expect(memory.peek("a")).toEqual({ found: "look 1" });
    await turn();
    expect(memory.peek("a")).toEqual({ found: "look 2" });
  });

  it("does not answer with what is older than two", async () => {
    const { memory, clock } = memoryOf(async (_, looks) => `look ${looks}`);
    await memory.recall("a");
    clock.nowMs = 120_000;
    expect(memory.peek("a")).toBeUndefined();
    expect(await memory.recall("a")).toBe("look 2");
  });

  it("keeps what it knows when looking again fails, and nothing when the first look does", async () => {
    const { memory, clock } = memoryOf(async (_, looks) => {
      if (looks !== 2) throw new Error("away");
      return "known";
    });
    await expect(memory.recall("a")).rejects.toThrow("away");
    expect(await memory.recall("a")).toBe("known");
    clock.nowMs = 60_000;
    memory.peek("a");
    await turn();
    clock.nowMs = 130_000;
    expect(memory.peek("a")).toEqual({ found: "known" });
  });

  it("forgets the oldest of very many", async () => {
    const { memory } = memoryOf(async (key) => key);
    for (let key = 0; key <= 10_000; key += 1) await memory.recall(`k${key}`);
    expect(memory.peek("k0")).toBeUndefined();
    expect(memory.peek("k1")).toEqual({ found: "k1" });
  });
});
