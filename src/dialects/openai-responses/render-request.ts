import type { BodyPatch } from "../../core/body-patch.ts";
import type { ChatRequest, Message, OutputFormat } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import { effortFor } from "../openai-chat/render-effort.ts";
import { joinedText, orderedTurns } from "../turns.ts";
import { wantsCitations } from "../wishes.ts";
import { renderInput } from "./render-input.ts";
import { renderTools } from "./render-tools.ts";

export function renderRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  target.dropped.push(...(request.ignored ?? []));
  if (hasCacheMarks(request)) target.dropped.push("cache_control");
  if (wantsCitations(request)) target.dropped.push("citations");
  const turns = orderedTurns(request.messages);
  const [first] = turns;
  const instructions = first?.role === "system" ? first : undefined;
  return {
    model: target.model,
    ...renderInstructions(instructions),
    input: renderInput(instructions ? turns.slice(1) : turns, target),
    ...renderTools(request, target),
    ...renderLimit(request, target),
    ...renderSampling(request, target),
    ...renderReasoning(request, target),
    ...renderFormat(request.outputFormat),
    ...renderEndUser(request, target),
    // The caller sends the whole conversation every time, so nothing has to be kept for it.
    store: false,
    ...(request.stream ? { stream: true } : {}),
  };
}

/** OpenAI caches by itself. */
function hasCacheMarks({ messages, tools }: ChatRequest): boolean {
  const parts = messages.flatMap((message) => message.parts);
  return [...parts, ...tools].some((part) => "cache" in part && part.cache !== undefined);
}

function renderInstructions(turn: Message | undefined): JsonObject {
  const instructions = joinedText(turn?.parts ?? []);
  return instructions === "" ? {} : { instructions };
}

function renderLimit({ maxOutputTokens }: ChatRequest, { capabilities }: RenderTarget): JsonObject {
  if (maxOutputTokens === undefined) return {};
  return { max_output_tokens: Math.min(maxOutputTokens, capabilities.maxOutputTokens) };
}

export function limitOutput(body: BodyPatch, outputTokensMax: number): void {
  body.set("max_output_tokens", outputTokensMax);
}

/** Of sampling this grammar has two parameters, and no stop sequences. */
function renderSampling(
  { sampling, stopSequences }: ChatRequest,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = sampling;
  noteDropped(dropped, {
    top_k: topK,
    seed,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    stop_sequences: stopSequences.length > 0 ? stopSequences : undefined,
  });
  const tunable = { temperature, top_p: topP };
  if (capabilities.sampling) return defined(tunable);
  noteDropped(dropped, tunable);
  return {};
}

/** The encrypted thoughts are what the model goes on from in the next turn. */
function renderReasoning({ reasoning }: ChatRequest, target: RenderTarget): JsonObject {
  const effort = effortFor(reasoning, target);
  if (target.capabilities.reasoning === "none") return {};
  const isShown = reasoning?.visible === true && effort !== "none";
  const wishes = defined({ effort, summary: isShown ? "auto" : undefined });
  return {
    include: ["reasoning.encrypted_content"],
    ...(Object.keys(wishes).length > 0 ? { reasoning: wishes } : {}),
  };
}

function renderFormat(format: OutputFormat | undefined): JsonObject {
  switch (format?.type) {
    case undefined:
      return {};
    case "json":
      return { text: { format: { type: "json_object" } } };
    case "schema": {
      const { name, schema, strict } = format;
      return { text: { format: defined({ type: "json_schema", name, schema, strict }) } };
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

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
