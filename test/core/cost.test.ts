import { describe, expect, it } from "vitest";
import { NO_USAGE, type Usage } from "../../src/core/chat.ts";
import { costOf, nanoForTokens, RATE_PICO_MAX } from "../../src/core/cost.ts";
import type { Price } from "../../src/core/price.ts";
import { findPrice } from "../../src/core/prices.ts";

function priceOf(provider: string, model: string, location?: string): Price {
  const price = findPrice(provider, model, location);
  if (price === undefined) throw new Error(`${provider}/${model} is not in the table`);
  return price;
}

/** 1 µUSD is a thousand nano-USD, and what one token costs at $1 per million. */
const MICRO = 1_000;

describe("golden costs, worked out by hand from vendors' pages", () => {
  it("charges Claude's fresh, read and written tokens at four rates", () => {
    // input_tokens 21, cache_read 188,086, cache_creation 400 (5 m) and 600 (1 h), output 393.
    const usage: Usage = {
      inputTokens: 21 + 188_086 + 400 + 600,
      cacheReadTokens: 188_086,
      cacheWrite5mTokens: 400,
      cacheWrite1hTokens: 600,
      outputTokens: 393,
      reasoningTokens: 0,
    };
    expect(costOf(usage, priceOf("anthropic", "claude-sonnet-4-5-20250929"))).toEqual({
      // 21 × 3 + 188,086 × 0.30 + 400 × 3.75 + 600 × 6 + 393 × 15 = 67,483.8 µUSD
      costNanoUsd: 67_483_800,
      breakdown: {
        input: 63 * MICRO,
        cacheRead: 56_425_800,
        cacheWrite: (1_500 + 3_600) * MICRO,
        output: 5_895 * MICRO,
        reasoning: 0,
      },
    });
  });

  it("charges an hour of cache on a Bedrock geography at twice its own input rate", () => {
    const price = priceOf("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    const usage = { ...NO_USAGE, inputTokens: 100_000, cacheWrite1hTokens: 100_000 };
    // 100,000 × 6.60
    expect(costOf(usage, price).costNanoUsd).toBe(660_000 * MICRO);
  });

  it("charges all of a Claude prompt above 200,000 tokens, answer included, at the long rates", () => {
    const price = priceOf("anthropic", "claude-sonnet-4-5");
    const usage = { ...NO_USAGE, inputTokens: 200_001, cacheReadTokens: 1, outputTokens: 10 };
    // 200,000 × 6 + 1 × 0.60 + 10 × 22.50
    expect(costOf(usage, price).costNanoUsd).toBe(1_200_225_600);
    const below = { ...usage, inputTokens: 200_000 };
    // 199,999 × 3 + 1 × 0.30 + 10 × 15
    expect(costOf(below, price).costNanoUsd).toBe(600_147_300);
  });

  it("charges Haiku 5.5 five times as much above 100,000 tokens", () => {
    const price = priceOf("anthropic", "claude-haiku-5-5");
    const usage = { ...NO_USAGE, inputTokens: 100_001, outputTokens: 10 };
    expect(costOf(usage, price).costNanoUsd).toBe(50_025_500);
  });

  it("charges OpenAI's cached tokens, which its prompt count includes, once", () => {
    // prompt_tokens 2,006 of which cached 1,920; completion_tokens 300.
    const usage = { ...NO_USAGE, inputTokens: 2_006, cacheReadTokens: 1_920, outputTokens: 300 };
    // 86 × 2.50 + 1,920 × 1.25 + 300 × 10
    expect(costOf(usage, priceOf("openai", "gpt-4o-2024-08-06")).costNanoUsd).toBe(5_615 * MICRO);
  });

  it("charges o3's reasoning, which its completion count includes, once", () => {
    // prompt_tokens 75, completion_tokens 1,186 of which reasoning 1,024.
    const usage = { ...NO_USAGE, inputTokens: 75, outputTokens: 1_186, reasoningTokens: 1_024 };
    const { costNanoUsd, breakdown } = costOf(usage, priceOf("azure", "o3"));
    // 75 × 2 + 162 × 8 + 1,024 × 8
    expect(costNanoUsd).toBe(9_638 * MICRO);
    expect(breakdown).toMatchObject({ output: 1_296 * MICRO, reasoning: 8_192 * MICRO });
  });

  it("charges cache writes of the newest OpenAI models", () => {
    const usage = { ...NO_USAGE, inputTokens: 3_000, cacheWrite5mTokens: 2_000, outputTokens: 100 };
    // 1,000 × 1 + 2,000 × 1.25 + 100 × 5
    expect(costOf(usage, priceOf("openai", "gpt-6.1-terra")).costNanoUsd).toBe(4_000 * MICRO);
  });

  it("charges Gemini's long prompts and thoughts at the long rates", () => {
    // promptTokenCount 250,000 of which cached 200,000; candidates 1,000 and thoughts 500.
    const usage = {
      ...NO_USAGE,
      inputTokens: 250_000,
      cacheReadTokens: 200_000,
      outputTokens: 1_500,
      reasoningTokens: 500,
    };
    // 50,000 × 2.50 + 200,000 × 0.25 + 1,500 × 15
    const { costNanoUsd } = costOf(usage, priceOf("vertex_ai", "gemini-2.5-pro", "global"));
    expect(costNanoUsd).toBe(197_500 * MICRO);
  });
});

describe("costOf", () => {
  const FINE: Price = {
    inputPico: 400,
    outputPico: 400,
    cacheReadPico: 400,
    cacheWrite5mPico: 400,
    cacheWrite1hPico: 400,
    source: "test",
  };

  it("rounds up once for the whole call, and the parts sum to it", () => {
    const usage = { ...NO_USAGE, inputTokens: 2, cacheReadTokens: 1, outputTokens: 1 };
    const { costNanoUsd, breakdown } = costOf(usage, FINE);
    expect(costNanoUsd).toBe(2);
    expect(Object.values({ ...breakdown }).reduce((sum, part) => sum + part)).toBe(2);
  });

  it("charges reasoning at its own rate where it has one", () => {
    const usage = { ...NO_USAGE, outputTokens: 3_000, reasoningTokens: 1_000 };
    const price = { ...FINE, outputPico: 1_000, reasoningPico: 7_000 };
    expect(costOf(usage, price).breakdown).toMatchObject({ output: 2_000, reasoning: 7_000 });
  });

  it("gives nothing back to a vendor whose parts exceed its whole", () => {
    const usage = { ...NO_USAGE, inputTokens: 10, cacheReadTokens: 50, reasoningTokens: 40 };
    const { costNanoUsd, breakdown } = costOf(usage, { ...FINE, cacheReadPico: 1_000 });
    expect(breakdown).toEqual({ input: 0, cacheRead: 50, cacheWrite: 0, output: 0, reasoning: 16 });
    expect(costNanoUsd).toBe(66);
  });

  it("is exact for the largest counts at the dearest rates", () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return Math.floor((seed / 2_147_483_647) * below);
    };
    for (let round = 0; round < 2_000; round += 1) {
      const counts = Array.from({ length: 4 }, () => random(100_000_001));
      const rates = Array.from({ length: 4 }, () => random(RATE_PICO_MAX + 1));
      const [read = 0, w5 = 0, w1h = 0, out = 0] = counts;
      const [readPico = 0, w5Pico = 0, w1hPico = 0, outPico = 0] = rates;
      const usage: Usage = {
        inputTokens: read + w5 + w1h,
        cacheReadTokens: read,
        cacheWrite5mTokens: w5,
        cacheWrite1hTokens: w1h,
        outputTokens: out,
        reasoningTokens: 0,
      };
      const { costNanoUsd, breakdown } = costOf(usage, {
        inputPico: 0,
        outputPico: outPico,
        cacheReadPico: readPico,
        cacheWrite5mPico: w5Pico,
        cacheWrite1hPico: w1hPico,
        source: "test",
      });
      const pico = counts.reduce(
        (sum, count, at) => sum + BigInt(count) * BigInt(rates[at] ?? 0),
        0n,
      );
      expect(BigInt(costNanoUsd)).toBe((pico + 999n) / 1_000n);
      expect(Object.values({ ...breakdown }).reduce((sum, part) => sum + part)).toBe(costNanoUsd);
    }
  });

  it("rounds a single rate up", () => {
    expect(nanoForTokens(1, 1)).toBe(1);
    expect(nanoForTokens(1_000, 1)).toBe(1);
    expect(nanoForTokens(0, 5)).toBe(0);
  });
});
