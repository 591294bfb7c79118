import type { ChatModel } from "./chat-models.ts";
import { reasons } from "./chat-rules.ts";
import type { Wish } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseDataUri } from "./media.ts";
import { utter } from "./pretend.ts";
import type { Picture, Prompt, Utterance } from "./pretend.ts";
import { BYTES_PER_TOKEN, PICTURE_TOKENS, tokensOfBytes } from "./tokens.ts";
import type { PromptCache } from "./tokens.ts";

/** One answer for OpenAI, Azure and the compatible family; each wraps it in its own way. */
export interface ChatAnswer {
  completion: JsonObject;
  chunks: JsonObject[];
}

export interface ChatRequest {
  body: JsonObject;
  /** Undefined for a compatible server, which serves whatever it is asked for. */
  model: ChatModel | undefined;
  modelName: string;
  /** Servers of open models stream their thoughts; OpenAI only counts them. */
  thinking: "none" | "counted" | "streamed";
}

export function answerChat(
  request: ChatRequest,
  scope: string,
  wish: Wish,
  cache: PromptCache,
  nowMs: number,
): ChatAnswer {
  const { body } = request;
  const said = utter(chatPrompt(request, wish.reply));
  const usage =
    wish.usage === "none" ? undefined : usageOf(request, said, scope, wish, cache, nowMs);
  const shell = {
    id: newId("chatcmpl-"),
    created: Math.floor(nowMs / 1000),
    model: request.modelName,
  };
  const choices = Array.from({ length: Number(body["n"] ?? 1) }, (_, index) =>
    choiceOf(said, index),
  );
  return {
    completion: {
      ...shell,
      object: "chat.completion",
      service_tier: "default",
      system_fingerprint: "fp_standin",
      choices: choices.map((choice) => choice.whole),
      ...(usage && { usage }),
    },
    chunks: [
      ...chunksOf(
        shell,
        choices.flatMap((choice) => choice.deltas),
        body,
        usage,
      ),
    ],
  };
}

export function chatPrompt(
  { body, model, thinking }: ChatRequest,
  reply: string | undefined,
): Prompt {
  const messages = asArray(body["messages"]).map(asObject);
  const fresh = messages.slice(
    messages.findLastIndex((message) => message["role"] === "assistant") + 1,
  );
  const from = (role: string): JsonObject[] => fresh.filter((message) => message["role"] === role);
  return {
    text: from("user")
      .map((message) => textOf(message["content"]))
      .join("\n"),
    pictures: from("user").flatMap((message) =>
      asArray(message["content"]).flatMap((part) => pictureOf(asObject(part))),
    ),
    toolResults: from("tool").map((message) => textOf(message["content"])),
    tools: asArray(body["tools"]).map((tool) =>
      asString(asObject(asObject(tool)["function"] ?? asObject(tool)["custom"])["name"]),
    ),
    toolUse: toolUse(body["tool_choice"]),
    thinks: thinking !== "none",
    maxTokens: Number(
      body["max_completion_tokens"] ?? body["max_tokens"] ?? model?.maxOutputTokens ?? 8192,
    ),
    stopSequences:
      typeof body["stop"] === "string" ? [body["stop"]] : asArray(body["stop"]).map(asString),
    schema: schemaOf(asObject(body["response_format"])),
    announcesCalls: false,
    reply,
  };
}

export function thinkingOf(body: JsonObject, model: ChatModel): ChatRequest["thinking"] {
  return reasons(body, model) ? "counted" : "none";
}

function schemaOf(format: JsonObject): unknown {
  if (format["type"] === "json_object")
    return { type: "object", properties: { text: { type: "string" } } };
  return format["type"] === "json_schema" ? asObject(format["json_schema"])["schema"] : undefined;
}

function toolUse(choice: unknown): Prompt["toolUse"] {
  if (isObject(choice) && isObject(choice["function"]))
    return { name: asString(choice["function"]["name"]) };
  if (choice === "none") return "never";
  return choice === "required" ? "must" : "may";
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part)["text"]))
    .filter((text) => text !== "")
    .join("\n");
}

function pictureOf(part: JsonObject): Picture[] {
  const { image_url: image, file } = part;
  if (image === undefined && file === undefined) return [];
  const data = parseDataUri(
    asString(asObject(image)["url"]) || asString(asObject(file)["file_data"]),
  );
  return [
    data ? { mediaType: data.mediaType, bytes: data.bytes.length } : { mediaType: "url", bytes: 0 },
  ];
}

