import type { ChatRequest, Message, OutputFormat } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import { refuseTooManyStops } from "../stop-sequences.ts";
import { orderedTurns } from "../turns.ts";
import { hasCacheMarks, wantsCitations } from "../wishes.ts";
import { renderMessages } from "./render-messages.ts";
import { renderEffort } from "./render-effort.ts";
import { renderTools } from "./render-tools.ts";

export function renderRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  target.dropped.push(...(request.ignored ?? []));
  // Vendors of this grammar cache by themselves.
  if (hasCacheMarks(request)) target.dropped.push("cache_control");
  if (wantsCitations(request)) target.dropped.push("citations");
  return {
    model: target.model,
    messages: renderMessages(orderedTurns(instructed(request, target)), target),
    ...renderTools(request, target),
    ...renderLimit(request, target),
    ...renderStop(request, target),
    ...renderSampling(request, target),
    ...renderEffort(request, target),
    ...renderResponseFormat(request.outputFormat, target),
    ...renderEndUser(request, target),
    // Without the counts a stream could not be charged for.
    ...(request.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function renderLimit({ maxOutputTokens }: ChatRequest, { capabilities }: RenderTarget): JsonObject {
  if (maxOutputTokens === undefined) return {};
  return { [capabilities.maxTokensField]: Math.min(maxOutputTokens, capabilities.maxOutputTokens) };
}

function renderStop(request: ChatRequest, target: RenderTarget): JsonObject {
  const { stopSequences } = request;
  const { capabilities, dropped } = target;
  if (stopSequences.length === 0) return {};
  if (!capabilities.sampling) {
    // Reasoning models take none.
    dropped.push("stop_sequences");
    return {};
  }
  refuseTooManyStops(request, target, "stop_sequences");
  return { stop: stopSequences };
}

function renderSampling(
  { sampling }: ChatRequest,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  const { topK, temperature, topP, presencePenalty, frequencyPenalty, seed } = sampling;
  noteDropped(dropped, { top_k: topK });
  const tunable = {
    temperature,
    top_p: topP,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
  };
  if (capabilities.sampling) return defined({ ...tunable, seed });
  noteDropped(dropped, tunable);
  return defined({ seed });
}

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A schema the vendor does not keep to is told in words, and the answer held to JSON at least. */
function instructed(
  { messages, outputFormat: format }: ChatRequest,
  { capabilities }: RenderTarget,
): Message[] {
  if (format?.type !== "schema" || capabilities.schemaOutput) return messages;
  const text = `Answer with one JSON object and nothing else, no code fence, that matches this JSON Schema:\n${JSON.stringify(format.schema)}`;
  const opening = messages.findIndex(({ role }) => role !== "system");
  return messages.toSpliced(Math.max(0, opening), 0, {
    role: "system",
    parts: [{ type: "text", text }],
  });
}

function renderResponseFormat(
  format: OutputFormat | undefined,
  { capabilities }: RenderTarget,
): JsonObject {
  switch (format?.type) {
    case undefined:
      return {};
    case "json":
      return { response_format: { type: "json_object" } };
    case "schema": {
      if (!capabilities.schemaOutput) return { response_format: { type: "json_object" } };
      const { name, schema, strict } = format;
      return {
        response_format: { type: "json_schema", json_schema: defined({ name, schema, strict }) },
      };
    }
  }
}

/** OpenAI's limit. Coding agents put a whole JSON document into Anthropic's field for it. */
const END_USER_CHARACTERS_MAX = 64;

function renderEndUser({ endUser }: ChatRequest, { dropped }: RenderTarget): JsonObject {
  const isTooLong = (endUser?.length ?? 0) > END_USER_CHARACTERS_MAX;
  if (isTooLong) dropped.push("user");
  return endUser === undefined || isTooLong ? {} : { user: endUser };
}
