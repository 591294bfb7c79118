import { describe, expect, it } from "vitest";
import { NO_USAGE } from "../../src/core/chat.ts";
import { costOf } from "../../src/core/cost.ts";
import type { Price } from "../../src/core/price.ts";
import { chargeFor } from "../../src/pipeline/charge.ts";
import { NOTHING_OBSERVED, type Observed, type Outcome } from "../../src/pipeline/outcome.ts";
import { deploymentOf } from "../providers/deployment.ts";
import { admissionWith } from "./admission.ts";

/** $3 and $15 per million tokens. */
const PRICE: Price = {
  inputPico: 3_000_000,
  outputPico: 15_000_000,
  cacheReadPico: 300_000,
  cacheWrite5mPico: 3_750_000,
  cacheWrite1hPico: 6_000_000,
  source: "test",
};

const USAGE = { ...NO_USAGE, inputTokens: 1_000, cacheReadTokens: 400, outputTokens: 200 };

/** Reserved: 6,000 µ$ to read and 500 tokens to write. */
const admitted = admissionWith({ heldNanoUsd: 13_500_000, inputNanoUsd: 6_000_000 });

function outcomeOf(
  ending: Outcome["ending"],
  observed: Partial<Observed> = {},
  price: Price | undefined = PRICE,
): Outcome {
  return {
    ending,
    statusCode: 200,
    errorCode: null,
    deployment: deploymentOf("openai/gpt-4.1", {}, { price }),
    attempts: 1,
    observed: { ...NOTHING_OBSERVED, ...observed },
    response: null,
  };
}

const FINAL = { usage: USAGE, usageIsFinal: true };

describe("what a call is charged", () => {
  it.each(["finished", "broken", "caller-gone"] as const)(
    "when it is %s and the vendor counted to the end: what the vendor counted",
    (ending) => {
      const charge = chargeFor(outcomeOf(ending, FINAL), admitted);
      const { costNanoUsd, breakdown } = costOf(USAGE, PRICE);
      expect(charge).toEqual({
        costNanoUsd,
        cost: breakdown,
        usage: USAGE,
        usageSource: "reported",
      });
      expect(costNanoUsd).toBe(600 * 3_000 + 400 * 300 + 200 * 15_000);
    },
  );

  it("when no deployment answered: nothing, whatever was seen", () => {
    const charge = chargeFor(outcomeOf("refused", FINAL), admitted);
    expect(charge).toMatchObject({ costNanoUsd: 0, usage: NO_USAGE, usageSource: "none" });
  });

  it("when the caller left and no count came in time: what was reserved", () => {
    const charge = chargeFor(outcomeOf("caller-gone", { outputCharacters: 3 }), admitted);
    expect(charge).toMatchObject({
      costNanoUsd: 13_500_000,
      cost: { input: 6_000_000, output: 7_500_000 },
      usageSource: "reserved",
    });
  });

  it("when it broke before any count: the whole prompt and a token for every character", () => {
    const charge = chargeFor(outcomeOf("broken", { outputCharacters: 20 }), admitted);
    expect(charge).toMatchObject({
      costNanoUsd: 6_000_000 + 20 * 15_000,
      usage: { outputTokens: 20 },
      usageSource: "observed",
    });
  });

  it("when it broke after the prompt was counted: that count and a token for every character", () => {
    const usage = { ...NO_USAGE, inputTokens: 1_000, outputTokens: 1 };
    const charge = chargeFor(outcomeOf("broken", { usage, outputCharacters: 20 }), admitted);
    expect(charge.costNanoUsd).toBe(1_000 * 3_000 + 20 * 15_000);
    expect(charge.cost).toMatchObject({ input: 3_000_000, output: 300_000 });
  });

  it("when it broke after more tokens were counted than characters came: the tokens", () => {
    const usage = { ...NO_USAGE, inputTokens: 1_000, outputTokens: 90 };
    const charge = chargeFor(outcomeOf("broken", { usage, outputCharacters: 20 }), admitted);
    expect(charge.usage.outputTokens).toBe(90);
  });

  it("when it finished and the vendor never counted: never zero", () => {
    const charge = chargeFor(outcomeOf("finished", { outputCharacters: 5 }), admitted);
    expect(charge).toMatchObject({ costNanoUsd: 6_075_000, usageSource: "observed" });
  });

  it("by guess: never more than was reserved", () => {
    const charge = chargeFor(outcomeOf("broken", { outputCharacters: 1_000_000 }), admitted);
    expect(charge.costNanoUsd).toBe(13_500_000);
  });

  it("by the vendor's count: what it is, even beyond the reservation", () => {
    const usage = { ...USAGE, outputTokens: 10_000 };
    const charge = chargeFor(outcomeOf("finished", { usage, usageIsFinal: true }), admitted);
    expect(charge.costNanoUsd).toBeGreaterThan(13_500_000);
  });
});

describe("what a vendor says it took", () => {
  const told = { usage: { ...USAGE, toldNanoUsd: 1_234_567 }, usageIsFinal: true };
  const at = (model: string, source: string, ending: Outcome["ending"] = "finished"): Outcome => ({
    ...outcomeOf(ending, told),
    deployment: deploymentOf(model, {}, { price: { ...PRICE, source } }),
  });

  it.each(["openrouter/some/model", "perplexity/sonar"])("is the cost at %s", (model) => {
    for (const source of ["2026-11-21", "bound"]) {
      const { costNanoUsd, usageSource } = chargeFor(at(model, source), admitted);
      expect([costNanoUsd, usageSource]).toEqual([1_234_567, "reported"]);
    }
  });

  it("yields to a price the operator stated, and is not believed of anybody else", () => {
    const counted = costOf(USAGE, PRICE).costNanoUsd;
    for (const outcome of [at("openrouter/m", "config"), at("openai/gpt-4.1", "2026-11-21")])
      expect(chargeFor(outcome, admitted).costNanoUsd).toBe(counted);
  });

  it("is charged even beyond the reservation", () => {
    const usage = { ...USAGE, toldNanoUsd: 99_000_000 };
    const outcome = {
      ...at("openrouter/m", "bound"),
      observed: { ...NOTHING_OBSERVED, ...FINAL, usage },
    };
    expect(chargeFor(outcome, admitted).costNanoUsd).toBe(99_000_000);
  });

  it("counts for nothing before the vendor's last word", () => {
    const early = { usage: { ...USAGE, toldNanoUsd: 1 }, usageIsFinal: false };
    const outcome = {
      ...at("openrouter/m", "bound", "broken"),
      observed: { ...NOTHING_OBSERVED, ...early },
    };
    expect(chargeFor(outcome, admitted).costNanoUsd).toBeGreaterThan(
      costOf(USAGE, PRICE).costNanoUsd - 1,
    );
  });
});

it.each([
  outcomeOf("finished", FINAL),
  outcomeOf("finished", { outputCharacters: 7 }),
  outcomeOf("broken", { outputCharacters: 1_000_000 }),
  outcomeOf("broken", { usage: USAGE, outputCharacters: 1 }),
  outcomeOf("caller-gone"),
  outcomeOf("refused"),
])("the parts of a charge add up to it ($ending, case %#)", (outcome) => {
  const { costNanoUsd, cost } = chargeFor(outcome, admitted);
  const { input, cacheRead, cacheWrite, output, reasoning } = cost;
  const parts = [input, cacheRead, cacheWrite, output, reasoning];
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(costNanoUsd);
  expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
});
