import type { ChatModel } from "./chat-models.ts";
import type { Wish } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { utter } from "./pretend.ts";
import type { ToolCall, Utterance } from "./pretend.ts";
import { declaredTools } from "./responses-input.ts";
import { responsesInputTokens, responsesPrompt, responsesPromptText } from "./responses-prompt.ts";
import type { ResponsesRequest } from "./responses-prompt.ts";
import { responsesReasons } from "./responses-rules.ts";
import { encryptFor } from "./responses-store.ts";
import type { PromptCache } from "./tokens.ts";

export interface ResponsesAnswer {
  /** The finished response. */
  whole: JsonObject;
  events: JsonObject[];
}

/** One answer for OpenAI and Azure, whole and as the events of its stream. */
export function answerResponses(
  request: ResponsesRequest,
  scope: string,
  wish: Wish,
  cache: PromptCache,
  nowMs: number,
): ResponsesAnswer {
  const { body, model } = request;
  const said = utter(responsesPrompt(request, wish.reply));
  const shell = shellOf(body, model, nowMs);
  const items = itemsOf(said, request, scope);
  const isCut = said.finish === "length";
  const usage =
    wish.usage === "none" ? undefined : usageOf(request, said, scope, wish, cache, nowMs);
  const whole: JsonObject = {
    ...shell,
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output: items.map((item) => item.whole),
    usage: usage ?? null,
  };
  const begun = { ...shell, status: "in_progress", output: [], usage: null };
  const events: JsonObject[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...items.flatMap((item, index) =>
      item.events.map((event) => ({ ...event, output_index: index })),
    ),
    { type: isCut ? "response.incomplete" : "response.completed", response: whole },
  ];
  return {
    whole,
    events: events.map((event, index) => ({ ...event, sequence_number: index })),
  };
}

function shellOf(body: JsonObject, model: ChatModel, nowMs: number): JsonObject {
  return {
    id: newId("resp_"),
    object: "response",
    created_at: Math.floor(nowMs / 1000),
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    model: model.fullName,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: body["previous_response_id"] ?? null,
    reasoning: { effort: model.defaultEffort, summary: null, ...asObject(body["reasoning"]) },
    service_tier: "default",
    store: body["store"] ?? true,
    temperature: body["temperature"] ?? 1,
    text: { format: { type: "text" }, ...asObject(body["text"]) },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? 1,
    truncation: "disabled",
    user: body["user"] ?? null,
    metadata: body["metadata"] ?? {},
  };
}

interface Item {
  whole: JsonObject;
  events: JsonObject[];
}

function itemsOf(said: Utterance, { body, model }: ResponsesRequest, scope: string): Item[] {
  const hasWords = said.text.length > 0 || said.calls.length === 0;
  return [
    ...(responsesReasons(body, model) ? [thoughtItem(said.thinking, body, scope)] : []),
    ...(hasWords ? [messageItem(said.text)] : []),
    ...said.calls.map((call) => callItem(call, body)),
  ];
}

/** The thought itself stays hidden; a summary is shown on request. */
function thoughtItem(thinking: string[], body: JsonObject, scope: string): Item {
  const id = newId("rs_");
  const wanted = asObject(body["reasoning"])["summary"] ?? undefined;
  const shown = wanted === undefined ? [] : thinking;
  const text = shown.join("");
  const encrypted = asArray(body["include"]).includes("reasoning.encrypted_content");
  const whole: JsonObject = {
    id,
    type: "reasoning",
    summary: text === "" ? [] : [{ type: "summary_text", text }],
    ...(encrypted && { encrypted_content: encryptFor(scope) }),
  };
  const place = { item_id: id, summary_index: 0 };
  const part = { type: "summary_text", text };
  const summary: JsonObject[] =
    text === ""
      ? []
      : [
          { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } },
          ...shown.map((delta) => ({
            type: "response.reasoning_summary_text.delta",
            ...place,
            delta,
            obfuscation: "standin",
          })),
          { type: "response.reasoning_summary_text.done", ...place, text },
          { type: "response.reasoning_summary_part.done", ...place, part },
        ];
  return {
    whole,
    events: [added({ ...whole, summary: [] }), ...summary, done(whole)],
  };
}

