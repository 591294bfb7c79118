import { claudeCitations } from "./citing.ts";
import { claudePrompt, claudeSegments, showsThinking } from "./claude-prompt.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import type { Wish } from "./exchange.ts";
import { newId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { utter } from "./pretend.ts";
import type { Utterance } from "./pretend.ts";
import type { UsageOverride } from "./script.ts";
import type { Signatures } from "./signatures.ts";
import type { CacheUse, PromptCache } from "./tokens.ts";

/** One answer for all three surfaces; they differ only in ids and in how the events are wrapped. */
export interface ClaudeAnswer {
  message: JsonObject;
  events: JsonObject[];
  usage: ClaudeUsage;
}

export interface ClaudeUsage {
  /** Neither read from nor written to the cache: Anthropic counts the three apart. */
  uncachedTokens: number;
  readTokens: number;
  write5mTokens: number;
  write1hTokens: number;
  outputTokens: number;
  thinkingTokens: number;
}

export interface ClaudeTools {
  cache: PromptCache;
  signatures: Signatures;
  nowMs: number;
}

/** `scope` is whose cache it is: an account and a region do not share theirs. */
export function answerClaude(
  request: ClaudeRequest,
  scope: string,
  wish: Wish,
  tools: ClaudeTools,
): ClaudeAnswer {
  const said = utter(claudePrompt(request, wish.reply));
  const cached = tools.cache.useBreakpoints(
    `${scope} ${request.model.name}`,
    claudeSegments(request),
    tools.nowMs,
  );
  const usage = usageOf(cached, said, wish.usage === "none" ? undefined : wish.usage);
  const content = contentOf(request, said, tools.signatures);
  const shell = {
    model: request.model.fullName,
    id: newId(`msg_${request.surface.idInfix}`),
    type: "message",
    role: "assistant",
  };
  const stop = { stop_reason: stopReason(said), stop_sequence: said.stopSequence ?? null };
  const shown = wish.usage === "none" ? undefined : renderUsage(usage);
  return {
    message: {
      ...shell,
      content: content.map((block) => block.whole),
      ...stop,
      ...(shown && { usage: shown }),
    },
    events: [...eventsOf(shell, content, stop, shown)],
    usage,
  };
}

export function countClaudeTokens(request: ClaudeRequest, tools: ClaudeTools): number {
  return tools.cache.useBreakpoints(
    "count",
    claudeSegments(request).map((segment) => ({ ...segment, breakpoint: undefined })),
    tools.nowMs,
  ).inputTokens;
}

function usageOf(
  cached: CacheUse,
  said: Utterance,
  override: UsageOverride | undefined,
): ClaudeUsage {
  const readTokens = override?.cacheReadTokens ?? cached.readTokens;
  const write5mTokens = override?.cacheWrite5mTokens ?? cached.write5mTokens;
  const write1hTokens = override?.cacheWrite1hTokens ?? cached.write1hTokens;
  const inputTokens = override?.inputTokens ?? cached.inputTokens;
  return {
    uncachedTokens: Math.max(0, inputTokens - readTokens - write5mTokens - write1hTokens),
    readTokens,
    write5mTokens,
    write1hTokens,
    outputTokens: override?.outputTokens ?? said.outputTokens,
    thinkingTokens: override?.reasoningTokens ?? said.thinkingTokens,
  };
}

function renderUsage(usage: ClaudeUsage): JsonObject {
  return {
    input_tokens: usage.uncachedTokens,
    cache_creation_input_tokens: usage.write5mTokens + usage.write1hTokens,
    cache_read_input_tokens: usage.readTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.write5mTokens,
      ephemeral_1h_input_tokens: usage.write1hTokens,
    },
    output_tokens: usage.outputTokens,
    ...(usage.thinkingTokens > 0 && {
      output_tokens_details: { thinking_tokens: usage.thinkingTokens },
    }),
    service_tier: "standard",
  };
}

interface Block {
  whole: JsonObject;
  start: JsonObject;
  deltas: JsonObject[];
}

function contentOf(request: ClaudeRequest, said: Utterance, signatures: Signatures): Block[] {
  const blocks: Block[] = [];
  if (said.thinking.length > 0)
    blocks.push(thinkingBlock(said.thinking, showsThinking(request), signatures));
  if (said.text.length > 0) blocks.push(textBlock(said.text, claudeCitations(request.body)));
  for (const call of said.calls) {
    const shell = {
      type: "tool_use",
      id: newId(`toolu_${request.surface.idInfix}`),
      name: call.name,
    };
    const isWhole =
      call.pieces.join("") === JSON.stringify(call.arguments) || call.pieces.length === 0;
    blocks.push({
      whole: { ...shell, input: isWhole ? call.arguments : {} },
      start: { ...shell, input: {} },
      // An empty first delta is what Claude sends, and all it sends for a call without arguments.
      deltas: ["", ...call.pieces].map((piece) => ({
        type: "input_json_delta",
        partial_json: piece,
      })),
    });
  }
  return blocks;
}

function thinkingBlock(thinking: string[], isShown: boolean, signatures: Signatures): Block {
  const signature = signatures.issue("claude", thinking.join(""));
  const shown = isShown ? thinking : [];
  return {
    whole: { type: "thinking", thinking: shown.join(""), signature },
    start: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...shown.map((piece) => ({ type: "thinking_delta", thinking: piece })),
      { type: "signature_delta", signature },
    ],
  };
}

function textBlock(text: string[], citations: JsonObject[]): Block {
  const cited = citations.length > 0 ? { citations } : {};
  return {
    whole: { type: "text", text: text.join(""), ...cited },
    start: { type: "text", text: "", ...(citations.length > 0 && { citations: [] }) },
    deltas: [
      ...text.map((piece) => ({ type: "text_delta", text: piece })),
      ...citations.map((citation) => ({ type: "citations_delta", citation })),
    ],
  };
}

function* eventsOf(
  shell: JsonObject,
  content: Block[],
  stop: JsonObject,
  usage: JsonObject | undefined,
): Generator<JsonObject> {
  const opening = usage && { ...usage, output_tokens: 1, output_tokens_details: undefined };
  yield {
    type: "message_start",
    message: {
      ...shell,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(opening && { usage: opening }),
    },
  };
  for (const [index, block] of content.entries()) {
    yield { type: "content_block_start", index, content_block: block.start };
    if (index === 0) yield { type: "ping" };
    for (const delta of block.deltas) yield { type: "content_block_delta", index, delta };
    yield { type: "content_block_stop", index };
  }
  // Cumulative, and the last word on the input as well.
  yield {
    type: "message_delta",
    delta: stop,
    ...(usage && { usage: { ...usage, service_tier: undefined } }),
  };
  yield { type: "message_stop" };
}

function stopReason(said: Utterance): string {
  switch (said.finish) {
    case "end":
      return "end_turn";
    case "length":
      return "max_tokens";
    case "stop_sequence":
      return "stop_sequence";
    case "tool":
      return "tool_use";
  }
}
