import { capabilitiesOf } from "../../src/core/capabilities.ts";
import type { Capabilities } from "../../src/core/capabilities.ts";
import type { ChatRequest } from "../../src/core/chat.ts";
import type { RenderTarget } from "../../src/dialects/dialect.ts";

export function targetOf(model: string, changes: Partial<Capabilities> = {}): RenderTarget {
  return { model, capabilities: { ...capabilitiesOf(model), ...changes }, dropped: [] };
}

/** A question, and whatever else the test is about. */
export function requestOf(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: "public-name",
    stream: false,
    streamUsage: false,
    messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    stopSequences: [],
    sampling: {},
    ...changes,
  };
}
