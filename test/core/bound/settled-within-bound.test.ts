import { describe, expect, it } from "vitest";
import { boundOf, measureInput } from "../../../src/core/bound.ts";
import { capabilitiesOf } from "../../../src/core/capabilities.ts";
import type { Usage } from "../../../src/core/chat.ts";
import type { Deployment } from "../../../src/core/config/deployment.ts";
import { loadConfig } from "../../../src/core/config/load.ts";
import { costOf, nanoForTokens } from "../../../src/core/cost.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { composeRequest, type SampleRequest } from "./sample-requests.ts";

/** One model of each family and place whose rates or images differ. */
const MODELS = [
  "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  "bedrock/global.anthropic.claude-opus-5-5",
  "vertex_ai/claude-haiku-4-5@20251001",
  "anthropic/claude-haiku-5-5",
  "vertex_ai/gemini-2.5-pro",
  "azure/o3",
  "openai/gpt-4o-mini",
  "openai/gpt-6-sol",
];

const IMAGE_TOKENS: [RegExp, number][] = [
  [/claude/, 4_784],
  [/gemini/, 6_192],
  [/gpt-4o-mini/, 2_833 + 8 * 5_667],
  [/o3/, 85 + 8 * 170],
  [/gpt-6/, 24_600],
];

function deployments() {
  const model_list = MODELS.map((model) => ({ model_name: model, litellm_params: { model } }));
  const loaded = loadConfig({ model_list });
  if (!loaded.ok) throw new Error("the sample configuration does not load");
  return loaded.config.deployments;
}

/**
 * The dearest usage a vendor could report for the request: the cruellest of tokenizers, one token for
 * each byte of text, and the overheads vendors print; all of it written to the dearest cache asked
 * for; and an answer of full length.
 */
function dearestUsage(sample: SampleRequest, { provider, baseModel: model }: Deployment): Usage {
  const limit = capabilitiesOf(model).maxOutputTokens;
  const imageTokens = IMAGE_TOKENS.find(([pattern]) => pattern.test(model))?.[1] ?? 0;
  const inputTokens =
    sample.textBytes +
    sample.turns * 4 +
    3 +
    sample.images * imageTokens +
    (sample.hasTools ? 804 : 0);
  const outputTokens = Math.min(sample.maxOutputTokens ?? limit, limit) * sample.choices;
  // OpenAI's models keep prompts without being asked.
  const keeps = sample.cache === "5m" || (provider === "openai" && sample.cache === "none");
  return {
    inputTokens,
    cacheReadTokens: 0,
    cacheWrite5mTokens: keeps ? inputTokens : 0,
    cacheWrite1hTokens: sample.cache === "1h" ? inputTokens : 0,
    outputTokens,
    reasoningTokens: Math.floor(outputTokens / 2),
  };
}

/** Deterministic, so that a failure can be looked at again. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
}

function heldFor(body: JsonObject, sample: SampleRequest, places: ReturnType<typeof deployments>) {
  const { maxOutputTokens, choices } = sample;
  const bound = boundOf(measureInput(body), { maxOutputTokens, choices }, places);
  return bound.inputNanoUsd + nanoForTokens(bound.outputTokensMax, bound.outputPicoPerToken);
}

describe("what is settled", () => {
  it("never exceeds what was reserved: 6,000 requests in Japanese, English and code, with tools and images", () => {
    const places = deployments();
    const roll = dice(20_261_121);
    let tightest = Infinity;
    for (let round = 0; round < 2_000; round += 1) {
      const sample = composeRequest(roll);
      const place = places[round % places.length];
      if (place?.price === undefined) throw new Error("every sample model has a price");
      for (const body of sample.bodies) {
        const held = heldFor(body, sample, [place]);
        const { costNanoUsd } = costOf(dearestUsage(sample, place), place.price);
        expect(costNanoUsd, `round ${round}, ${place.group}`).toBeLessThanOrEqual(held);
        tightest = Math.min(tightest, held / costNanoUsd);
      }
    }
    // A bound that cannot be approached would prove nothing.
    expect(tightest).toBeLessThan(1.2);
  });

  it("never exceeds it at any place of a group", () => {
    const places = deployments();
    const roll = dice(7);
    for (let round = 0; round < 300; round += 1) {
      const sample = composeRequest(roll);
      for (const body of sample.bodies) {
        const held = heldFor(body, sample, places);
        for (const place of places) {
          if (place.price === undefined) throw new Error("every sample model has a price");
          const { costNanoUsd } = costOf(dearestUsage(sample, place), place.price);
          expect(costNanoUsd, place.group).toBeLessThanOrEqual(held);
        }
      }
    }
  });
});
