import type { ChatRequest } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import { isEnforceable } from "../anthropic-messages/output-schema.ts";
import type { RenderTarget } from "../dialect.ts";
import { schemaWithin } from "../schema-subset.ts";
import type { Turn } from "./render-turns.ts";

export interface RenderedFormat {
  textFormat?: JsonObject;
  instruction?: string;
}

/** A schema where the model keeps to one, otherwise words. */
export function renderFormat(
  { outputFormat }: ChatRequest,
  family: ConverseFamily,
  turns: readonly Turn[],
  target: RenderTarget,
): RenderedFormat {
  if (!outputFormat) return {};
  const subset = target.capabilities.schemas["bedrock-converse"];
  // An answer that is begun for the model cannot be held to a schema from its start.
  const isBegun = turns.at(-1)?.role === "assistant";
  const keepsToSchemas = target.capabilities.schemaOutput && family.schemas && !isBegun;
  if (
    outputFormat.type === "schema" &&
    keepsToSchemas &&
    isEnforceable(outputFormat.schema, subset)
  ) {
    const schema = JSON.stringify(schemaWithin(outputFormat.schema, subset));
    const structure = { jsonSchema: { schema, name: outputFormat.name } };
    return { textFormat: { type: "json_schema", structure } };
  }
  const shape =
    outputFormat.type === "schema"
      ? ` that matches this JSON Schema:\n${JSON.stringify(outputFormat.schema)}`
      : ".";
  return { instruction: `Answer with one JSON object and nothing else, no code fence${shape}` };
}
