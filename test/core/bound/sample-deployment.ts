import { boundOf, measureInput } from "../../../src/core/bound.ts";
import type { Deployment } from "../../../src/core/config/deployment.ts";
import { DEFAULT_FACTS } from "../../../src/core/facts/facts.ts";
import { resolveFacts } from "../../../src/core/facts/resolve.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Price } from "../../../src/core/price.ts";

/** A nano-dollar for each token read, so that a bound in nano-USD is one in tokens. */
export const UNIT: Price = {
  inputPico: 1_000,
  outputPico: 1_000,
  cacheReadPico: 100,
  cacheWrite5mPico: 1_250,
  cacheWrite1hPico: 2_000,
  source: "test",
};

export function deployment(over: Partial<Deployment> = {}): Deployment {
  const model = over.model ?? "claude-sonnet-4-5";
  const place = { provider: "anthropic", baseModel: model, modelInfo: {}, ...over };
  return {
    id: "one",
    group: "model",
    provider: "anthropic",
    model: "claude-sonnet-4-5",
    baseModel: model,
    connection: {},
    unresolved: {},
    weight: undefined,
    rpm: undefined,
    tpm: undefined,
    order: 1,
    timeoutMs: undefined,
    streamTimeoutMs: undefined,
    maxRetries: undefined,
    tags: [],
    accessGroups: [],
    dropParams: false,
    price: UNIT,
    modelInfo: {},
    facts: resolveFacts(DEFAULT_FACTS, place),
    ...over,
  };
}

export const ONE_ANSWER = { choices: 1 };

/** The bound on what this body gives a model to read. */
export function inputTokens(body: JsonObject, over: Partial<Deployment> = {}): number {
  return boundOf(measureInput(body), ONE_ANSWER, [deployment(over)]).inputNanoUsd;
}

export function user(content: string | JsonObject[]): JsonObject {
  return { model: "m", messages: [{ role: "user", content }] };
}
