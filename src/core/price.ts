import type { Unit } from "./units.ts";

/**
 * What a token costs, in pico-USD (10⁻¹² USD): $3 per million tokens is 3,000,000 pico-USD a token.
 * Finer than the ledger's nano-USD because cached tokens cost fractions of a nano-dollar.
 */
export interface Rates {
  inputPico: number;
  outputPico: number;
  cacheReadPico: number;
  cacheWrite5mPico: number;
  cacheWrite1hPico: number;
  /** Absent: reasoning costs what output costs. */
  reasoningPico?: number;
}

export interface Price extends Rates {
  /** What is charged by the piece (a picture, a second), in nano-USD, beside any tokens. */
  units?: Partial<Record<Unit, number>>;
  /** What every call costs beside its tokens, in nano-USD. */
  callNano?: number;
  /** Nobody told a price for tokens; the rates are zero and mean nothing. */
  unitsOnly?: true;
  /**
   * Long prompts: when the whole input, cached tokens included, exceeds the threshold, the *whole*
   * call is charged at these rates.
   */
  above?: { thresholdTokens: number; rates: Rates };
  /** Where the figure came from: the table's version, `config`, or `bound` for an unpriced model. */
  source: string;
}
