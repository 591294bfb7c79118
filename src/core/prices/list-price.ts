import { nanoFromUsd, picoFromUsdPerMillion } from "../money.ts";
import type { Price, Rates } from "../price.ts";
import type { Unit } from "../units.ts";

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
  /** Sold by the piece, in USD for one. Rates of zero beside it mean that tokens are not charged. */
  units?: Partial<Record<Unit, number>>;
  /** What every call costs beside its tokens, in USD. */
  call?: number;
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

/** Models at one price. Ids are separated by spaces, each exactly as the vendor spells it. */
export function sold(ids: string, input: number, output: number, cacheRead = input): ListPrice[] {
  return ids.split(" ").map((model) => ({ model, ...rates(input, output, cacheRead) }));
}

/** Vendors that charge nothing for filling the cache; most name no price for reading it either. */
export function rates(input: number, output: number, cacheRead = input): UsdRates {
  return { input, output, cacheRead, cacheWrite5m: input, cacheWrite1h: input };
}

/** Models that are charged by the piece and never by tokens. */
export function soldByUnit(ids: string, unit: Unit, usd: number): ListPrice[] {
  return ids.split(" ").map((model) => ({ model, ...rates(0, 0), units: { [unit]: usd } }));
}

/** `factor` as above. */
export function priceFrom(row: ListPrice, source: string, factor = 1): Price {
  const { above, units, call } = row;
  const isByUnit = units !== undefined && row.input === 0 && row.output === 0;
  return {
    ...ratesFromUsd(row, factor),
    ...(above && {
      above: { thresholdTokens: above.thresholdTokens, rates: ratesFromUsd(above, factor) },
    }),
    ...(units && { units: nanoUnits(units, factor) }),
    ...(isByUnit && { unitsOnly: true }),
    ...(call !== undefined && { callNano: nanoFromUsd(call * factor) }),
    source,
  };
}

function nanoUnits(units: Partial<Record<Unit, number>>, factor: number): Price["units"] {
  return Object.fromEntries(
    Object.entries(units).map(([unit, usd]) => [unit, nanoFromUsd(usd * factor)]),
  );
}
