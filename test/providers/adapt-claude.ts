import type { JsonObject } from "../../src/core/json.ts";
import { adaptClaudeBody } from "../../src/providers/claude-body.ts";
import { adapted, callOf, deploymentOf } from "./deployment.ts";

export const SONNET_4_5 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
export const OPUS_4_5 = "us.anthropic.claude-opus-4-5-20251101-v1:0";
export const OPUS_4_6 = "us.anthropic.claude-opus-4-6-v1";
export const OPUS_4_7 = "us.anthropic.claude-opus-4-7";
export const OPUS_5 = "us.anthropic.claude-opus-5";
export const OPUS_5_5 = "us.anthropic.claude-opus-5-5";
export const HELLO = [{ role: "user", content: "hi" }];

interface Options {
  model?: string;
  betas?: string[];
  surface?: "bedrock" | "vertex_ai";
}

/** What becomes of a body for this model and surface, without its version. */
export function adapt(
  body: JsonObject,
  { model = SONNET_4_5, betas = [], surface = "bedrock" }: Options = {},
): JsonObject {
  const call = callOf(deploymentOf(`${surface}/${model}`), { betas });
  const { json } = adapted({ max_tokens: 16_000, messages: HELLO, ...body }, (patch) =>
    adaptClaudeBody(patch, call),
  );
  const { anthropic_version: _version, ...rest } = json;
  return rest;
}
