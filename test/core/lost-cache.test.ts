import { describe, expect, it } from "vitest";
import { isCacheLost, type CacheSeen } from "../../src/core/lost-cache.ts";

function seen(changes: Partial<CacheSeen> = {}): CacheSeen {
  return {
    status: "success",
    usageSource: "reported",
    cachedTokensExpected: 40_000,
    cacheReadTokens: 0,
    ...changes,
  };
}

describe("a prompt cache", () => {
  it.each([
    [40_000, 0, true],
    [40_000, 19_999, true],
    [40_000, 20_000, false],
    [40_000, 39_000, false],
    // Others' calls may have left more there than this conversation did.
    [40_000, 60_000, false],
    [1_024, 511, true],
    [1_024, 512, false],
    [1_025, 512, true],
  ])("of %i tokens of which %i were read is lost: %s", (expected, read, lost) => {
    const cache = { cachedTokensExpected: expected, cacheReadTokens: read };
    expect(isCacheLost(seen(cache))).toBe(lost);
  });

  it("that no vendor would have kept, or nobody expected, is not lost", () => {
    expect(isCacheLost(seen({ cachedTokensExpected: 1_023 }))).toBe(false);
    expect(isCacheLost(seen({ cachedTokensExpected: 0 }))).toBe(false);
  });

  it("is not lost by a call that was refused or broke", () => {
    expect(isCacheLost(seen({ status: "failure", usageSource: "none" }))).toBe(false);
    expect(isCacheLost(seen({ status: "failure" }))).toBe(false);
  });

  it.each(["observed", "reserved", "none"] as const)(
    "is not lost where the vendor's count is not known: %s",
    (usageSource) => {
      expect(isCacheLost(seen({ usageSource }))).toBe(false);
    },
  );
});
