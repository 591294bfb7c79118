import type { Capabilities } from "../../core/capabilities.ts";
import type { Message } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { orderedTurns } from "../turns.ts";
import { renderBlocks } from "./render-blocks.ts";
import type { BlockStyle } from "./render-media.ts";

export interface Turn {
  role: "user" | "assistant";
  content: JsonObject[];
}

export interface Conversation {
  system: JsonObject[];
  turns: Turn[];
}

/** System words in front, then the conversation: user first, roles alternating, no empty turn. */
export function renderConversation(
  messages: readonly Message[],
  style: BlockStyle,
  capabilities: Capabilities,
): Conversation {
  const ordered = orderedTurns(messages);
  const opening = ordered[0]?.role === "system" ? ordered.shift() : undefined;
  const turns: Turn[] = [];
  for (const { role, parts } of ordered) {
    const content = renderBlocks(parts, style);
    if (content.length === 0) continue;
    // Hoisting later system words would change the prefix that is cached.
    if (role === "system") append(turns, { role: "user", content: content.map(asSystemWords) });
    else append(turns, { role, content });
  }
  if (turns[0]?.role !== "user") turns.unshift(userTurn("(The conversation begins here.)"));
  for (const { content } of turns) accompanyDocuments(content);
  return {
    system: renderBlocks(opening?.parts ?? [], style),
    turns: withLegalEnd(turns, capabilities),
  };
}

function append(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1);
  if (last?.role === turn.role) last.content.push(...turn.content);
  else turns.push(turn);
}

function asSystemWords(block: JsonObject): JsonObject {
  return typeof block.text === "string" ? { text: `<system>\n${block.text}\n</system>` } : block;
}

/** A document without a word about it is refused. */
function accompanyDocuments(content: JsonObject[]): void {
  const isAlone =
    content.some((block) => block.document !== undefined) &&
    content.every((block) => block.text === undefined);
  if (isAlone) content.push({ text: "(See the document.)" });
}

/** A last turn of the assistant's is a beginning for the model to go on with, where it can. */
function withLegalEnd(turns: Turn[], { prefill }: Capabilities): Turn[] {
  const last = turns.at(-1);
  if (last?.role !== "assistant") return turns;
  if (!prefill) return [...turns, userTurn("Continue.")];
  const block = last.content.at(-1);
  // Trailing white space in a beginning is refused.
  if (typeof block?.text === "string") block.text = block.text.trimEnd();
  return turns;
}

function userTurn(text: string): Turn {
  return { role: "user", content: [{ text }] };
}
