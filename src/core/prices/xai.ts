import { rates, sold, type ListPrice, type PriceList } from "./list-price.ts";

const LONG_PROMPT_TOKENS = 200_000;

/** Where long prompts begin for the models of 2025. */
const OLDER_LONG_PROMPT_TOKENS = 128_000;

/**
 * From 200,000 tokens on a prompt costs twice as much, all of it. Read from models.dev, which quotes
 * xAI's pages; generations the vendor has taken off them keep their last price. Its own search tools
 * are charged by use and are not in here.
 */
export const XAI_PRICES: PriceList = {
  source: "https://docs.x.ai/developers/pricing",
  seen: "2026-10-01",
  prices: [
    ...twiceWhenLong("grok-4.7 grok-4.6 grok-4.5", 2, 6, 0.5),
    ...twiceWhenLong("grok-4.3", 1.25, 2.5, 0.2),
    // Sources disagree about its long prompts; this is the dearer.
    ...["grok-4.20-0309-reasoning", "grok-4.20-0309-non-reasoning"].map((model) => ({
      model,
      ...rates(1.25, 2.5, 0.2),
      above: { thresholdTokens: LONG_PROMPT_TOKENS, ...rates(4, 12, 0.4) },
    })),
    ...sold("grok-build-0.1", 1, 2, 0.2),
    ...sold("grok-code-fast-1", 0.2, 1.5, 0.02),
    ...twiceWhenLong("grok-4 grok-4-0709 grok-4-latest", 3, 15, 0.75, OLDER_LONG_PROMPT_TOKENS),
    ...twiceWhenLong(
      "grok-4-fast-reasoning grok-4-fast-non-reasoning grok-4-1-fast-reasoning grok-4-1-fast-non-reasoning",
      0.2,
      0.5,
      0.05,
      OLDER_LONG_PROMPT_TOKENS,
    ),
    ...sold("grok-3 grok-3-latest grok-3-beta", 3, 15, 0.75),
    ...sold("grok-3-fast grok-3-fast-latest", 5, 25, 1.25),
    ...sold("grok-3-mini grok-3-mini-latest", 0.3, 0.5, 0.075),
    ...sold("grok-3-mini-fast grok-3-mini-fast-latest", 0.6, 4, 0.15),
  ],
};

function twiceWhenLong(
  ids: string,
  input: number,
  output: number,
  cacheRead: number,
  thresholdTokens = LONG_PROMPT_TOKENS,
): ListPrice[] {
  const above = { thresholdTokens, ...rates(input * 2, output * 2, cacheRead * 2) };
  return sold(ids, input, output, cacheRead).map((row) => ({ ...row, above }));
}
