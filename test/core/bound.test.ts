import { describe, expect, it } from "vitest";
import { boundOf, estimateTokens, measureInput } from "../../src/core/bound.ts";
import { GatewayError } from "../../src/core/errors.ts";
import { findPrice } from "../../src/core/prices.ts";
import { deployment, inputTokens, ONE_ANSWER, UNIT, user } from "./bound/sample-deployment.ts";

describe("boundOf", () => {
  const measure = measureInput(user("hi"));

  it("takes the dearest rate of all deployments, each part by itself", () => {
    const cheap = deployment({ price: { ...UNIT, outputPico: 9_000 } });
    const dear = deployment({ price: { ...UNIT, inputPico: 5_000 } });
    const bound = boundOf(measure, ONE_ANSWER, [cheap, dear]);
    expect(bound.inputNanoUsd).toBe(inputTokens(user("hi")) * 5);
    expect(bound.outputPicoPerToken).toBe(9_000);
  });

  it("passes over deployments without a price and refuses when none is left", () => {
    const unpriced = deployment({ price: undefined });
    expect(boundOf(measure, ONE_ANSWER, [unpriced, deployment()]).inputNanoUsd).toBeGreaterThan(0);
    expect(() => boundOf(measure, ONE_ANSWER, [unpriced])).toThrow(GatewayError);
  });

  it("takes the model's limit, clampable, when the caller names no figure", () => {
    expect(boundOf(measure, ONE_ANSWER, [deployment()])).toMatchObject({
      outputTokensMax: 64_000,
      clampable: true,
    });
  });

  it("keeps the caller's figure, up to the model's limit", () => {
    const wish = (maxOutputTokens: number) => ({ choices: 1, maxOutputTokens });
    const small = boundOf(measure, wish(10), [deployment()]);
    expect(small).toMatchObject({ outputTokensMax: 10, clampable: false });
    expect(boundOf(measure, wish(1_000_000), [deployment()]).outputTokensMax).toBe(64_000);
  });

  it("takes the caller's word for a model nobody described, and the operator's before it", () => {
    const wish = { choices: 1, maxOutputTokens: 60_000 };
    const most = (modelInfo = {}, wished = wish) =>
      boundOf(measure, wished, [deployment({ model: "llama", modelInfo })]).outputTokensMax;
    expect(most()).toBe(60_000);
    expect(most({}, { ...wish, maxOutputTokens: 1e12 })).toBe(1_000_000);
    expect(most({ max_output_tokens: 4_096 })).toBe(4_096);
  });

  it("charges each of several answers", () => {
    const bound = boundOf(measure, { choices: 128, maxOutputTokens: 10 }, [deployment()]);
    expect(bound).toMatchObject({ outputTokensMax: 10, outputPicoPerToken: 128_000 });
    expect(bound.tokens).toBe(estimateTokens(measure) + 1_280);
  });

  it("covers reasoning that costs more than output", () => {
    const price = { ...UNIT, reasoningPico: 4_000 };
    expect(boundOf(measure, ONE_ANSWER, [deployment({ price })]).outputPicoPerToken).toBe(4_000);
  });

  it("uses long-prompt rates once the prompt may be that long, for output too", () => {
    const price = findPrice("anthropic", "claude-sonnet-4-5");
    const at = (bytes: number) =>
      boundOf(measureInput(user("x".repeat(bytes))), ONE_ANSWER, [deployment({ price })]);
    expect(at(100_000).outputPicoPerToken).toBe(15_000_000);
    expect(at(199_990)).toMatchObject({ outputPicoPerToken: 22_500_000 });
    expect(at(199_990).inputNanoUsd).toBeGreaterThan(200_000 * 6_000);
  });

  it("stays an exact integer for absurd bodies", () => {
    const absurd = { ...measure, images: 1e12 };
    const { inputNanoUsd } = boundOf(absurd, ONE_ANSWER, [deployment()]);
    expect(Number.isSafeInteger(inputNanoUsd)).toBe(true);
  });
});

describe("estimateTokens", () => {
  it("lies above English and near Japanese, far below the bound", () => {
    const english = "The quick brown fox jumps over the lazy dog. ".repeat(200);
    const estimate = estimateTokens(measureInput(user(english)));
    // 10 tokens a sentence in every current tokenizer.
    expect(estimate).toBeGreaterThan(2_000);
    expect(estimate).toBeLessThan(3_100);
  });
});
