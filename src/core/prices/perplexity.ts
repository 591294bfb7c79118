import { rates, type ListPrice, type PriceList } from "./list-price.ts";

/**
 * Besides its tokens every call pays for its search: from $5 to $14 a thousand by the size of what was
 * found, and up to $22 when it searches in several steps. Charged here is the dearest that can be
 * asked for; the vendor says in its answer what it took, and that is what is settled. `sonar-deep-research`
 * is left out: nobody can say beforehand how many searches it makes and how long it reads.
 */
export const PERPLEXITY_PRICES: PriceList = {
  source: "https://docs.perplexity.ai/getting-started/pricing",
  seen: "2026-09-01",
  prices: [
    withSearch("sonar", 1, 1, 0.012),
    withSearch("sonar-pro", 3, 15, 0.022),
    withSearch("sonar-reasoning-pro", 2, 8, 0.014),
  ],
};

function withSearch(model: string, input: number, output: number, call: number): ListPrice {
  return { model, ...rates(input, output), call };
}
