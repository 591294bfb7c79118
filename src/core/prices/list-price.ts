import { picoFromUsdPerMillion } from "../money.ts";
import type { Rates } from "../price.ts";

/** A vendor's price as its page prints it: USD per million tokens. */
export interface UsdRates {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** One row of a vendor's price list. */
export interface ListPrice extends UsdRates {
  /** The vendor's id without date, version, region and cloud. */
  model: string;
  /** Prompts longer than this are charged at other rates altogether. */
  above?: UsdRates & { thresholdTokens: number };
}

/** A price list, with its provenance. */
export interface PriceList {
  /** The vendor's own page. */
  source: string;
  /** The last day its figures are known to have stood there. */
  seen: string;
  prices: readonly ListPrice[];
}

/** `factor` is a vendor's surcharge over its list, 1.1 for ten percent. */
export function ratesFromUsd(usd: UsdRates, factor: number): Rates {
  return {
    inputPico: picoFromUsdPerMillion(usd.input * factor),
    outputPico: picoFromUsdPerMillion(usd.output * factor),
    cacheReadPico: picoFromUsdPerMillion(usd.cacheRead * factor),
    cacheWrite5mPico: picoFromUsdPerMillion(usd.cacheWrite5m * factor),
    cacheWrite1hPico: picoFromUsdPerMillion(usd.cacheWrite1h * factor),
  };
}
