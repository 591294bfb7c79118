import { describe, expect, it } from "vitest";
import { findPrice, PRICE_TABLE_VERSION } from "../../src/core/prices.ts";
import { CLAUDE_PRICES } from "../../src/core/prices/claude.ts";
import { GEMINI_PRICES } from "../../src/core/prices/gemini.ts";
import { OPENAI_AND_AZURE_PRICES, OPENAI_ONLY_PRICES } from "../../src/core/prices/openai.ts";

/** USD per million tokens, as vendors print it. */
function usd(provider: string, model: string, location?: string): [number, number] | undefined {
  const price = findPrice(provider, model, location);
  return price && [price.inputPico / 1e6, price.outputPico / 1e6];
}

describe("findPrice", () => {
  it("tells one geography of Bedrock from the global profile and the bare id", () => {
    for (const geography of ["us", "eu", "jp", "au", "apac"]) {
      const id = `${geography}.anthropic.claude-haiku-4-5-20251001-v1:0`;
      expect([id, usd("bedrock", id)]).toEqual([id, [1.1, 5.5]]);
    }
    expect(usd("bedrock", "global.anthropic.claude-haiku-4-5-20251001-v1:0")).toEqual([1, 5]);
    expect(usd("bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0")).toEqual([1, 5]);
  });

  it("charges no surcharge for models older than it", () => {
    expect(usd("bedrock", "us.anthropic.claude-opus-4-1-20250805-v1:0")).toEqual([15, 75]);
    expect(usd("bedrock", "apac.anthropic.claude-sonnet-4-20250514-v1:0")).toEqual([3, 15]);
    expect(usd("vertex_ai", "claude-3-haiku@20240307", "us-east5")).toEqual([0.25, 1.25]);
  });

  it("applies the surcharge to caches and to long prompts too", () => {
    const price = findPrice("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
    expect(price).toMatchObject({
      cacheReadPico: 330_000,
      cacheWrite5mPico: 4_125_000,
      cacheWrite1hPico: 6_600_000,
      above: {
        thresholdTokens: 200_000,
        rates: { inputPico: 6_600_000, outputPico: 24_750_000, cacheWrite1hPico: 13_200_000 },
      },
    });
  });

  it("finds a system profile by its ARN, and nothing by an application profile's", () => {
    const account = "arn:aws:bedrock:us-east-1:123456789012";
    const system = `${account}:inference-profile/us.anthropic.claude-opus-5-5`;
    expect(usd("bedrock", system)).toEqual([4.4, 22]);
    expect(usd("bedrock", `${account}:application-inference-profile/abc123`)).toBeUndefined();
  });

  it("knows each spelling of one model", () => {
    const spellings = [
      ["anthropic", "claude-sonnet-4-5"],
      ["anthropic", "claude-sonnet-4-5-20250929"],
      ["anthropic", "claude-sonnet-4-5[1m]"],
      ["bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"],
      ["vertex_ai", "claude-sonnet-4-5@20250929"],
    ] as const;
    for (const [provider, model] of spellings) {
      expect([model, usd(provider, model, "global")]).toEqual([model, [3, 15]]);
    }
    expect(usd("bedrock", "us.anthropic.claude-opus-4-6-v1")).toEqual([5.5, 27.5]);
    expect(usd("anthropic", "claude-3-5-haiku-latest")).toEqual([0.8, 4]);
    expect(usd("anthropic", "claude-opus-4-0")).toEqual([15, 75]);
  });

  it("does not take one generation for another", () => {
    expect(usd("anthropic", "claude-opus-5")).toEqual([5, 25]);
    expect(usd("anthropic", "claude-opus-5-5")).toEqual([4, 20]);
    expect(usd("anthropic", "claude-opus-4")).toEqual([15, 75]);
    expect(usd("anthropic", "claude-opus-4-9")).toBeUndefined();
    expect(usd("openai", "gpt-5")).toEqual([1.25, 10]);
    expect(usd("openai", "gpt-5-pro")).toBeUndefined();
    expect(usd("openai", "gpt-4o-2024-05-13")).toBeUndefined();
    expect(usd("vertex_ai", "gemini-2.5-flash-lite")).toEqual([0.1, 0.4]);
    expect(usd("vertex_ai", "gemini-2.5-flash-001")).toEqual([0.3, 2.5]);
    expect(usd("gemini", "gemini-2.5-flash-lite")).toEqual([0.1, 0.4]);
  });

  it("charges Claude on Vertex by its location", () => {
    expect(usd("vertex_ai", "claude-opus-5-5", "global")).toEqual([4, 20]);
    expect(usd("vertex_ai", "claude-opus-5-5", "europe-west1")).toEqual([4.4, 22]);
    expect(usd("vertex_ai", "claude-opus-5-5", "eu")).toEqual([4.4, 22]);
    expect(usd("vertex_ai", "claude-opus-5-5", undefined)).toEqual([4.4, 22]);
  });

  it("reads a base model that names a provider, data zones included", () => {
    expect(usd("azure", "azure/gpt-4o")).toEqual([2.5, 10]);
    expect(usd("azure", "azure/eu/gpt-4o-2024-08-06")).toEqual([2.75, 11]);
    expect(usd("openai_like", "openai/gpt-4.1-mini")).toEqual([0.4, 1.6]);
    expect(usd("bedrock", "bedrock/us.anthropic.claude-opus-5-5")).toEqual([4.4, 22]);
  });

  it("answers undefined, never zero, where it does not know", () => {
    expect(findPrice("azure", "my-deployment")).toBeUndefined();
    expect(findPrice("hosted_vllm", "gpt-4o")).toBeUndefined();
    expect(findPrice("constructor", "gpt-4o")).toBeUndefined();
    expect(findPrice("openai", "constructor/gpt-4o")).toBeUndefined();
    expect(findPrice("openai", "demos")).toBeUndefined();
    expect(
      findPrice("bedrock", "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ).toBeUndefined();
  });

  it("says which table a price came from", () => {
    expect(findPrice("demo", "anything")?.source).toBe(PRICE_TABLE_VERSION);
  });
});

describe("the table", () => {
  const lists = [CLAUDE_PRICES, GEMINI_PRICES, OPENAI_AND_AZURE_PRICES, OPENAI_ONLY_PRICES];
  const rows = lists.flatMap((list) => list.prices);

  it("names a vendor's page and a day for every list", () => {
    for (const list of lists) {
      expect(new URL(list.source).protocol).toBe("https:");
      expect(list.seen <= PRICE_TABLE_VERSION).toBe(true);
      expect(list.seen).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });

  it("lists each model once", () => {
    const models = rows.map((row) => row.model);
    expect(new Set(models).size).toBe(models.length);
  });

  it("has no row that breaks what all vendors keep to", () => {
    for (const row of rows) {
      for (const rates of [row, ...(row.above === undefined ? [] : [row.above])]) {
        expect.soft(rates.input, row.model).toBeGreaterThan(0);
        expect.soft(rates.output, row.model).toBeGreaterThan(rates.input);
        expect.soft(rates.cacheRead, row.model).toBeGreaterThan(0);
        expect.soft(rates.cacheRead, row.model).toBeLessThanOrEqual(rates.input / 2);
        expect.soft(rates.cacheWrite5m, row.model).toBeGreaterThanOrEqual(rates.input);
        expect.soft(rates.cacheWrite1h, row.model).toBeGreaterThanOrEqual(rates.cacheWrite5m);
      }
      if (row.above !== undefined)
        expect.soft(row.above.input, row.model).toBeGreaterThan(row.input);
    }
  });
});
