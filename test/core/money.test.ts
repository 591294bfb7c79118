import { describe, expect, it } from "vitest";
import {
  formatUsd,
  nanoFromPico,
  nanoFromUsd,
  picoFromUsdPerMillion,
  picoFromUsdPerToken,
  usdFromNano,
} from "../../src/core/money.ts";

describe("money", () => {
  it.each([
    [0, 0],
    [1, 1_000_000_000],
    [0.1 + 0.2, 300_000_000],
    [1e-9, 1],
    [4e-10, 0],
    [1_000_000, 1_000_000_000_000_000],
  ])("of $%d is %d nano-dollars", (usd, nano) => {
    expect(nanoFromUsd(usd)).toBe(nano);
  });

  it("survives the way to the wire and back", () => {
    for (const nano of [0, 1, 7, 999_999_999, 1_234_567_890_123, 9_007_199_254_740_991]) {
      expect(nanoFromUsd(usdFromNano(nano))).toBe(nano);
    }
  });

  it("that is a fraction of a nano-dollar is rounded up, never away", () => {
    expect([0, 1, 999, 1_000, 1_001].map(nanoFromPico)).toEqual([0, 1, 1, 1, 2]);
  });

  it.each([
    [3, 3_000_000],
    [0.3, 300_000],
    [0.0375, 37_500],
    [75, 75_000_000],
  ])("of $%d per million tokens is %d pico-dollars a token", (usd, pico) => {
    expect(picoFromUsdPerMillion(usd)).toBe(pico);
    expect(picoFromUsdPerToken(usd / 1_000_000)).toBe(pico);
  });

  it.each([
    [0, "$0.00"],
    [12_500_000_000, "$12.50"],
    [4_200_000, "$0.0042"],
    [1, "$0.000000001"],
    [10_000_000, "$0.01"],
    [1_000_000_000_000, "$1000.00"],
    [123_456_789, "$0.123456789"],
  ])("of %d nano-dollars reads %s", (nano, text) => {
    expect(formatUsd(nano)).toBe(text);
  });
});
