import { describe, expect, it } from "vitest";
import { fallbacksFor } from "../../../src/core/routing/fallbacks.ts";
import type { Fallbacks } from "../../../src/core/config/deployment.ts";

const FALLBACKS: Fallbacks = {
  general: new Map([
    ["a", ["b", "c"]],
    ["*", ["any"]],
    ["gpt-4o", ["bare"]],
  ]),
  contextWindow: new Map([["a", ["long", "b"]]]),
  contentPolicy: new Map([["a", ["lenient"]]]),
  defaults: ["last", "a"],
  max: 5,
};

describe("fallbacks", () => {
  it("are those for the kind of failure, then those for any, then everybody's", () => {
    expect(fallbacksFor("a", "timeout", FALLBACKS)).toEqual(["b", "c", "last"]);
    expect(fallbacksFor("a", "context-length", FALLBACKS)).toEqual(["long", "b", "c", "last"]);
    expect(fallbacksFor("a", "content-policy", FALLBACKS)).toEqual(["lenient", "b", "c", "last"]);
  });

  it("are found by the name, by the name without its provider, by the star", () => {
    expect(fallbacksFor("openai/gpt-4o", "timeout", FALLBACKS)).toEqual(["bare", "last", "a"]);
    expect(fallbacksFor("other", "timeout", FALLBACKS)).toEqual(["any", "last", "a"]);
  });

  it("are none that was asked, and no more than the operator wants", () => {
    expect(fallbacksFor("a", "timeout", FALLBACKS, ["b"])).toEqual(["c", "last"]);
    expect(fallbacksFor("a", "timeout", { ...FALLBACKS, max: 1 })).toEqual(["b"]);
    expect(fallbacksFor("a", "timeout", { ...FALLBACKS, max: 0 })).toEqual([]);
  });
});
