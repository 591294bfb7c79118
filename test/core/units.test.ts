import { describe, expect, it } from "vitest";
import type { Price } from "../../src/core/price.ts";
import { isPriced, nanoForUnits } from "../../src/core/units.ts";

const TOKENS: Price = {
  inputPico: 1_000,
  outputPico: 1_000,
  cacheReadPico: 1_000,
  cacheWrite5mPico: 1_000,
  cacheWrite1hPico: 1_000,
  source: "test",
};
const BOTH: Price = { ...TOKENS, units: { image: 40_000_000 } };
const IMAGES: Price = { ...BOTH, unitsOnly: true };

describe("units", () => {
  it("cost their number times their rate, a part counting as a whole", () => {
    expect(nanoForUnits({ unit: "image", count: 3 }, BOTH)).toBe(120_000_000);
    expect(nanoForUnits({ unit: "image", count: 2.1 }, BOTH)).toBe(120_000_000);
  });

  it("cost nothing at a price that does not know them", () => {
    expect(nanoForUnits({ unit: "second", count: 3 }, BOTH)).toBe(0);
    expect(nanoForUnits(undefined, BOTH)).toBe(0);
  });
});

describe("whether a call is priced", () => {
  it.each([
    ["a conversation at a price for tokens", TOKENS, undefined, true, true],
    ["a conversation at a price for pictures alone", IMAGES, undefined, true, false],
    ["pictures at their price", IMAGES, "image", true, true],
    ["pictures at a price for tokens, where tokens are told", TOKENS, "image", true, true],
    ["sound at a price for tokens nobody tells", TOKENS, "character", false, false],
    ["seconds at a price for pictures alone", IMAGES, "second", true, false],
    ["anything at no price", undefined, "image", true, false],
  ] as const)("%s", (_what, price, unit, tokensAreTold, expected) => {
    expect(isPriced(price, unit, tokensAreTold)).toBe(expected);
  });
});
