import { describe, expect, it } from "vitest";
import { mayUseModel } from "../../src/core/access.ts";

describe("mayUseModel", () => {
  it("lets an empty list mean every model", () => {
    expect(mayUseModel([], "gpt-4o", [])).toBe(true);
  });

  it.each([
    [["gpt-4o"], "gpt-4o", true],
    [["gpt-4o"], "gpt-4o-mini", false],
    [["openai/*"], "openai/gpt-4o", true],
    [["openai/*"], "anthropic/claude", false],
    [["openai/*"], "my-openai/gpt", false],
    [["claude-*-haiku"], "claude-4-haiku", true],
    [["claude-*-haiku"], "claude-haiku", false],
    [["a*a"], "a", false],
    [["*sonnet*"], "claude-sonnet-5", true],
    [["all-proxy-models"], "anything", true],
    [["*"], "anything", true],
    [["all-team-models"], "anything", true],
    [["no-default-models"], "anything", false],
    [["no-default-models", "gpt-4o"], "gpt-4o", true],
  ])("%j lets %s through: %s", (models, model, allowed) => {
    expect(mayUseModel(models, model, [])).toBe(allowed);
  });

  it("opens a model by the access group it is in", () => {
    expect(mayUseModel(["production"], "gpt-4o", ["production", "beta"])).toBe(true);
    expect(mayUseModel(["production"], "gpt-4o", ["beta"])).toBe(false);
  });

  it("treats a pattern's other characters as themselves", () => {
    expect(mayUseModel(["gpt.4*"], "gpt-4o", [])).toBe(false);
    expect(mayUseModel(["(a+)+*"], "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", [])).toBe(false);
  });
});
