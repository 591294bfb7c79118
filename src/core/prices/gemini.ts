import { sold, type ListPrice, type PriceList, type UsdRates } from "./list-price.ts";

const LONG_PROMPT_TOKENS = 200_000;

/**
 * Gemini. Left out on purpose: 3.6, 3.7 and 3.8 Flash, whose introductory price doubles when 2027
 * begins. A table without dates would be right today and half the bill then; until prices carry dates
 * an operator who wants them states the price in the configuration.
 */
export const GEMINI_PRICES: PriceList = {
  source: "https://ai.google.dev/gemini-api/docs/pricing",
  seen: "2026-10-07",
  prices: [
    tiered("gemini-3.1-pro-preview", gemini(2, 12, 0.2), gemini(4, 18, 0.4)),
    tiered("gemini-3-pro-preview", gemini(2, 12, 0.2), gemini(4, 18, 0.4)),
    flat("gemini-3.5-flash", 1.5, 9, 0.15),
    flat("gemini-3.5-flash-lite", 0.3, 2.5, 0.03),
    flat("gemini-3.1-flash-lite", 0.25, 1.5, 0.025),
    flat("gemini-3-flash-preview", 0.5, 3, 0.05),
    tiered("gemini-2.5-pro", gemini(1.25, 10, 0.125), gemini(2.5, 15, 0.25)),
    flat("gemini-2.5-flash", 0.3, 2.5, 0.03),
    flat("gemini-2.5-flash-lite", 0.1, 0.4, 0.01),
  ],
};

/** Of text: pictures, sound and film cost more and are not taken here. */
export const GEMINI_EMBEDDING_PRICES: PriceList = {
  source: "https://ai.google.dev/gemini-api/docs/pricing",
  seen: "2026-07-25",
  prices: [
    ...sold("gemini-embedding-001", 0.15, 0),
    ...sold("gemini-embedding-2 gemini-embedding-2-preview", 0.2, 0),
  ],
};

/** Filling the implicit cache is not charged beyond the input itself. */
function gemini(input: number, output: number, cacheRead: number): UsdRates {
  return { input, output, cacheRead, cacheWrite5m: input, cacheWrite1h: input };
}

function flat(model: string, input: number, output: number, cacheRead: number): ListPrice {
  return { model, ...gemini(input, output, cacheRead) };
}

function tiered(model: string, base: UsdRates, above: UsdRates): ListPrice {
  return { model, ...base, above: { thresholdTokens: LONG_PROMPT_TOKENS, ...above } };
}
