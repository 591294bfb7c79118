import { describe, expect, it } from "vitest";
import { fillPattern, matchPattern } from "../../../src/core/config/wildcards.ts";
import { findGroup } from "../../../src/core/plan.ts";
import { loaded, problemsOf, warningsOf } from "./sample.ts";

function entry(name: string, model: string, params = {}, info = {}) {
  return { model_name: name, litellm_params: { model, ...params }, model_info: info };
}

describe("a pattern", () => {
  it.each<[string, string, string[] | undefined]>([
    ["bedrock/*", "bedrock/anthropic.claude", ["anthropic.claude"]],
    ["*", "gpt-4o", ["gpt-4o"]],
    ["*-eu/*", "claude-eu/sonnet", ["claude", "sonnet"]],
    ["a*c", "abc", ["b"]],
    ["a*c", "abcd", undefined],
    ["bedrock/*", "openai/gpt-4o", undefined],
    ["bedrock/*", "bedrock/", undefined],
    ["*", "", undefined],
    ["*", "x".repeat(513), undefined],
  ])("%s meets %s", (pattern, name, matched) => {
    expect(matchPattern(pattern, name)).toEqual(matched);
  });

  it("is filled with what was matched, in order", () => {
    expect(fillPattern("azure/*-*", ["a", "b"])).toBe("azure/a-b");
    expect(fillPattern("openai/gpt-4o", ["a"])).toBe("openai/gpt-4o");
  });
});

describe("a model_name with stars", () => {
  const config = loaded({
    model_list: [
      entry("*", "*"),
      entry(
        "anthropic/*",
        "bedrock/anthropic.*",
        { aws_region_name: "us-east-1", rpm: 7 },
        { id: "one" },
      ),
      entry("anthropic/*", "anthropic/*"),
      entry("anthropic/claude-haiku-*", "anthropic/claude-haiku-*"),
      entry("openai/gpt-4.1", "azure/ours"),
      entry("openai/*", "openai/*"),
    ],
    router_settings: { model_group_alias: { best: "anthropic/claude-opus-4-6" } },
  });

  const models = (name: string) =>
    findGroup(name, config)?.deployments.map((one) => `${one.provider}/${one.model}`);

  it("serves each name by its most specific pattern, and by its own entry before any", () => {
    expect(models("anthropic/claude-haiku-4-5")).toEqual(["anthropic/claude-haiku-4-5"]);
    expect(models("openai/gpt-4.1")).toEqual(["azure/ours"]);
    expect(models("openai/gpt-4.1-mini")).toEqual(["openai/gpt-4.1-mini"]);
    expect(models("gpt-4o")).toEqual(["openai/gpt-4o"]);
    expect(models("best")).toEqual([
      "bedrock/anthropic.claude-opus-4-6",
      "anthropic/claude-opus-4-6",
    ]);
  });

  it("serves no name that nobody has a provider for", () => {
    expect(models("mysterious")).toBeUndefined();
    expect(models("__proto__")).toBeUndefined();
  });

  it("resolves price and abilities of the concrete model", () => {
    const [mini] = findGroup("openai/gpt-4.1-mini", config)?.deployments ?? [];
    const [haiku] = findGroup("anthropic/claude-haiku-4-5", config)?.deployments ?? [];
    expect(mini).toMatchObject({
      group: "openai/gpt-4.1-mini",
      baseModel: "gpt-4.1-mini",
      price: { inputPico: 400_000 },
      facts: { known: true },
    });
    expect(haiku).toMatchObject({ price: { inputPico: 1_000_000 }, facts: { known: true } });
  });

  it("keeps its own id and limits, and is the same object the next time", () => {
    const first = findGroup("anthropic/claude-opus-4-6", config)?.deployments;
    expect(first?.[0]).toMatchObject({ id: "one", rpm: 7 });
    expect(findGroup("anthropic/claude-opus-4-6", config)?.deployments).toBe(first);
  });

  it("is in no list of models, since it names none", () => {
    expect([...config.groups.keys()]).toEqual(["openai/gpt-4.1"]);
    expect(config.wildcards.map((one) => one.pattern)).toEqual([
      "anthropic/claude-haiku-*",
      "anthropic/*",
      "openai/*",
      "*",
    ]);
  });

  it("is checked when the file is read", () => {
    expect(warningsOf({ model_list: [entry("openai/*", "openai/*")] })).toEqual([]);
    expect(problemsOf({ model_list: [entry("x/*", "nobody/*")] })[0]).toContain(
      'model_list[0].litellm_params.model: "nobody" is no provider',
    );
    expect(problemsOf({ model_list: [entry("x", "openai/*")] })[0]).toContain(
      'model_list[0].litellm_params.model: "openai/*" has a star and the model_name has none',
    );
  });
});
