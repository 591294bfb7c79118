import * as z from "zod";
import type {
  ChatRequest,
  Effort,
  OutputFormat,
  Reasoning,
  Tool,
  ToolChoice,
} from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import type { RouteTarget } from "../dialect.ts";
import { parseMessages, parseSystem } from "./parse-messages.ts";
import { readEnvelope } from "./read-envelope.ts";

export function parseRequest(
  body: JsonObject,
  { dropParams = false }: RouteTarget = {},
): ChatRequest {
  const { model, stream, streamUsage, maxOutputTokens, endUser } = readEnvelope(body);
  const dropped = dropParams ? serverSideIn(body) : [];
  if (!dropParams) refuseServerSide(body);
  const options = withoutServerTools(checked(OPTIONS, body, ""), dropped, dropParams);
  return {
    model,
    stream,
    streamUsage,
    maxOutputTokens,
    endUser,
    messages: [...parseSystem(body.system), ...parseMessages(body.messages)],
    tools: (options.tools ?? []).map((tool, index) => parseTool(tool, `tools.${index}`)),
    toolChoice: options.tool_choice ? toolChoiceOf(options.tool_choice) : undefined,
    parallelToolCalls: options.tool_choice?.disable_parallel_tool_use ? false : undefined,
    stopSequences: options.stop_sequences ?? [],
    sampling: {
      temperature: options.temperature ?? undefined,
      topP: options.top_p ?? undefined,
      topK: options.top_k ?? undefined,
    },
    reasoning: reasoningOf(options),
    outputFormat: outputFormatOf(options),
    ignored: [
      ...COSMETIC.filter((name) => body[name] !== undefined && body[name] !== null),
      ...dropped,
    ],
  };
}

/** What no other grammar has, and whose absence changes no answer. */
const COSMETIC = [
  "cache_control",
  "context_management",
  "diagnostics",
  "inference_geo",
  "service_tier",
  "speed",
];

const EFFORT = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

const SCHEMA_FORMAT = z.object({ type: z.literal("json_schema"), schema: z.json() });

const OPTIONS = z.object({
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(z.looseObject({ name: z.string(), type: z.string().nullish() })).nullish(),
  tool_choice: z
    .object({
      type: z.enum(["auto", "any", "tool", "none"]),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .nullish(),
  thinking: z
    .object({
      type: z.enum(["enabled", "adaptive", "disabled"]),
      budget_tokens: z.number().int().positive().optional(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z.object({ effort: EFFORT.nullish(), format: SCHEMA_FORMAT.nullish() }).nullish(),
  output_format: SCHEMA_FORMAT.nullish(),
});

type Options = z.infer<typeof OPTIONS>;

function serverSideIn(body: JsonObject): string[] {
  const servers = Array.isArray(body.mcp_servers) && body.mcp_servers.length > 0;
  return [...(servers ? ["mcp_servers"] : []), ...(body.container ? ["container"] : [])];
}

/** Tools that run at Anthropic leave where the operator prefers that, and so does the wish for one. */
function withoutServerTools(options: Options, dropped: string[], dropParams: boolean): Options {
  const { tools, tool_choice: choice } = options;
  if (!dropParams || !tools?.some(isServerTool)) return options;
  for (const tool of tools.filter(isServerTool)) dropped.push(`tools.${tool.type}`);
  const kept = tools.filter((tool) => !isServerTool(tool));
  const isOffered = choice?.type !== "tool" || kept.some(({ name }) => name === choice.name);
  return { ...options, tools: kept, tool_choice: isOffered && kept.length > 0 ? choice : null };
}

function isServerTool({ type }: { type?: string | null }): boolean {
  return Boolean(type) && type !== "custom";
}

/** Things that run at Anthropic. Leaving them out would change what the model can do. */
function refuseServerSide(body: JsonObject): void {
  const hasServers = Array.isArray(body.mcp_servers) && body.mcp_servers.length > 0;
  if (hasServers)
    throw unsupported(
      "mcp_servers",
      `the model "${String(body.model)}" is not served by Anthropic, which runs these`,
    );
  if (body.container)
    throw unsupported(
      "container",
      `the model "${String(body.model)}" is not served by Anthropic, which runs it`,
    );
}

const TOOL = z.object({
  name: z.string(),
  description: z.string().nullish(),
  input_schema: z.custom<JsonObject>(isJsonObject, "expected a JSON Schema").optional(),
  strict: z.boolean().nullish(),
  cache_control: CACHE_CONTROL,
});

function parseTool(value: { name: string; type?: string | null | undefined }, path: string): Tool {
  if (isServerTool(value)) {
    throw unsupported(
      `${path}.type`,
      `"${value.type}" runs at Anthropic and this model's provider has no equivalent; leave the tool out or choose a Claude model`,
    );
  }
  const tool = checked(TOOL, value, path);
  return {
    name: tool.name,
    description: tool.description ?? undefined,
    // Tools whose definition is loaded later come without a schema.
    schema: tool.input_schema ?? { type: "object", properties: {} },
    strict: tool.strict ?? undefined,
    cache: cacheMark(tool.cache_control),
  };
}

function toolChoiceOf({ type, name = "" }: NonNullable<Options["tool_choice"]>): ToolChoice {
  switch (type) {
    case "auto":
      return { mode: "auto" };
    case "none":
      return { mode: "none" };
    case "any":
      return { mode: "required" };
    case "tool":
      return { mode: "tool", name };
  }
}

function reasoningOf({ thinking, output_config }: Options): Reasoning | undefined {
  const effort: Effort | undefined = output_config?.effort ?? undefined;
  // Effort alone also bounds how long the model thinks, where it thinks by itself.
  if (!thinking) return effort ? { mode: "bounded", effort } : undefined;
  const visible = thinking.display !== "omitted";
  switch (thinking.type) {
    case "disabled":
      return { mode: "off" };
    case "adaptive":
      return { mode: "adaptive", effort, visible };
    case "enabled":
      return { mode: "bounded", budgetTokens: thinking.budget_tokens, effort, visible };
  }
}

function outputFormatOf({ output_config, output_format }: Options): OutputFormat | undefined {
  const format = output_config?.format ?? output_format;
  return format
    ? { type: "schema", name: "answer", schema: format.schema, strict: true }
    : undefined;
}
