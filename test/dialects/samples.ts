import type {
  Message,
  Part,
  ReasoningPart,
  TextPart,
  Tool,
  ToolCallPart,
  ToolResultPart,
} from "../../src/core/chat.ts";

// A small vocabulary for conversations in tests.

export const text = (words: string): TextPart => ({ type: "text", text: words });
export const user = (...parts: Part[]): Message => ({ role: "user", parts });
export const assistant = (...parts: Part[]): Message => ({ role: "assistant", parts });
export const system = (...parts: Part[]): Message => ({ role: "system", parts });

export const tool: Tool = { name: "look", schema: { type: "object" } };

export const call: ToolCallPart = {
  type: "tool-call",
  id: "call_1",
  name: "look",
  arguments: '{"a":1}',
};

export const result: ToolResultPart = {
  type: "tool-result",
  id: "call_1",
  parts: [text("seen")],
  isError: false,
};

/** A thought of Claude's. */
export const signed: ReasoningPart = {
  type: "reasoning",
  text: "hm",
  proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
};
