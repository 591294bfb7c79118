import { describe, expect, it } from "vitest";
import { loaded, problemsOf, warningsOf } from "./sample.ts";

function files(...names: string[]) {
  return names.map((name) => ({
    model_name: name,
    litellm_params: { model: name.includes("*") ? "openai/*" : "openai/gpt-4.1" },
  }));
}

const LIST = files("a", "b", "c", "openai/*");

function withFallbacks(fallbacks: unknown, more = {}) {
  return { model_list: LIST, router_settings: { fallbacks, ...more } };
}

describe("fallbacks", () => {
  it("are read from both sections, the router's first", () => {
    const { fallbacks } = loaded({
      model_list: LIST,
      router_settings: {
        fallbacks: [{ a: ["b", "c"] }, { "*": "c" }],
        model_group_alias: { nick: "c" },
        default_fallbacks: ["nick"],
      },
      litellm_settings: {
        fallbacks: [{ b: ["c"] }],
        context_window_fallbacks: [{ a: ["openai/gpt-4.1"] }],
        content_policy_fallbacks: [{ b: ["a"] }],
      },
    }).router;
    expect(fallbacks).toEqual({
      general: new Map([
        ["a", ["b", "c"]],
        ["*", ["c"]],
      ]),
      contextWindow: new Map([["a", ["openai/gpt-4.1"]]]),
      contentPolicy: new Map([["b", ["a"]]]),
      defaults: ["c"],
      max: 5,
    });
  });

  it("to a model that is not there are refused, with their place", () => {
    expect(problemsOf(withFallbacks([{ a: ["b"] }, { b: ["c", "gone"] }]))).toEqual([
      'router_settings.fallbacks[1].b[1]: leads to "gone", which no entry of model_list has as its model_name',
    ]);
    const other = { model_list: LIST, litellm_settings: { default_fallbacks: ["gone"] } };
    expect(problemsOf(other)[0]).toContain("litellm_settings.default_fallbacks[0]: leads to");
  });

  it("of a model that is not there are told and do no harm", () => {
    expect(warningsOf(withFallbacks([{ gone: ["a"] }]))).toEqual([
      'router_settings.fallbacks[0].gone: has no effect: no model is named "gone"',
    ]);
  });

  it.each<[string, unknown]>([
    ["itself", [{ a: ["a"] }]],
    ["one that leads back", [{ a: ["b"] }, { b: ["a"] }]],
    ["a longer circle", [{ a: ["b"] }, { b: ["c"] }, { c: ["a"] }]],
    ["itself by an alias", [{ nick: ["a"] }]],
  ])("to %s are refused", (_, fallbacks) => {
    const problems = problemsOf(withFallbacks(fallbacks, { model_group_alias: { nick: "a" } }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^router_settings\.fallbacks\[\d\]\.\w+\[0\]: leads back to where/);
  });

  it("tell the way of a circle", () => {
    expect(problemsOf(withFallbacks([{ a: ["b"] }, { b: ["c"] }, { c: ["a"] }]))).toEqual([
      "router_settings.fallbacks[2].c[0]: leads back to where it began: c → a → b → c",
    ]);
  });

  it("may share targets, and any group's fallback may be one of the groups", () => {
    const diamond = [{ a: ["b", "c"] }, { b: ["c"] }, { "*": ["a"] }];
    expect(problemsOf(withFallbacks(diamond, { default_fallbacks: ["a"] }))).toEqual([]);
  });
});
