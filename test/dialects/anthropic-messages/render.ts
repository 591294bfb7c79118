import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { renderRequest } from "../../../src/dialects/anthropic-messages/render-request.ts";
import { requestOf, targetOf } from "../target.ts";

/** One model of each generation, by what it can be asked. */
export const BUDGETED = "claude-sonnet-4-5-20250929";
export const OLDER_ADAPTIVE = "claude-opus-4-6";
export const ADAPTIVE = "claude-opus-4-7";
export const MID_SYSTEM = "claude-opus-4-8";
export const UNFORCEABLE = "claude-opus-5-5";

export function render(
  changes: Partial<ChatRequest>,
  model = BUDGETED,
): { body: JsonObject; dropped: string[] } {
  const target = targetOf(model);
  return { body: renderRequest(requestOf(changes), target), dropped: target.dropped };
}

export function messagesOf(messages: Message[], model = BUDGETED): unknown {
  return render({ messages }, model).body.messages;
}
