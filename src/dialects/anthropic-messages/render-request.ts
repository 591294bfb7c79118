import type { ChatRequest } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import { orderedTurns } from "../turns.ts";
import { limitCacheMarks } from "../cache-control.ts";
import { renderInstruction, renderOutputFormat } from "./output-schema.ts";
import { renderBlocks } from "./render-blocks.ts";
import { renderThinking } from "./render-thinking.ts";
import { renderToolChoice, renderTools } from "./render-tools.ts";
import { renderTurns } from "./render-turns.ts";

export function renderRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  const { capabilities, dropped } = target;
  const turns = orderedTurns(request.messages);
  const opening = turns[0]?.role === "system" ? turns.shift() : undefined;
  const system = [
    ...renderBlocks(opening?.parts ?? [], capabilities),
    ...renderInstruction(request.outputFormat, capabilities),
  ];
  const messages = renderTurns(turns, capabilities);
  const tools = renderTools(request, dropped);
  const maxTokens = maxTokensOf(request, target);
  const { thinking, effort } = renderThinking(request, messages, maxTokens, target);
  const outputConfig = { ...effort, ...renderOutputFormat(request.outputFormat, capabilities) };
  limitCacheMarks([...tools, ...system, ...messages.flatMap((message) => message.content)]);
  dropped.push(...(request.ignored ?? []));
  return {
    model: target.model,
    max_tokens: maxTokens,
    ...(system.length > 0 ? { system } : {}),
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(tools.length > 0 ? { tools, ...renderToolChoice(request, target) } : {}),
    ...(thinking ? { thinking } : {}),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...renderStopSequences(request),
    ...renderSampling(request, thinking !== undefined && thinking.type !== "disabled", target),
    ...renderEndUser(request, dropped),
    ...(request.stream ? { stream: true } : {}),
  };
}

/** What the vendor's own SDKs allow without a stream: more could take longer than ten minutes. */
const UNSTREAMED_TOKENS_MAX = 21_333;

function maxTokensOf(request: ChatRequest, { capabilities }: RenderTarget): number {
  const { maxOutputTokens: limit } = capabilities;
  const unasked = request.stream ? limit : UNSTREAMED_TOKENS_MAX;
  return Math.min(request.maxOutputTokens ?? unasked, limit);
}

function renderStopSequences({ stopSequences }: ChatRequest): JsonObject {
  // The vendor refuses sequences of white space only.
  const sequences = stopSequences.filter((sequence) => sequence.trim() !== "");
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}

function renderSampling(
  { sampling }: ChatRequest,
  isThinking: boolean,
  target: RenderTarget,
): JsonObject {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = sampling;
  noteDropped(target.dropped, {
    seed,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
  });
  if (isThinking || !target.capabilities.sampling) {
    noteDropped(target.dropped, { temperature, top_p: topP, top_k: topK });
    return {};
  }
  // From 4.5 on models refuse temperature and top_p together; the temperature is the clearer wish.
  const isTopPTooMuch = temperature !== undefined && topP !== undefined;
  if (isTopPTooMuch) target.dropped.push("top_p");
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    ...(topP === undefined || isTopPTooMuch ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

function renderEndUser({ endUser }: ChatRequest, dropped: string[]): JsonObject {
  // The vendor asks for an id that identifies no person.
  const isAddress = endUser?.includes("@") ?? false;
  if (isAddress) dropped.push("user");
  return endUser === undefined || isAddress ? {} : { metadata: { user_id: endUser } };
}
