import * as z from "zod";
import type { ChatRequest, OutputFormat, Tool, ToolChoice } from "../../core/chat.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import type { RouteTarget } from "../dialect.ts";
import { EFFORT, parseExtras } from "./parse-extras.ts";
import { parseCachePoint, parseMessages, parseSystem } from "./parse-messages.ts";
import { readEnvelope } from "./read-envelope.ts";

export function parseRequest(body: JsonObject, target: RouteTarget = {}): ChatRequest {
  const { model, stream, streamUsage, maxOutputTokens, endUser } = readEnvelope(body, target);
  const options = checked(OPTIONS, body, "");
  const { inferenceConfig: inference, toolConfig, outputConfig } = options;
  const effort = outputConfig?.effort ?? undefined;
  const { topK, ignored = [], ...extras } = parseExtras(body.additionalModelRequestFields, effort);
  return {
    model,
    stream,
    streamUsage,
    maxOutputTokens,
    endUser,
    messages: [...parseSystem(body.system), ...parseMessages(body.messages)],
    tools: parseTools(toolConfig?.tools ?? []),
    toolChoice: toolConfig?.toolChoice ? toolChoiceOf(toolConfig.toolChoice) : undefined,
    stopSequences: inference?.stopSequences ?? [],
    sampling: {
      temperature: inference?.temperature ?? undefined,
      topP: inference?.topP ?? undefined,
      topK,
    },
    outputFormat: outputConfig?.textFormat ? outputFormatOf(outputConfig.textFormat) : undefined,
    ...extras,
    ignored: [...COSMETIC.filter((name) => body[name] != null), ...ignored],
  };
}

/** What no other grammar has, and whose absence changes no answer. */
const COSMETIC = [
  "additionalModelResponseFieldPaths",
  "performanceConfig",
  "requestMetadata",
  "serviceTier",
];

const TEXT_FORMAT = z.object({
  type: z.literal("json_schema"),
  structure: z.object({
    jsonSchema: z.object({ schema: z.string(), name: z.string().nullish() }),
  }),
});

const TOOL_CHOICE = z.object({
  auto: z.object({}).nullish(),
  any: z.object({}).nullish(),
  tool: z.object({ name: z.string() }).nullish(),
});

const OPTIONS = z.object({
  inferenceConfig: z
    .object({
      temperature: z.number().nullish(),
      topP: z.number().nullish(),
      stopSequences: z.array(z.string()).nullish(),
    })
    .nullish(),
  toolConfig: z
    .object({ tools: z.array(z.looseObject({})), toolChoice: TOOL_CHOICE.nullish() })
    .nullish(),
  outputConfig: z.object({ textFormat: TEXT_FORMAT.nullish(), effort: EFFORT.nullish() }).nullish(),
});

const TOOL = z.object({
  name: z.string(),
  description: z.string().nullish(),
  inputSchema: z.object({ json: z.custom<JsonObject>(isJsonObject, "expected a JSON Schema") }),
  strict: z.boolean().nullish(),
});

function parseTools(entries: { [name: string]: unknown }[]): Tool[] {
  const tools: Tool[] = [];
  for (const [index, entry] of entries.entries()) {
    const path = `toolConfig.tools.${index}`;
    const last = tools.at(-1);
    if (entry.cachePoint !== undefined) {
      const cache = parseCachePoint(entry.cachePoint, `${path}.cachePoint`);
      if (last) last.cache = cache;
    } else if (entry.systemTool !== undefined) {
      const advice = "it runs at AWS and this model's provider has no equivalent; leave it out";
      throw unsupported(`${path}.systemTool`, advice);
    } else {
      tools.push(parseTool(entry.toolSpec, `${path}.toolSpec`));
    }
  }
  return tools;
}

function parseTool(value: unknown, path: string): Tool {
  const { name, description, inputSchema, strict } = checked(TOOL, value, path);
  return {
    name,
    description: description ?? undefined,
    schema: inputSchema.json,
    strict: strict ?? undefined,
  };
}

function toolChoiceOf({ any, tool }: z.infer<typeof TOOL_CHOICE>): ToolChoice {
  if (tool) return { mode: "tool", name: tool.name };
  return { mode: any ? "required" : "auto" };
}

function outputFormatOf({ structure }: z.infer<typeof TEXT_FORMAT>): OutputFormat {
  const { schema: text, name } = structure.jsonSchema;
  const schema = parseJson(text);
  if (schema === undefined) {
    const path = "outputConfig.textFormat.structure.jsonSchema.schema";
    throw invalidField(path, "expected a JSON Schema as text");
  }
  return { type: "schema", name: name ?? "answer", schema, strict: true };
}
