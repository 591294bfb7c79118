import type { FinishReason } from "../../core/chat.ts";

/** Some servers, and OpenAI itself for a forced tool, say "stop" after a tool call. */
export function finishOf(finishReason: string, hasToolCalls: boolean): FinishReason {
  switch (finishReason) {
    // OpenAI's word, Mistral's and vLLM's.
    case "length":
    case "model_length":
    case "abort":
      return "length";
    case "tool_calls":
    case "function_call":
      return "tool-calls";
    case "content_filter":
      return "content-filter";
    default:
      return hasToolCalls ? "tool-calls" : "stop";
  }
}

/** Words by which a server says that it gave up in the middle. */
export function isBreakdown(finishReason: string): boolean {
  return finishReason === "error" || finishReason === "insufficient_system_resource";
}

/** A caller who declared functions, before they were called tools, waits for the older word. */
export function finishReasonOf(reason: FinishReason, isLegacy = false): string {
  switch (reason) {
    case "stop":
    case "paused":
    case "malformed":
      return "stop";
    case "length":
    case "context-full":
      return "length";
    case "tool-calls":
      return isLegacy ? "function_call" : "tool_calls";
    case "content-filter":
      return "content_filter";
  }
}
