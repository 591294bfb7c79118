import { capabilitiesOf } from "../../../src/core/capabilities.ts";
import type { ChatRequest, Message, Part } from "../../../src/core/chat.ts";
import type { RenderTarget } from "../../../src/dialects/dialect.ts";

export function targetOf(model: string): RenderTarget {
  return { model, capabilities: capabilitiesOf(model), dropped: [] };
}

export function requestOf(fields: Partial<ChatRequest>): ChatRequest {
  return {
    model: "team/gemini",
    stream: false,
    streamUsage: false,
    messages: [user("hi")],
    tools: [],
    stopSequences: [],
    sampling: {},
    ...fields,
  };
}

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
