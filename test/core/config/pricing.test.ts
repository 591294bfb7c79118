import { describe, expect, it } from "vitest";
import { PRICE_TABLE_VERSION } from "../../../src/core/prices.ts";
import { deploymentOf, loaded, problemsOf } from "./sample.ts";

const UNKNOWN = "azure/our-deployment";

function priceOf(params: Record<string, unknown>, info: Record<string, unknown> = {}) {
  return deploymentOf(params, {}, info).price;
}

describe("a price in the configuration", () => {
  it("is charged as it is stated, in USD for a token", () => {
    const stated = {
      input_cost_per_token: 3e-6,
      output_cost_per_token: "1.5e-05",
      cache_read_input_token_cost: 3e-7,
      cache_creation_input_token_cost: 3.75e-6,
      cache_creation_input_token_cost_above_1hr: 6e-6,
      output_cost_per_reasoning_token: 2e-5,
      input_cost_per_token_above_200k_tokens: 6e-6,
      output_cost_per_token_above_200k_tokens: 2.25e-5,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
    };
    const expected = {
      inputPico: 3_000_000,
      outputPico: 15_000_000,
      cacheReadPico: 300_000,
      cacheWrite5mPico: 3_750_000,
      cacheWrite1hPico: 6_000_000,
      reasoningPico: 20_000_000,
      above: {
        thresholdTokens: 200_000,
        rates: {
          inputPico: 6_000_000,
          outputPico: 22_500_000,
          cacheReadPico: 600_000,
          cacheWrite5mPico: 7_500_000,
          cacheWrite1hPico: 12_000_000,
        },
      },
      source: "config",
    };
    expect(priceOf({ model: UNKNOWN, ...stated })).toEqual(expected);
    expect(priceOf({ model: UNKNOWN }, stated)).toEqual(expected);
  });

  it("wins over the table, whose shares and nothing else it keeps", () => {
    const price = priceOf({
      model: "anthropic/claude-sonnet-4-5",
      input_cost_per_token: 2e-6,
      output_cost_per_token: 1e-5,
    });
    expect(price).toEqual({
      inputPico: 2_000_000,
      outputPico: 10_000_000,
      cacheReadPico: 200_000,
      cacheWrite5mPico: 2_500_000,
      cacheWrite1hPico: 4_000_000,
      source: "config",
    });
  });

  it("may correct one rate of the table", () => {
    const price = priceOf({
      model: "anthropic/claude-sonnet-4-5",
      cache_read_input_token_cost: 1e-7,
    });
    expect(price).toMatchObject({
      inputPico: 3_000_000,
      cacheReadPico: 100_000,
      above: { thresholdTokens: 200_000 },
      source: "config",
    });
  });

  it("in litellm_params wins over one in model_info", () => {
    const info = { input_cost_per_token: 9e-6, output_cost_per_token: 9e-6 };
    expect(priceOf({ model: UNKNOWN, input_cost_per_token: 1e-6 }, info)).toMatchObject({
      inputPico: 1_000_000,
      outputPico: 9_000_000,
    });
  });

  it("assumes the dearest caching of a model of which nothing is known", () => {
    const stated = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
    expect(priceOf({ model: UNKNOWN, ...stated })).toMatchObject({
      cacheReadPico: 1_000_000,
      cacheWrite5mPico: 1_250_000,
      cacheWrite1hPico: 2_000_000,
    });
  });

  it("of zero is free on purpose, and silence is unpriced", () => {
    expect(priceOf({ model: UNKNOWN, input_cost_per_token: 0, output_cost_per_token: 0 })).toEqual({
      inputPico: 0,
      outputPico: 0,
      cacheReadPico: 0,
      cacheWrite5mPico: 0,
      cacheWrite1hPico: 0,
      source: "config",
    });
    expect(priceOf({ model: UNKNOWN })).toBeUndefined();
    expect(priceOf({ model: UNKNOWN, input_cost_per_token: 1e-6 })).toBeUndefined();
  });

  it("must be a price, and one for a token", () => {
    const problems = (value: unknown) =>
      problemsOf({
        model_list: [
          { model_name: "m", litellm_params: { model: UNKNOWN, input_cost_per_token: value } },
        ],
      });
    for (const value of [-1, "cheap", true, [1], Infinity]) {
      expect(problems(value)).toEqual([
        "model_list[0].litellm_params.input_cost_per_token: must be a number, 0 or more: USD for one token",
      ]);
    }
    expect(problems(3)).toEqual([expect.stringContaining("3e-06 for $3 per million")]);
  });
});

describe("sekisho_settings.unpriced_models", () => {
  it("gives models without a price a bound, and others theirs", () => {
    const { deployments } = loaded({
      model_list: [
        { model_name: "a", litellm_params: { model: UNKNOWN } },
        { model_name: "b", litellm_params: { model: "openai/gpt-4o" } },
      ],
      sekisho_settings: { unpriced_models: { usd_per_million_tokens: 75 } },
    });
    expect(deployments.map((one) => [one.price?.source, one.price?.outputPico])).toEqual([
      ["bound", 75_000_000],
      [PRICE_TABLE_VERSION, 10_000_000],
    ]);
  });
});

describe("a price by the piece", () => {
  it("is kept in nano-USD, whichever side it is written on", () => {
    const price = priceOf(
      { model: UNKNOWN },
      { output_cost_per_image: 0.04, input_cost_per_second: "1e-4" },
    );
    expect(price).toMatchObject({
      units: { image: 40_000_000, second: 100_000 },
      unitsOnly: true,
      source: "config",
    });
  });

  it("stands beside a price for tokens", () => {
    const tokens = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
    const price = priceOf({ model: UNKNOWN, ...tokens, input_cost_per_character: 1.5e-5 });
    expect(price).toMatchObject({ inputPico: 1_000_000, units: { character: 15_000 } });
    expect(price?.unitsOnly).toBeUndefined();
  });

  it("is never free because it is small, and free when it is zero", () => {
    const priced = (usd: number) =>
      priceOf({ model: UNKNOWN, input_cost_per_character: usd })?.units;
    expect(priced(1e-12)).toEqual({ character: 1 });
    expect(priced(0)).toEqual({ character: 0 });
  });

  it("is refused when it cannot be meant", () => {
    const entry = (value: unknown) => ({
      model_list: [
        { model_name: "m", litellm_params: { model: UNKNOWN, input_cost_per_query: value } },
      ],
    });
    expect(problemsOf(entry(-1))[0]).toContain("0 or more");
    expect(problemsOf(entry(11))[0]).toContain("more than $10");
  });
});

describe("a model that writes nothing", () => {
  const stated = { model: UNKNOWN, input_cost_per_token: 2e-8 };

  it.each(["embedding", "rerank", "moderation"])(
    "needs no price for what it writes: %s",
    (mode) => {
      expect(priceOf(stated, { mode })).toMatchObject({ inputPico: 20_000, outputPico: 0 });
    },
  );

  it("is known by its mode, so that silence about a chat model stays unpriced", () => {
    expect(priceOf(stated)).toBeUndefined();
    expect(priceOf(stated, { mode: "chat" })).toBeUndefined();
  });

  it("has a list price at OpenAI", () => {
    expect(priceOf({ model: "openai/text-embedding-3-small", api_key: "x" })).toMatchObject({
      inputPico: 20_000,
      outputPico: 0,
    });
    expect(priceOf({ model: "azure/text-embedding-3-small" })).toBeUndefined();
  });
});
