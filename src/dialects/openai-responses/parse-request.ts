import * as z from "zod";
import type { ChatRequest, Message, OutputFormat, Reasoning } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import type { RouteTarget } from "../dialect.ts";
import { parseInput } from "./parse-input.ts";
import { parseTools } from "./parse-tools.ts";
import { readEnvelope } from "./read-envelope.ts";

export function parseRequest(body: JsonObject, target: RouteTarget = {}): ChatRequest {
  const { model, stream, streamUsage, maxOutputTokens, endUser } = readEnvelope(body, target);
  refuseUntranslatable(body);
  const options = checked(OPTIONS, body, "");
  const { messages, ignored } = parseInput(body.input);
  const { tools, toolChoice, ignored: ignoredTools } = parseTools(body);
  return {
    model,
    stream,
    streamUsage,
    maxOutputTokens,
    endUser,
    messages: [...instructionsOf(options), ...messages],
    tools,
    toolChoice,
    parallelToolCalls: options.parallel_tool_calls ?? undefined,
    stopSequences: [],
    sampling: { temperature: options.temperature ?? undefined, topP: options.top_p ?? undefined },
    reasoning: reasoningOf(options),
    outputFormat: outputFormatOf(options),
    ignored: [...cosmeticIn(body), ...ignored, ...ignoredTools],
  };
}

/** What no other grammar has, and whose absence changes no answer. */
const COSMETIC = [
  "client_metadata",
  "context_management",
  "max_tool_calls",
  "moderation",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "service_tier",
  "truncation",
];

function cosmeticIn(body: JsonObject): string[] {
  const present = COSMETIC.filter((name) => body[name] !== undefined && body[name] !== null);
  return body.store === true ? [...present, "store"] : present;
}

/** Things kept by OpenAI, and things that would be missing from the answer. */
function refuseUntranslatable(body: JsonObject): void {
  const kept = `"${String(body.model)}" is served by a vendor that keeps no conversations`;
  if (body.previous_response_id) {
    throw unsupported("previous_response_id", `${kept}; send all of it in "input" instead`);
  }
  if (body.prompt) throw unsupported("prompt", `${kept} and no prompts; send its text instead`);
  const asksForProbabilities =
    (typeof body.top_logprobs === "number" && body.top_logprobs > 0) ||
    includes(body.include, "message.output_text.logprobs");
  if (asksForProbabilities) {
    throw unsupported("top_logprobs", "this model's vendor tells no probabilities; leave it out");
  }
}

function includes(list: Json | undefined, item: string): boolean {
  return Array.isArray(list) && list.includes(item);
}

const EFFORT = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

const FORMAT = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    name: z.string(),
    schema: z.json(),
    strict: z.boolean().nullish(),
  }),
]);

const OPTIONS = z.object({
  instructions: z.string().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z.object({ effort: EFFORT.nullish(), summary: z.string().nullish() }).nullish(),
  text: z.object({ format: FORMAT.nullish() }).nullish(),
});

type Options = z.infer<typeof OPTIONS>;

function instructionsOf({ instructions }: Options): Message[] {
  return instructions ? [{ role: "system", parts: [{ type: "text", text: instructions }] }] : [];
}

function reasoningOf({ reasoning }: Options): Reasoning | undefined {
  const effort = reasoning?.effort ?? undefined;
  const summary = reasoning?.summary ?? undefined;
  const visible = summary !== undefined;
  if (effort === "none") return { mode: "off" };
  if (effort !== undefined) return { mode: "bounded", effort, visible };
  return visible ? { mode: "adaptive", visible } : undefined;
}

function outputFormatOf({ text }: Options): OutputFormat | undefined {
  const format = text?.format ?? undefined;
  switch (format?.type) {
    case undefined:
    case "text":
      return undefined;
    case "json_object":
      return { type: "json" };
    case "json_schema": {
      const { name, schema, strict } = format;
      return { type: "schema", name, schema, strict: strict ?? undefined };
    }
  }
}
