import type { Capabilities } from "../../core/capabilities.ts";
import type { ChatRequest } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { isEnforceable, strictSchema } from "../anthropic-messages/output-schema.ts";
import type { RenderTarget } from "../dialect.ts";
import type { Family } from "./family.ts";
import type { Turn } from "./render-turns.ts";

export interface RenderedFormat {
  textFormat?: JsonObject;
  instruction?: string;
}

/** A schema where the model keeps to one, otherwise words. */
export function renderFormat(
  { outputFormat }: ChatRequest,
  family: Family,
  turns: readonly Turn[],
  target: RenderTarget,
): RenderedFormat {
  if (!outputFormat) return {};
  const { capabilities } = target;
  // An answer that is begun for the model cannot be held to a schema from its start.
  const isBegun = turns.at(-1)?.role === "assistant";
  const schemaOutput = keepsToSchemas(family, target) && !isBegun;
  if (
    outputFormat.type === "schema" &&
    isEnforceable(outputFormat.schema, { ...capabilities, schemaOutput })
  ) {
    const schema = JSON.stringify(strictSchema(outputFormat.schema));
    const structure = { jsonSchema: { schema, name: outputFormat.name } };
    return { textFormat: { type: "json_schema", structure } };
  }
  const shape =
    outputFormat.type === "schema"
      ? ` that matches this JSON Schema:\n${JSON.stringify(outputFormat.schema)}`
      : ".";
  return { instruction: `Answer with one JSON object and nothing else, no code fence${shape}` };
}

/**
 * Open models that Bedrock holds to a schema; Nova, Llama and Mistral's older ones answer 400.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
const KEEPING_TO_SCHEMAS =
  /gpt-oss|deepseek\.v3|qwen3|magistral|ministral|mistral-large-3|gemma-3|kimi-k2|minimax-m2|nemotron-nano/;

function keepsToSchemas(
  { name }: Family,
  { capabilities, model, baseModel }: RenderTarget,
): boolean {
  return name === "claude"
    ? capabilities.schemaOutput && !isNewest(capabilities)
    : KEEPING_TO_SCHEMAS.test(baseModel ?? model);
}

/** Claude from 4.7 on takes a schema on Bedrock only by Anthropic's own path. */
function isNewest({ reasoning, sampling }: Capabilities): boolean {
  return reasoning === "adaptive" && !sampling;
}
