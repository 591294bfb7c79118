import type { ListPrice, PriceList, UsdRates } from "./list-price.ts";

/**
 * Claude, the same list at Anthropic, Bedrock and Vertex but for the regional surcharge. The share of
 * the input price a cache read costs differs by model (10 %, 5 %, 2.5 %), so it is written out.
 */
export const CLAUDE_PRICES: PriceList = {
  source: "https://platform.claude.com/docs/en/about-claude/pricing",
  seen: "2026-10-24",
  prices: [
    flat("claude-fable-5-1", 10, 50, 0.25),
    flat("claude-fable-5", 10, 50, 1),
    flat("claude-opus-5-5", 4, 20, 0.2),
    flat("claude-opus-5", 5, 25, 0.5),
    flat("claude-opus-4-8", 5, 25, 0.5),
    flat("claude-opus-4-7", 5, 25, 0.5),
    flat("claude-opus-4-6", 5, 25, 0.5),
    flat("claude-opus-4-5", 5, 25, 0.5),
    flat("claude-opus-4-1", 15, 75, 1.5),
    flat("claude-opus-4", 15, 75, 1.5),
    // Cache reads were 0.20 before 7 October 2026.
    flat("claude-sonnet-5-5", 2, 10, 0.1),
    flat("claude-sonnet-5", 2, 10, 0.2),
    flat("claude-sonnet-4-6", 3, 15, 0.3),
    tiered("claude-sonnet-4-5", claude(3, 15, 0.3), 200_000, claude(6, 22.5, 0.6)),
    tiered("claude-sonnet-4", claude(3, 15, 0.3), 200_000, claude(6, 22.5, 0.6)),
    tiered("claude-haiku-5-5", claude(0.1, 0.5, 0.01), 100_000, claude(0.5, 2.5, 0.05)),
    flat("claude-haiku-4-5", 1, 5, 0.1),
    flat("claude-3-5-haiku", 0.8, 4, 0.08),
    // Printed so; its cache rates do not follow the rule of the others.
    {
      model: "claude-3-haiku",
      input: 0.25,
      output: 1.25,
      cacheRead: 0.03,
      cacheWrite5m: 0.3,
      cacheWrite1h: 0.5,
    },
  ],
};

/** Anthropic's rule for every model since: 1.25 × input for five minutes, 2 × input for an hour. */
function claude(input: number, output: number, cacheRead: number): UsdRates {
  return { input, output, cacheRead, cacheWrite5m: input * 1.25, cacheWrite1h: input * 2 };
}

function flat(model: string, input: number, output: number, cacheRead: number): ListPrice {
  return { model, ...claude(input, output, cacheRead) };
}

function tiered(
  model: string,
  base: UsdRates,
  thresholdTokens: number,
  above: UsdRates,
): ListPrice {
  return { model, ...base, above: { thresholdTokens, ...above } };
}
