/** Money is integer nano-USD (10⁻⁹ USD) everywhere inside; floats exist only on the wire. */
const NANO_PER_USD = 1_000_000_000;
const PICO_PER_NANO = 1_000;

/** For budgets and prices a person wrote: rounds to the nearest nano-dollar. */
export function nanoFromUsd(usd: number): number {
  return Math.round(usd * NANO_PER_USD);
}

export function usdFromNano(nanoUsd: number): number {
  return nanoUsd / NANO_PER_USD;
}

/** `$0.0042`, `$12.50`: for messages. At least two decimals, as many as the figure needs. */
export function formatUsd(nanoUsd: number): string {
  const exact = usdFromNano(nanoUsd).toFixed(9).replace(/0+$/, "");
  const decimals = exact.length - exact.indexOf(".") - 1;
  return `$${decimals < 2 ? usdFromNano(nanoUsd).toFixed(2) : exact}`;
}

/** Rounds up: a fraction of a nano-dollar is never given away. */
export function nanoFromPico(picoUsd: number): number {
  return Math.ceil(picoUsd / PICO_PER_NANO);
}

/** $3.00 per million tokens → 3,000,000 pico-USD per token. */
export function picoFromUsdPerMillion(usd: number): number {
  return Math.round(usd * 1_000_000);
}

/** LiteLLM's `input_cost_per_token: 3e-06`. */
export function picoFromUsdPerToken(usd: number): number {
  return Math.round(usd * 1e12);
}

export function usdFromPico(picoUsd: number): number {
  return picoUsd / 1e12;
}
