import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/core/config/model-name.ts";
import { findProvider, providerNames } from "../../src/providers/index.ts";

describe("the list of providers", () => {
  it("has every one a configuration may name, and no other", () => {
    expect(providerNames().toSorted()).toEqual(PROVIDERS.toSorted());
  });

  it("is found by LiteLLM's words", () => {
    for (const name of providerNames()) expect(findProvider(name)?.name).toBe(name);
  });

  it("knows no others", () => {
    expect(findProvider("constructor")).toBeUndefined();
  });
});
