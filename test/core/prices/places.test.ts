import { describe, expect, it } from "vitest";
import { NO_USAGE } from "../../../src/core/chat.ts";
import { costAsTold, costOf } from "../../../src/core/cost.ts";
import { findPrice } from "../../../src/core/prices.ts";

/** USD per million tokens, as vendors print it. */
function usd(provider: string, model: string, location?: string): [number, number] | undefined {
  const price = findPrice(provider, model, location);
  return price && [price.inputPico / 1e6, price.outputPico / 1e6];
}

describe("Bedrock's other models", () => {
  it("cost what their profile's geography costs", () => {
    expect(usd("bedrock", "us.amazon.nova-pro-v1:0")).toEqual([0.8, 3.2]);
    expect(usd("bedrock", "apac.amazon.nova-pro-v1:0", "ap-northeast-1")).toEqual([0.84, 3.36]);
    expect(usd("bedrock", "eu.amazon.nova-pro-v1:0", "eu-central-1")).toEqual([1.05, 4.2]);
    expect(usd("bedrock", "global.amazon.nova-2-lite-v1:0", "eu-west-1")).toEqual([0.3, 2.5]);
    expect(usd("bedrock", "us.amazon.nova-2-lite-v1:0", "us-east-1")).toEqual([0.33, 2.75]);
  });

  it("are not guessed for a profile that is not listed", () => {
    for (const id of [
      "eu.openai.gpt-oss-120b-1:0",
      "us-gov.amazon.nova-pro-v1:0",
      "us.eu.amazon.nova-pro-v1:0",
      "jp.amazon.nova-pro-v1:0",
      "nova-pro-v1:0",
    ]) {
      expect([id, usd("bedrock", id)]).toEqual([id, undefined]);
    }
  });

  it("cost more by their bare id where a region's own list is not known, embeddings do not", () => {
    expect(usd("bedrock", "openai.gpt-oss-120b-1:0", "us-west-2")).toEqual([0.15, 0.6]);
    expect(usd("bedrock", "openai.gpt-oss-120b-1:0", "eu-central-1")).toEqual([0.255, 1.02]);
    expect(usd("bedrock", "openai.gpt-oss-120b-1:0", "us-gov-west-1")).toEqual([0.255, 1.02]);
    expect(usd("bedrock", "amazon.titan-embed-text-v2:0", "eu-central-1")).toEqual([0.02, 0]);
  });

  it("are found by the ARN of a model or of a system's profile", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0";
    expect(usd("bedrock", arn, "us-east-1")).toEqual([0.06, 0.24]);
  });

  it("keep prompts at a quarter of the price", () => {
    const price = findPrice("bedrock", "us.amazon.nova-pro-v1:0");
    expect(price).toMatchObject({ cacheReadPico: 200_000, cacheWrite5mPico: 800_000 });
  });
});

describe("one model at several vendors", () => {
  it("costs what each of them takes", () => {
    expect(usd("groq", "openai/gpt-oss-120b")).toEqual([0.15, 0.6]);
    expect(usd("cerebras", "gpt-oss-120b")).toEqual([0.35, 0.75]);
    expect(usd("cloudflare", "@cf/openai/gpt-oss-120b")).toEqual([0.35, 0.75]);
    expect(usd("fireworks_ai", "accounts/fireworks/models/gpt-oss-120b")).toEqual([0.15, 0.6]);
    expect(usd("openai", "gpt-oss-120b")).toBeUndefined();
    expect(usd("together_ai", "openai/gpt-oss-120b")).toBeUndefined();
  });

  it("is somebody's own at Fireworks when its path says so", () => {
    expect(usd("fireworks_ai", "accounts/mine/models/gpt-oss-120b")).toBeUndefined();
    expect(usd("fireworks_ai", "gpt-oss-120b#accounts/mine/deployments/1")).toBeUndefined();
  });

  it("costs the maker's price at OpenRouter where only the maker sells it", () => {
    expect(usd("openrouter", "anthropic/claude-sonnet-4.5")).toEqual([3, 15]);
    expect(usd("openrouter", "openai/gpt-4o")).toEqual([2.5, 10]);
    expect(usd("openrouter", "google/gemini-2.5-pro")).toEqual([1.25, 10]);
    expect(usd("openrouter", "x-ai/grok-4.6")).toEqual([2, 6]);
    for (const model of ["deepseek/deepseek-chat", "openai/gpt-4o:online", "openai/gpt-oss-120b"])
      expect([model, usd("openrouter", model)]).toEqual([model, undefined]);
  });
});

describe("rates beside the plain ones", () => {
  it("charges all of a long prompt at xAI's long rates", () => {
    const price = findPrice("xai", "grok-4.6");
    if (price === undefined) throw new Error("not listed");
    const usage = { ...NO_USAGE, inputTokens: 200_001, cacheReadTokens: 100_001, outputTokens: 10 };
    // 100,000 × 4 + 100,001 × 1 + 10 × 12 µUSD
    expect(costOf(usage, price).costNanoUsd).toBe(500_121_000);
    const short = { ...usage, inputTokens: 200_000, cacheReadTokens: 100_000 };
    // 100,000 × 2 + 100,000 × 0.5 + 10 × 6
    expect(costOf(short, price).costNanoUsd).toBe(250_060_000);
  });

  it("charges Perplexity's search with every call", () => {
    const price = findPrice("perplexity", "sonar-pro");
    if (price === undefined) throw new Error("not listed");
    const usage = { ...NO_USAGE, inputTokens: 1_000, outputTokens: 100 };
    const { costNanoUsd, breakdown } = costOf(usage, price);
    // 1,000 × 3 + 100 × 15 + 22,000 µUSD
    expect(costNanoUsd).toBe(26_500_000);
    expect(breakdown).toMatchObject({ input: 25_000_000, output: 1_500_000 });
  });

  it("charges by the piece what is sold so", () => {
    expect(findPrice("cohere", "rerank-v3.5")).toMatchObject({
      units: { query: 2_000_000 },
      unitsOnly: true,
    });
    expect(findPrice("openai", "whisper-1")).toMatchObject({ units: { second: 100_000 } });
    expect(findPrice("openai", "tts-1-hd")).toMatchObject({ units: { character: 30_000 } });
    expect(findPrice("openai", "gpt-4o-transcribe")?.unitsOnly).toBeUndefined();
  });
});

describe("a cost the vendor told", () => {
  const price = findPrice("openrouter", "anthropic/claude-sonnet-4.5");
  if (price === undefined) throw new Error("not listed");
  const counted = costOf({ ...NO_USAGE, inputTokens: 1_000, outputTokens: 200 }, price);

  it("is parted as the tokens are, and adds up", () => {
    for (const told of [0, 1, 7, 123_457, 9_999_999_999]) {
      const { costNanoUsd, breakdown } = costAsTold(told, counted);
      expect(costNanoUsd).toBe(told);
      const parts = Object.values({ ...breakdown });
      expect(parts.reduce((sum, part) => sum + part)).toBe(told);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    }
    expect(costAsTold(1_200, counted).breakdown).toMatchObject({ input: 600, output: 600 });
  });

  it("is all for the answer where our price says nothing about its parts", () => {
    const free = { costNanoUsd: 0, breakdown: counted.breakdown };
    expect(costAsTold(5, free).breakdown).toMatchObject({ input: 0, output: 5 });
  });
});
