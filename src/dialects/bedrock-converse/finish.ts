import type { FinishReason } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { textIn } from "../lenient.ts";

/** Some of the models say `end_turn` after a call; whoever made one is waiting for its result. */
export function finishOf(stopReason: Json | undefined, hasCalls: boolean): FinishReason {
  switch (textIn(stopReason)) {
    case "max_tokens":
      return "length";
    case "tool_use":
      return "tool-calls";
    case "content_filtered":
    case "guardrail_intervened":
      return "content-filter";
    case "model_context_window_exceeded":
      return "context-full";
    case "malformed_model_output":
    case "malformed_tool_use":
      return "malformed";
    default:
      return hasCalls ? "tool-calls" : "stop";
  }
}

export function stopReasonOf(reason: FinishReason, stopSequence: string | undefined): string {
  switch (reason) {
    case "stop":
      return stopSequence === undefined ? "end_turn" : "stop_sequence";
    case "length":
      return "max_tokens";
    case "tool-calls":
      return "tool_use";
    case "content-filter":
      return "content_filtered";
    case "context-full":
      return "model_context_window_exceeded";
    case "paused":
      return "end_turn";
    case "malformed":
      return "malformed_model_output";
  }
}
