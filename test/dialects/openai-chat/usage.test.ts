import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { usageOf } from "../../../src/dialects/openai-chat/usage.ts";

const COUNTS = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

describe("what a vendor says a call cost", () => {
  const told = (more: JsonObject): number | undefined =>
    usageOf({ ...COUNTS, ...more }).toldNanoUsd;

  it("is OpenRouter's cost, in USD", () => {
    expect(told({ cost: 0.0123 })).toBe(12_300_000);
    expect(told({ cost: 0 })).toBe(0);
  });

  it("includes the vendor's bill where the caller of OpenRouter pays it apart", () => {
    const details = { upstream_inference_cost: 0.02 };
    expect(told({ cost: 0.001, is_byok: true, cost_details: details })).toBe(21_000_000);
    expect(told({ cost: 0.02, is_byok: false, cost_details: details })).toBe(20_000_000);
    // Half a bill is none.
    expect(told({ cost: 0.001, is_byok: true, cost_details: null })).toBeUndefined();
  });

  it("is Perplexity's total", () => {
    expect(told({ cost: { input_tokens_cost: 0.001, total_cost: 0.006 } })).toBe(6_000_000);
  });

  it.each([{}, { cost: -1 }, { cost: "0.1" }, { cost: null }, { cost: {} }])(
    "is not there, or not a sum: %j",
    (more) => {
      expect(told(more)).toBeUndefined();
    },
  );
});
