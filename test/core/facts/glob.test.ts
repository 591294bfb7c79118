import { describe, expect, it } from "vitest";
import { compileGlobs, globProblem } from "../../../src/core/facts/glob.ts";

describe("a pattern of names", () => {
  it.each([
    ["gpt-4o", "gpt-4o", true],
    ["gpt-4o", "gpt-4o-mini", false],
    ["gpt-4o*", "gpt-4o-mini", true],
    ["*claude-opus-5*", "us.anthropic.claude-opus-5-v1:0", true],
    ["*claude-opus-5*", "claude-opus-4-5", false],
    ["gemini-[3-9]*", "gemini-3.8-flash", true],
    ["gemini-[3-9]*", "gemini-2.5-flash", false],
    ["{,*[/.-]}o[1-9]*", "azure/o3-mini", true],
    ["{,*[/.-]}o[1-9]*", "foo3", false],
    ["{gpt-4o,gpt-4.1}{,-*}", "gpt-4.1-mini", true],
    ["{gpt-4o,gpt-4.1}{,-*}", "gpt-4.10", false],
    ["*a*b", "aab", true],
    ["a*a", "a", false],
    ["*", "", true],
    // A point is a point, and not any character.
    ["gpt-4.1", "gpt-4x1", false],
  ])("%s fits %s: %s", (pattern, name, fits) => {
    expect(globProblem(pattern)).toBeUndefined();
    expect(compileGlobs([pattern])(name)).toBe(fits);
  });

  it.each([
    ["", "must not be empty"],
    ["a b", "plain characters"],
    ["a[1", "bracket"],
    ["{a,{b}}", "bracket"],
    ["[{a}]", "bracket"],
    ["x".repeat(201), "at most 200"],
    ["{a,b}".repeat(7), "more than 64"],
    ["{,}".repeat(66), "more than 64"],
  ])("%s is refused", (pattern, problem) => {
    expect(globProblem(pattern)).toContain(problem);
  });

  it("cannot keep anybody busy, whatever an operator writes and whatever a model is called", () => {
    const hostile = compileGlobs([`${"*a".repeat(99)}*b`, `${"*[ab]".repeat(39)}*c`]);
    const startedAtMs = Date.now();
    for (let turn = 0; turn < 1_000; turn += 1) hostile("a".repeat(100_000));
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
  });
});
