import * as z from "zod";
import type { ChatRequest, OutputFormat, Reasoning } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import { withDocuments } from "./parse-documents.ts";
import { parseMessages } from "./parse-messages.ts";
import { parseTools } from "./parse-tools.ts";
import type { RouteTarget } from "../dialect.ts";
import { readEnvelope } from "./read-envelope.ts";

export function parseRequest(body: JsonObject, target: RouteTarget = {}): ChatRequest {
  const { model, stream, streamUsage, maxOutputTokens, endUser, choices } = readEnvelope(
    body,
    target,
  );
  const missing = untranslatable(body, choices);
  if (!target.dropParams) refuse(missing, body, choices);
  const options = checked(OPTIONS, body, "");
  return {
    model,
    stream,
    streamUsage,
    maxOutputTokens,
    endUser,
    messages: withDocuments(parseMessages(body.messages), body.documents),
    ...parseTools(body),
    stopSequences: typeof options.stop === "string" ? [options.stop] : (options.stop ?? []),
    sampling: {
      temperature: options.temperature ?? undefined,
      topP: options.top_p ?? undefined,
      topK: options.top_k ?? undefined,
      seed: options.seed ?? undefined,
      presencePenalty: options.presence_penalty ?? undefined,
      frequencyPenalty: options.frequency_penalty ?? undefined,
    },
    reasoning: reasoningOf(options),
    outputFormat: outputFormatOf(options.response_format),
    ignored: [...[...COSMETIC, ...COHERES].filter((name) => isSaid(body[name])), ...missing],
    extensions: Object.fromEntries(
      COHERES.flatMap((name) => (isSaid(body[name]) ? [[name, body[name]]] : [])),
    ),
  };
}

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** What LiteLLM's users send along to Cohere's models. */
const COHERES = ["citation_options", "safety_mode"];

/** What no other grammar has, and whose absence changes no answer. */
const COSMETIC = [
  "logit_bias",
  "prediction",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "service_tier",
  "store",
  "verbosity",
];

/** Things that would be missing from the answer. */
function untranslatable(body: JsonObject, choices: number): string[] {
  const asked = {
    n: choices > 1,
    logprobs: body.logprobs === true,
    top_logprobs: typeof body.top_logprobs === "number" && body.top_logprobs > 0,
    modalities: Array.isArray(body.modalities) && body.modalities.includes("audio"),
    audio: Boolean(body.audio),
    web_search_options: Boolean(body.web_search_options),
  };
  return Object.entries(asked).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
}

function refuse([name]: string[], body: JsonObject, choices: number): void {
  if (name === undefined) return;
  const advice = `"${String(body.model)}" is served by a vendor that has nothing like it; leave it out`;
  const instead = name === "n" ? ` and send the request ${choices} times` : "";
  throw unsupported(name, advice + instead);
}

const EFFORT = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

const RESPONSE_FORMAT = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({
      name: z.string(),
      schema: z.json().optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const OPTIONS = z.object({
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  seed: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  stop: z
    .union([z.string(), z.array(z.string())], "expected a string or a list of strings")
    .nullish(),
  response_format: RESPONSE_FORMAT.nullish(),
  reasoning_effort: EFFORT.nullish(),
  // LiteLLM passes Anthropic's own parameter, OpenRouter's clients send theirs.
  thinking: z
    .object({
      type: z.enum(["enabled", "adaptive", "disabled"]),
      budget_tokens: z.number().int().positive().nullish(),
    })
    .nullish(),
  reasoning: z
    .object({
      effort: EFFORT.nullish(),
      max_tokens: z.number().int().positive().nullish(),
      enabled: z.boolean().nullish(),
      exclude: z.boolean().nullish(),
    })
    .nullish(),
});

type Options = z.infer<typeof OPTIONS>;

function reasoningOf({ reasoning_effort, thinking, reasoning }: Options): Reasoning | undefined {
  const effort = reasoning_effort ?? reasoning?.effort ?? undefined;
  const budgetTokens = thinking?.budget_tokens ?? reasoning?.max_tokens ?? undefined;
  const visible = reasoning?.exclude !== true;
  if (effort === "none" || thinking?.type === "disabled" || reasoning?.enabled === false)
    return { mode: "off" };
  if (effort !== undefined || budgetTokens !== undefined)
    return { mode: "bounded", effort, budgetTokens, visible };
  const isAsked = thinking !== undefined && thinking !== null;
  return isAsked || reasoning?.enabled === true ? { mode: "adaptive", visible } : undefined;
}

function outputFormatOf(format: Options["response_format"]): OutputFormat | undefined {
  switch (format?.type) {
    case undefined:
    case "text":
      return undefined;
    case "json_object":
      return { type: "json" };
    case "json_schema": {
      const { name, schema = { type: "object" }, strict } = format.json_schema;
      return { type: "schema", name, schema, strict: strict ?? undefined };
    }
  }
}