function messageItem(pieces: string[]): Item {
  const id = newId("msg_");
  const text = pieces.join("");
  const part = { type: "output_text", annotations: [], logprobs: [], text };
  const shell = { id, type: "message", role: "assistant" };
  const whole = { ...shell, status: "completed", content: [part] };
  const place = { item_id: id, content_index: 0 };
  return {
    whole,
    events: [
      added({ ...shell, status: "in_progress", content: [] }),
      { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
      ...pieces.map((delta) => ({
        type: "response.output_text.delta",
        ...place,
        delta,
        logprobs: [],
        obfuscation: "standin",
      })),
      { type: "response.output_text.done", ...place, text, logprobs: [] },
      { type: "response.content_part.done", ...place, part },
      done(whole),
    ],
  };
}

function callItem(call: ToolCall, body: JsonObject): Item {
  if (call.name === "tool_search") return searchItem(call);
  const tools = declaredTools(body);
  const isCalled = (tool: unknown): boolean => asObject(tool)["name"] === call.name;
  const namespace = tools.find((tool) => asArray(tool["tools"]).some(isCalled));
  const tool = asObject(tools.find(isCalled) ?? asArray(namespace?.["tools"]).find(isCalled));
  if (tool["type"] === "custom") return customItem(call, namespace);
  const shell = {
    id: newId("fc_"),
    type: "function_call",
    call_id: newId("call_"),
    name: call.name,
    ...(namespace && { namespace: asString(namespace["name"]) }),
  };
  // A call without arguments still streams an empty object.
  const pieces = call.pieces.length > 0 ? call.pieces : ["{}"];
  const whole = { ...shell, status: "completed", arguments: pieces.join("") };
  return {
    whole,
    events: [
      added({ ...shell, status: "in_progress", arguments: "" }),
      ...pieces.map((delta) => ({
        type: "response.function_call_arguments.delta",
        item_id: shell.id,
        delta,
        obfuscation: "standin",
      })),
      {
        type: "response.function_call_arguments.done",
        item_id: shell.id,
        arguments: whole.arguments,
      },
      done(whole),
    ],
  };
}

function searchItem(call: ToolCall): Item {
  const shell = {
    id: newId("tsc_"),
    type: "tool_search_call",
    execution: "client",
    call_id: newId("call_"),
  };
  const whole = { ...shell, status: "completed", arguments: call.arguments };
  return {
    whole,
    events: [added({ ...shell, status: "in_progress", arguments: {} }), done(whole)],
  };
}

function customItem(call: ToolCall, namespace: JsonObject | undefined): Item {
  const shell = {
    id: newId("ctc_"),
    type: "custom_tool_call",
    call_id: newId("call_"),
    name: call.name,
    ...(namespace && { namespace: asString(namespace["name"]) }),
  };
  const input = asString(call.arguments["input"]);
  const whole = { ...shell, status: "completed", input };
  return {
    whole,
    events: [
      added({ ...shell, status: "in_progress", input: "" }),
      { type: "response.custom_tool_call_input.delta", item_id: shell.id, delta: input },
      { type: "response.custom_tool_call_input.done", item_id: shell.id, input },
      done(whole),
    ],
  };
}

function added(item: JsonObject): JsonObject {
  return { type: "response.output_item.added", item };
}

function done(item: JsonObject): JsonObject {
  return { type: "response.output_item.done", item };
}

function usageOf(
  { body, model }: ResponsesRequest,
  said: Utterance,
  scope: string,
  wish: Wish,
  cache: PromptCache,
  nowMs: number,
): JsonObject {
  const override = wish.usage === "none" ? undefined : wish.usage;
  const { text } = responsesPromptText(body);
  const automatic = cache.useAutomatic(`${scope} ${model.fullName}`, text, nowMs);
  const input = override?.inputTokens ?? responsesInputTokens(body);
  const output = override?.outputTokens ?? said.outputTokens;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: override?.cacheReadTokens ?? automatic,
      cache_write_tokens: override?.cacheWrite5mTokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: override?.reasoningTokens ?? said.thinkingTokens,
    },
    total_tokens: input + output,
  };
}
