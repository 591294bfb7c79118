import type { Price } from "./price.ts";

/** What is sold otherwise than by the token. */
export type Unit = "image" | "second" | "character" | "query";

export interface Units {
  unit: Unit;
  count: number;
}

/**
 * The dearest piece anybody may configure, $10, in nano-USD. A hundred thousand of them, an hour-long
 * recording's bound in seconds, still count exactly in a double.
 */
export const UNIT_NANO_MAX = 10_000_000_000;

/** What these cost, in nano-USD; nothing where the price has no rate for them. */
export function nanoForUnits(units: Units | undefined, price: Price): number {
  if (units === undefined) return 0;
  return Math.ceil(units.count) * (price.units?.[units.unit] ?? 0);
}

/**
 * Whether a call can be charged at this price: by its tokens, or by its unit. `tokensAreTold` is
 * false where the vendor never counts them (a file of sound has no place for numbers).
 */
export function isPriced(
  price: Price | undefined,
  unit: Unit | undefined,
  tokensAreTold: boolean,
): boolean {
  if (price === undefined) return false;
  if (tokensAreTold && price.unitsOnly !== true) return true;
  return unit !== undefined && price.units?.[unit] !== undefined;
}
