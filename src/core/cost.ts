import type { Usage } from "./chat.ts";
import { nanoFromPico } from "./money.ts";
import type { Price, Rates } from "./price.ts";
import type { CostBreakdown } from "./record.ts";

/**
 * The dearest rate anybody may configure, in pico-USD a token: $10,000 per million tokens. The usual
 * mistake, a price per million written where one per token belongs, lies far above it.
 */
export const RATE_PICO_MAX = 10_000_000_000;

export interface Cost {
  costNanoUsd: number;
  /** Whole nano-USD each; they sum to the cost exactly. */
  breakdown: CostBreakdown;
}

/** What a call costs. Rounded up once, over the whole call, to a nano-dollar. */
export function costOf(usage: Usage, price: Price): Cost {
  const rates = ratesFor(usage.inputTokens, price);
  const { cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, reasoningTokens } = usage;
  // A vendor that reports more cached than read, or more thought than written, is not paid back.
  const fresh = usage.inputTokens - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens;
  const [input = 0, cacheRead = 0, write5m = 0, write1h = 0, output = 0, reasoning = 0] = charge([
    [Math.max(fresh, 0), rates.inputPico],
    [cacheReadTokens, rates.cacheReadPico],
    [cacheWrite5mTokens, rates.cacheWrite5mPico],
    [cacheWrite1hTokens, rates.cacheWrite1hPico],
    [Math.max(usage.outputTokens - reasoningTokens, 0), rates.outputPico],
    [reasoningTokens, rates.reasoningPico ?? rates.outputPico],
  ]);
  const breakdown = {
    // What the call costs beside its tokens was spent on what it reads.
    input: input + (price.callNano ?? 0),
    cacheRead,
    cacheWrite: write5m + write1h,
    output,
    reasoning,
  };
  return {
    costNanoUsd: breakdown.input + cacheRead + breakdown.cacheWrite + output + reasoning,
    breakdown,
  };
}

/** The vendor's own figure for a call, parted as its tokens would have been charged at our price. */
export function costAsTold(toldNanoUsd: number, { costNanoUsd, breakdown }: Cost): Cost {
  const part = (nanoUsd: number): number =>
    costNanoUsd === 0 ? 0 : Math.floor(toldNanoUsd * (nanoUsd / costNanoUsd));
  const input = part(breakdown.input);
  const cacheRead = part(breakdown.cacheRead);
  const cacheWrite = part(breakdown.cacheWrite);
  const reasoning = part(breakdown.reasoning);
  const output = toldNanoUsd - input - cacheRead - cacheWrite - reasoning;
  return {
    costNanoUsd: toldNanoUsd,
    breakdown: { input, cacheRead, cacheWrite, output, reasoning },
  };
}

/** The rates a prompt of this size is charged at, all of it. Vendors' thresholds are exclusive. */
export function ratesFor(inputTokens: number, price: Price): Rates {
  return price.above !== undefined && inputTokens > price.above.thresholdTokens
    ? price.above.rates
    : price;
}

/** So many tokens at one rate, rounded up to a nano-dollar. */
export function nanoForTokens(tokens: number, ratePico: number): number {
  const [nanoUsd = 0] = charge([[tokens, ratePico]]);
  return nanoUsd;
}

const PICO_PER_NANO = 1_000;

/**
 * Charges token counts at rates, in whole nano-USD whose sum is rounded up once: each part is what
 * the running total grew by. Exact in doubles without BigInt: whole nano-dollars and the remaining
 * pico-dollars are summed apart. Counts are at most 10⁸ (`tokenCount`) and rates at most 10¹⁰ pico
 * (`RATE_PICO_MAX`), so six parts stay below 6 × 10⁸ × 10⁷ = 6 × 10¹⁵ nano-USD and 6 × 10¹¹
 * pico-USD, and integers are exact up to 9 × 10¹⁵.
 */
function charge(parts: readonly (readonly [tokens: number, ratePico: number])[]): number[] {
  let nanoUsd = 0;
  let picoUsd = 0;
  let charged = 0;
  return parts.map(([tokens, ratePico]) => {
    nanoUsd += tokens * Math.floor(ratePico / PICO_PER_NANO);
    picoUsd += tokens * (ratePico % PICO_PER_NANO);
    const total = nanoUsd + nanoFromPico(picoUsd);
    const grown = total - charged;
    charged = total;
    return grown;
  });
}
