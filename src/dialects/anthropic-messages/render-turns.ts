import type { Capabilities } from "../../core/capabilities.ts";
import type { Message, Role } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { renderBlocks } from "./render-blocks.ts";

export interface Turn {
  role: Role;
  content: JsonObject[];
}

/** The conversation as the vendor takes it: user first, roles alternating, no empty turn. */
export function renderTurns(turns: readonly Message[], capabilities: Capabilities): Turn[] {
  const rendered: Turn[] = [];
  for (const [index, turn] of turns.entries()) {
    const content = renderBlocks(turn.parts, capabilities);
    if (content.length === 0) continue;
    const next = turns[index + 1]?.role;
    const staysSystem =
      capabilities.midSystem &&
      rendered.at(-1)?.role === "user" &&
      (next === undefined || next === "assistant");
    if (turn.role !== "system" || staysSystem) append(rendered, { role: turn.role, content });
    else append(rendered, { role: "user", content: content.map(asSystemWords) });
  }
  // The vendor refuses a conversation that the assistant begins, and an empty one.
  if (rendered[0]?.role !== "user") rendered.unshift(userTurn("(The conversation begins here.)"));
  return withLegalEnd(rendered, capabilities);
}

function append(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1);
  if (last?.role === turn.role) last.content.push(...turn.content);
  else turns.push(turn);
}

/**
 * Where a model takes no system turn between others, its words join the user's. Hoisting them to the
 * top would change the prefix that is cached.
 */
function asSystemWords(block: JsonObject): JsonObject {
  return block.type === "text"
    ? { ...block, text: `<system>\n${String(block.text)}\n</system>` }
    : block;
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
  return { role: "user", content: [{ type: "text", text }] };
}