/** Tools, then every message's text; the order a prefix cache sees. */
export function chatPromptText(body: JsonObject): { text: string; pictures: number } {
  const messages = asArray(body["messages"]).map(asObject);
  const spoken = messages.map((message) => {
    const calls = Array.isArray(message["tool_calls"]) ? JSON.stringify(message["tool_calls"]) : "";
    return textOf(message["content"]) + calls;
  });
  const tools = Array.isArray(body["tools"]) ? JSON.stringify(body["tools"]) : "";
  const pictures = messages.flatMap((message) =>
    asArray(message["content"]).flatMap((part) => pictureOf(asObject(part))),
  );
  return { text: [tools, ...spoken].join(""), pictures: pictures.length };
}

export function chatInputTokens(body: JsonObject): number {
  const { text, pictures } = chatPromptText(body);
  return tokensOfBytes(Buffer.byteLength(text) + pictures * PICTURE_TOKENS * BYTES_PER_TOKEN);
}

function usageOf(
  request: ChatRequest,
  said: Utterance,
  scope: string,
  wish: Wish,
  cache: PromptCache,
  nowMs: number,
): JsonObject {
  const override = wish.usage === "none" ? undefined : wish.usage;
  const automatic = cache.useAutomatic(
    `${scope} ${request.modelName}`,
    chatPromptText(request.body).text,
    nowMs,
  );
  const prompt = override?.inputTokens ?? chatInputTokens(request.body);
  const completion = override?.outputTokens ?? said.outputTokens * Number(request.body["n"] ?? 1);
  const written = (override?.cacheWrite5mTokens ?? 0) + (override?.cacheWrite1hTokens ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: override?.cacheReadTokens ?? automatic,
      audio_tokens: 0,
      ...(written > 0 && { cache_write_tokens: written }),
    },
    completion_tokens_details: {
      reasoning_tokens: override?.reasoningTokens ?? said.thinkingTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

interface Choice {
  whole: JsonObject;
  deltas: { index: number; delta: JsonObject; finish_reason: string | null }[];
}

function choiceOf(said: Utterance, index: number): Choice {
  const calls = said.calls.map((call) => ({ id: newId("call_"), call }));
  const finish = finishReason(said);
  const message = {
    role: "assistant",
    content: said.text.length > 0 || calls.length === 0 ? said.text.join("") : null,
    refusal: null,
    annotations: [],
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, call }) => ({
        id,
        type: "function",
        function: { name: call.name, arguments: call.pieces.join("") || "{}" },
      })),
    }),
  };
  const deltas: JsonObject[] = [
    { role: "assistant", content: calls.length > 0 ? null : "", refusal: null },
    ...said.text.map((piece) => ({ content: piece })),
    ...calls.flatMap(({ id, call }, at) => [
      {
        tool_calls: [
          { index: at, id, type: "function", function: { name: call.name, arguments: "" } },
        ],
      },
      // A call without arguments still streams an empty object.
      ...(call.pieces.length > 0 ? call.pieces : ["{}"]).map((piece) => ({
        tool_calls: [{ index: at, function: { arguments: piece } }],
      })),
    ]),
  ];
  return {
    whole: { index, message, logprobs: null, finish_reason: finish },
    deltas: [
      ...deltas.map((delta) => ({ index, delta, finish_reason: null })),
      { index, delta: {}, finish_reason: finish },
    ],
  };
}

function* chunksOf(
  shell: JsonObject,
  deltas: Choice["deltas"],
  body: JsonObject,
  usage: JsonObject | undefined,
): Generator<JsonObject> {
  const wantsUsage =
    asObject(body["stream_options"])["include_usage"] === true && usage !== undefined;
  const head = {
    ...shell,
    object: "chat.completion.chunk",
    service_tier: "default",
    system_fingerprint: "fp_standin",
  };
  // With `include_usage` every chunk has the field, and only one without choices fills it.
  const empty = wantsUsage ? { usage: null } : {};
  for (const { index, delta, finish_reason } of deltas) {
    yield {
      ...head,
      choices: [{ index, delta, logprobs: null, finish_reason }],
      ...empty,
      obfuscation: "standin",
    };
  }
  if (wantsUsage) yield { ...head, choices: [], usage, obfuscation: "standin" };
}

function finishReason(said: Utterance): string {
  switch (said.finish) {
    case "tool":
      return "tool_calls";
    case "length":
      return "length";
    case "end":
    case "stop_sequence":
      return "stop";
  }
}
