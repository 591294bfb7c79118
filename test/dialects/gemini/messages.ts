import type { Message, Part } from "../../../src/core/chat.ts";

/** Turns in short: a string stands for a text part. */
export function user(...parts: (Part | string)[]): Message {
  return { role: "user", parts: parts.map(asPart) };
}

export function assistant(...parts: (Part | string)[]): Message {
  return { role: "assistant", parts: parts.map(asPart) };
}

export function system(text: string): Message {
  return { role: "system", parts: [asPart(text)] };
}

function asPart(part: Part | string): Part {
  return typeof part === "string" ? { type: "text", text: part } : part;
}
