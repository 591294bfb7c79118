import { describe, expect, it } from "vitest";
import { findProvider, providerNames } from "../../src/providers/index.ts";

describe("the list of providers", () => {
  it("is found by LiteLLM's words", () => {
    expect(providerNames().toSorted()).toEqual([
      "anthropic",
      "azure",
      "bedrock",
      "custom_openai",
      "demo",
      "hosted_vllm",
      "openai",
      "openai_like",
      "vertex_ai",
    ]);
    for (const name of providerNames()) expect(findProvider(name)?.name).toBe(name);
  });

  it("knows no others", () => {
    expect(findProvider("constructor")).toBeUndefined();
  });
});
