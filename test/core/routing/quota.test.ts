import { describe, expect, it } from "vitest";
import {
  believed,
  learnFromHeaders,
  learnFromRefusal,
  stretchedLimit,
  usableLimit,
  type LearnedLimit,
} from "../../../src/core/routing/quota.ts";

const MINUTE = 60_000;

/** So many let through in the last minute, evenly. */
function evenly(lastMinute: number, nowMs: number) {
  const since = (atMs: number) => (lastMinute * (nowMs - atMs)) / MINUTE;
  return { least: 5, lastMinute, since };
}

function refusals(lastMinute: number, times: readonly number[]): LearnedLimit | undefined {
  return times.reduce<LearnedLimit | undefined>(
    (known, atMs) => learnFromRefusal(known, evenly(lastMinute, atMs), atMs),
    undefined,
  );
}

describe("a limit learned from refusals", () => {
  it("is what was let through, with a distance kept from it", () => {
    const limit = refusals(100, [0]);
    expect(limit?.perMinute).toBe(100);
    expect(usableLimit(limit, 0)).toBeCloseTo(90);
    expect(stretchedLimit(limit, 0)).toBeGreaterThan(100);
  });

  it("is tried again slowly once it is confirmed, quickly while it is not", () => {
    const once = refusals(100, [0]);
    const often = refusals(100, [0, 60_000, 120_000, 180_000]);
    expect(usableLimit(often, 180_000 + 3 * MINUTE)).toBeCloseTo(98);
    expect(usableLimit(often, 180_000 + 5 * MINUTE)).toBeLessThan(105);
    expect(usableLimit(once, MINUTE)).toBeGreaterThan(120);
  });

  it("takes the least of the refusals that come together", () => {
    let limit = learnFromRefusal(undefined, evenly(199, 0), 0);
    for (let accepted = 198; accepted >= 100; accepted -= 1) {
      limit = learnFromRefusal(limit, evenly(accepted, 10), 10);
    }
    expect(limit.perMinute).toBe(100);
  });

  it("falls by small steps, since one refusal may have been a burst", () => {
    const limit = refusals(100, [0]);
    expect(learnFromRefusal(limit, evenly(20, 120_000), 120_000).perMinute).toBe(85);
  });

  it("is the rate between two refusals, not what a full bucket gave before", () => {
    let limit = learnFromRefusal(undefined, evenly(200, 0), 0);
    for (let atMs = 30_000; atMs <= 20 * MINUTE; atMs += 30_000) {
      // The minute still holds the burst; between the refusals came 50.
      limit = learnFromRefusal(limit, { least: 5, lastMinute: 200, since: () => 50 }, atMs);
    }
    expect(limit.perMinute).toBeGreaterThan(98);
    expect(limit.perMinute).toBeLessThan(106);
  });

  it("is forgotten after an hour without a refusal", () => {
    expect(usableLimit(refusals(100, [0]), 61 * MINUTE)).toBeUndefined();
  });

  it("is never less than what could be chance", () => {
    expect(refusals(0, [0, 20_000, 40_000])?.perMinute).toBe(5);
  });
});

describe("a limit told by headers", () => {
  const told = { requestsLimit: 50, requestsRemaining: 40, requestsResetMs: 12_000 };

  it("is exact", () => {
    const { requests } = learnFromHeaders({}, told, { requests: 10, tokens: 0 }, 0);
    expect(usableLimit(requests, 0)).toBe(50);
    expect(stretchedLimit(requests, 0)).toBe(50);
  });

  it("leaves room for others who share it, for a minute", () => {
    const { requests } = learnFromHeaders({}, told, { requests: 4, tokens: 0 }, 0);
    expect(usableLimit(requests, 0)).toBe(44);
    expect(usableLimit(requests, MINUTE)).toBe(50);
  });

  it("is not moved by a refusal", () => {
    const { requests } = learnFromHeaders({}, told, { requests: 10, tokens: 0 }, 0);
    expect(learnFromRefusal(requests, evenly(5, 1_000), 1_000)).toEqual(requests);
  });

  it("is none of the minute when it comes back tomorrow", () => {
    const daily = { requestsLimit: 14_400, requestsRemaining: 3, requestsResetMs: 3_600_000 };
    expect(learnFromHeaders({}, daily, { requests: 0, tokens: 0 }, 0)).toEqual({});
  });
});

describe("of two limits learned from the same refusals", () => {
  /** What was let through when it refused, minute by minute. */
  const learned = (amounts: readonly number[]): LearnedLimit | undefined =>
    amounts.reduce<LearnedLimit | undefined>(
      (known, amount, minute) =>
        learnFromRefusal(known, evenly(amount, minute * MINUTE), minute * MINUTE),
      undefined,
    );
  const steady = learned([100, 101, 99, 100, 100]);
  const shaky = learned([100, 140, 80, 150, 90]);

  it("that of tokens is believed where it varies less", () => {
    expect(believed({ requests: steady, tokens: shaky })).toEqual({ requests: steady });
    const both = { requests: shaky, tokens: steady };
    expect(believed(both)).toEqual(both);
  });

  it("requests are until more is known", () => {
    const [requests, tokens] = [learned([50]), learned([90_000])];
    expect(believed({ requests, tokens })).toEqual({ requests });
  });

  it("neither counts less where headers told the other, or nothing did", () => {
    const { tokens: told } = learnFromHeaders(
      {},
      { tokensLimit: 900, tokensRemaining: 900 },
      { requests: 0, tokens: 0 },
      0,
    );
    expect(believed({ requests: shaky, tokens: told })).toEqual({ requests: shaky, tokens: told });
    expect(believed({ tokens: shaky })).toEqual({ tokens: shaky });
    expect(believed({})).toEqual({});
  });
});
