import { describe, expect, it } from "vitest";
import { findPrice } from "../../../src/core/prices.ts";
import {
  BEDROCK_EMBEDDING_PRICES,
  BEDROCK_PRICES,
  BEDROCK_PROFILE_PRICES,
} from "../../../src/core/prices/bedrock.ts";
import { COHERE_PRICES } from "../../../src/core/prices/cohere.ts";
import { DEEPSEEK_PRICES } from "../../../src/core/prices/deepseek.ts";
import { GEMINI_EMBEDDING_PRICES } from "../../../src/core/prices/gemini.ts";
import { priceFrom, type ListPrice, type PriceList } from "../../../src/core/prices/list-price.ts";
import { MISTRAL_PRICES } from "../../../src/core/prices/mistral.ts";
import * as openModels from "../../../src/core/prices/open-models.ts";
import { OPENAI_MEDIA_PRICES } from "../../../src/core/prices/openai.ts";
import { PERPLEXITY_PRICES } from "../../../src/core/prices/perplexity.ts";
import { XAI_PRICES } from "../../../src/core/prices/xai.ts";

const LISTS: [provider: string, list: PriceList][] = [
  ["bedrock", BEDROCK_PRICES],
  ["bedrock", BEDROCK_PROFILE_PRICES],
  ["bedrock", BEDROCK_EMBEDDING_PRICES],
  ["gemini", GEMINI_EMBEDDING_PRICES],
  ["openai", OPENAI_MEDIA_PRICES],
  ["mistral", MISTRAL_PRICES],
  ["deepseek", DEEPSEEK_PRICES],
  ["xai", XAI_PRICES],
  ["groq", openModels.GROQ_PRICES],
  ["together_ai", openModels.TOGETHER_PRICES],
  ["fireworks_ai", openModels.FIREWORKS_PRICES],
  ["cerebras", openModels.CEREBRAS_PRICES],
  ["cloudflare", openModels.CLOUDFLARE_PRICES],
  ["perplexity", PERPLEXITY_PRICES],
  ["cohere", COHERE_PRICES],
];

const ids = (provider: string): string[] =>
  LISTS.filter(([name]) => name === provider).flatMap(([, list]) =>
    list.prices.map((row) => row.model),
  );

describe.each(LISTS)("the list of %s", (provider, list) => {
  it("is found by each of its ids, at exactly what it prints", () => {
    for (const row of list.prices) {
      const { source, ...price } = findPrice(provider, row.model) ?? {};
      expect(source).toBeTruthy();
      const { source: _, ...printed } = priceFrom(row, "test");
      expect([row.model, price]).toEqual([row.model, printed]);
    }
  });

  it("is found by no id that is only like one of them", () => {
    const listed = new Set(ids(provider));
    for (const { model } of list.prices) {
      for (const like of [`${model}-x`, `x-${model}`, model.slice(0, -1), `${model}:free`]) {
        if (!listed.has(like)) expect([like, findPrice(provider, like)]).toEqual([like, undefined]);
      }
    }
  });

  it("names its vendor's page and a day", () => {
    expect(new URL(list.source).protocol).toBe("https:");
    expect(list.seen).toMatch(/^2026-\d{2}-\d{2}$/);
  });

  it("has each id once", () => {
    expect(ids(provider)).toEqual([...new Set(ids(provider))]);
  });

  it("has no row that costs nothing, and no cache dearer than the prompt", () => {
    for (const row of list.prices) {
      expect.soft(costs(row), row.model).toBe(true);
      for (const rates of [row, ...(row.above === undefined ? [] : [row.above])]) {
        expect.soft(rates.cacheRead, row.model).toBeLessThanOrEqual(rates.input);
        expect.soft(rates.cacheWrite5m, row.model).toBeGreaterThanOrEqual(rates.input);
        expect.soft(rates.cacheWrite1h, row.model).toBeGreaterThanOrEqual(rates.cacheWrite5m);
      }
      if (row.above !== undefined) {
        expect.soft(row.above.input, row.model).toBeGreaterThan(row.input);
        expect.soft(row.above.output, row.model).toBeGreaterThan(row.output);
      }
    }
  });
});

function costs({ input, units }: ListPrice): boolean {
  return input > 0 || Object.values(units ?? {}).every((usd) => usd > 0 && usd < 0.1);
}
