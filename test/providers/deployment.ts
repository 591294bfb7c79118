import type { BodyPatch } from "../../src/core/body-patch.ts";
import { createBodyPatch } from "../../src/core/body-patch.ts";
import type { Connection, Deployment } from "../../src/core/config/deployment.ts";
import { DEFAULT_FACTS, type Facts } from "../../src/core/facts/facts.ts";
import { resolveFacts } from "../../src/core/facts/resolve.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { objectIn } from "../core/parsed.ts";
import type { ProviderTools, UpstreamCall } from "../../src/providers/provider.ts";

/** A deployment as the configuration would describe it: `litellm_params.model`, and how to reach it. */
export function deploymentOf(
  name: string,
  connection: Connection = {},
  fields: Partial<Deployment> = {},
  facts: Facts = DEFAULT_FACTS,
): Deployment {
  const slash = name.indexOf("/");
  const model = name.slice(slash + 1);
  const place = { provider: name.slice(0, slash), baseModel: model, modelInfo: {}, ...fields };
  return {
    id: "deployment-1",
    group: "team-model",
    provider: name.slice(0, slash),
    model,
    baseModel: model,
    connection,
    unresolved: {},
    weight: undefined,
    rpm: undefined,
    tpm: undefined,
    order: 0,
    timeoutMs: undefined,
    streamTimeoutMs: undefined,
    maxRetries: undefined,
    tags: [],
    accessGroups: [],
    dropParams: false,
    price: undefined,
    modelInfo: {},
    facts: resolveFacts(facts, place),
    ...fields,
  };
}

export function callOf(deployment: Deployment, fields: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    deployment,
    dialect: "openai-chat",
    stream: false,
    betas: [],
    anthropicVersion: undefined,
    ...fields,
  };
}

export const NOW_MS = Date.parse("2026-01-02T03:04:05Z");

/** Tools whose token mint answers at once and remembers nothing. */
export const TOOLS: ProviderTools = {
  nowMs: NOW_MS,
  tokens: { accessToken: async () => "ya29.token", forget: () => undefined },
};

/** The body after an adaptation, as text and parsed. */
export function adapted(
  body: JsonObject | string,
  adapt: (body: BodyPatch) => void,
): { text: string; json: JsonObject } {
  const patch = createBodyPatch(typeof body === "string" ? body : JSON.stringify(body));
  adapt(patch);
  const text = patch.text();
  return { text, json: objectIn(text) };
}
