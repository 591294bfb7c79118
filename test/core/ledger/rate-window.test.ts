import { describe, expect, it } from "vitest";
import {
  addToWindow,
  countInWindow,
  emptyWindow,
  untilFreedMs,
} from "../../../src/core/ledger/rate-window.ts";
import { createRandom } from "./random.ts";

const T = 1_700_000_000_000;

describe("a rate window", () => {
  it("counts what happened in the last minute and forgets it afterwards", () => {
    const window = emptyWindow();
    addToWindow(window, T, 3);
    addToWindow(window, T + 500, 2);
    expect(countInWindow(window, T + 59_999)).toBe(5);
    expect(countInWindow(window, T + 61_000)).toBe(0);
  });

  it("keeps at most a bucket for every second of a minute", () => {
    const window = emptyWindow();
    for (let second = 0; second < 500; second += 1) addToWindow(window, T + second * 1_000, 1);
    expect(window.buckets.length).toBeLessThanOrEqual(61);
  });

  it("tells when enough of it will have passed", () => {
    const window = emptyWindow();
    addToWindow(window, T, 1);
    addToWindow(window, T + 10_000, 1);
    expect(untilFreedMs(window, 1, T + 20_000)).toBe(41_000);
    expect(untilFreedMs(window, 2, T + 20_000)).toBe(51_000);
    expect(untilFreedMs(emptyWindow(), 1, T)).toBe(0);
  });

  it("never lets more than the limit into any 60 seconds, wherever they start", () => {
    const random = createRandom(7);
    for (let round = 0; round < 20; round += 1) {
      const limit = 1 + random.below(20);
      const admitted = admitGreedily(limit, random);
      for (const start of admitted) {
        const inside = admitted.filter((at) => at >= start && at < start + 60_000);
        expect(inside.length).toBeLessThanOrEqual(limit);
      }
      expect(admitted.length).toBeGreaterThan(limit);
    }
  });
});

/** Knocks at random moments for some minutes; the moments at which it was let in. */
function admitGreedily(limit: number, random: ReturnType<typeof createRandom>): number[] {
  const window = emptyWindow();
  const admitted: number[] = [];
  for (let nowMs = T; nowMs < T + 300_000; nowMs += random.below(3_000)) {
    if (countInWindow(window, nowMs) + 1 > limit) continue;
    addToWindow(window, nowMs, 1);
    admitted.push(nowMs);
  }
  return admitted;
}
