import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { without } from "./beta-flags.ts";
import { adaptBlocks, mapKept } from "./claude-content.ts";
import type { ContentRules } from "./claude-content.ts";

export interface TurnRules extends ContentRules {
  /** System turns may stand between the others. */
  systemTurns: boolean;
  /** The conversation may end with an assistant turn for the model to go on with. */
  prefill: boolean;
  /** Members of a turn that this call makes nothing known of there. */
  unknownInTurns: readonly string[];
}

/** The conversation as this model takes it. A list that needs no change comes back itself. */
export function adaptTurns(messages: Json[], rules: TurnRules): Json[] {
  const turns = mapKept(messages, (message, index) =>
    isJsonObject(message) ? adaptTurn(message, rules, `messages.${index}.content`) : message,
  );
  const folded = rules.systemTurns ? turns : foldSystemTurns(turns);
  return rules.prefill ? folded : endedByUser(folded);
}

function adaptTurn(message: JsonObject, rules: TurnRules, path: string): JsonObject {
  const turn = without(message, rules.unknownInTurns);
  if (!Array.isArray(turn.content)) return turn;
  const content = adaptBlocks(turn.content, rules, path);
  return content === turn.content ? turn : { ...turn, content };
}

/**
 * Puts the words of a system turn into the user turn before it, else into the one after it. They
 * are never hoisted to the top: that would change the prefix the vendor has cached.
 */
function foldSystemTurns(messages: Json[]): Json[] {
  if (!messages.some((message) => roleOf(message) === "system")) return messages;
  const folded: Json[] = [];
  let waiting: Json[] = [];
  for (const message of messages) {
    const previous = folded.at(-1);
    if (roleOf(message) !== "system") {
      folded.push(...(waiting.length === 0 ? [message] : ledBy(waiting, message)));
      waiting = [];
    } else if (isJsonObject(previous) && roleOf(previous) === "user") {
      folded[folded.length - 1] = withBlocks(previous, ...systemWords(message));
    } else waiting = [...waiting, ...systemWords(message)];
  }
  return waiting.length === 0 ? folded : [...folded, { role: "user", content: waiting }];
}

/** The words join a user turn behind its tool results, or become a turn before another one. */
function ledBy(words: Json[], message: Json): Json[] {
  if (!isJsonObject(message) || roleOf(message) !== "user") {
    return [{ role: "user", content: words }, message];
  }
  return [{ ...message, content: behindResults(blocksOf(message), words) }];
}

function withBlocks(message: JsonObject, ...blocks: Json[]): JsonObject {
  return { ...message, content: [...blocksOf(message), ...blocks] };
}

/** Marked, because the user did not say them. */
function systemWords(message: Json): Json[] {
  return blocksOf(message).map((block) =>
    isJsonObject(block) && typeof block.text === "string"
      ? { ...block, text: `<system>\n${block.text}\n</system>` }
      : block,
  );
}

/** Tool results must come first in their turn. */
function behindResults(blocks: Json[], added: Json[]): Json[] {
  const other = blocks.findIndex((block) => !isJsonObject(block) || block.type !== "tool_result");
  const end = other === -1 ? blocks.length : other;
  return [...blocks.slice(0, end), ...added, ...blocks.slice(end)];
}

/** Models that cannot go on with an answer begun for them are asked to, in words. */
function endedByUser(messages: Json[]): Json[] {
  if (roleOf(messages.at(-1)) !== "assistant") return messages;
  return [...messages, { role: "user", content: "Continue." }];
}

/** Adds a text block to the last user turn. */
export function appendText(messages: Json[], text: string): Json[] {
  const last = messages.findLastIndex((message) => roleOf(message) === "user");
  return messages.map((message, index) =>
    index === last && isJsonObject(message) ? withBlocks(message, { type: "text", text }) : message,
  );
}

/** Anthropic marks the end of the prompt by itself when asked to; elsewhere the mark is set by hand. */
export function markEnd(messages: Json[], mark: JsonObject): Json[] {
  const last = messages.at(-1);
  const blocks = blocksOf(last);
  const end = blocks.at(-1);
  // Thoughts cannot be marked, and a mark that is there is the caller's own.
  const isFree = isJsonObject(end) && end.cache_control === undefined;
  if (!isJsonObject(last) || !isFree || String(end.type).includes("thinking")) return messages;
  const content = [...blocks.slice(0, -1), { ...end, cache_control: mark }];
  return [...messages.slice(0, -1), { ...last, content }];
}

/**
 * True when tool results are being answered and the assistant turn before them did not begin by
 * thinking. Models with a thinking budget refuse to start thinking there.
 */
export function isLoopWithoutThinking(messages: Json | undefined): boolean {
  if (!Array.isArray(messages)) return false;
  const isLoop = blocksOf(messages.at(-1)).some((block) => typeOf(block) === "tool_result");
  const called = messages.findLast((message) => roleOf(message) === "assistant");
  const first = typeOf(blocksOf(called)[0]);
  return isLoop && first !== "thinking" && first !== "redacted_thinking";
}

function roleOf(message: Json | undefined): Json | undefined {
  return isJsonObject(message) ? message.role : undefined;
}

function typeOf(block: Json | undefined): Json | undefined {
  return isJsonObject(block) ? block.type : undefined;
}

/** A string is short for one text block. */
function blocksOf(message: Json | undefined): Json[] {
  if (!isJsonObject(message)) return [];
  if (typeof message.content === "string") return [{ type: "text", text: message.content }];
  return Array.isArray(message.content) ? message.content : [];
}
