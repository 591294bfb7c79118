import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

/**
 * The conversation as vendors want it who let user and assistant only take turns: system messages in
 * front, later ones told by the user, and neighbours of one role joined.
 */
export function alternate(messages: readonly Json[]): Json[] {
  const turns: Json[] = [];
  for (const message of messages) {
    const before = turns.at(-1);
    const said = turns.every(isSystem) ? message : asUser(message);
    if (isJsonObject(said) && isJsonObject(before) && canJoin(before, said)) {
      turns[turns.length - 1] = { ...before, content: joined(before.content, said.content) };
    } else turns.push(said);
  }
  return turns;
}

function isSystem(message: Json): boolean {
  return isJsonObject(message) && message.role === "system";
}

function asUser(message: Json): Json {
  return isJsonObject(message) && message.role === "system"
    ? { ...message, role: "user" }
    : message;
}

/** Calls of tools and their results stay apart: each has an id of its own. */
function canJoin(before: JsonObject, message: JsonObject): boolean {
  const isPlain = message.role === "user" || message.role === "assistant";
  return isPlain && before.role === message.role && !hasCalls(before) && !hasCalls(message);
}

function hasCalls(message: JsonObject): boolean {
  return Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
}

function joined(first: Json | undefined, second: Json | undefined): Json {
  if (typeof first === "string" && typeof second === "string") return `${first}\n\n${second}`;
  return [...partsOf(first), ...partsOf(second)];
}

function partsOf(content: Json | undefined): Json[] {
  if (Array.isArray(content)) return content;
  return typeof content === "string" ? [{ type: "text", text: content }] : [];
}
