import type { FinishReason } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { textIn } from "../lenient.ts";

export function finishOf(stopReason: Json | undefined): FinishReason {
  switch (textIn(stopReason)) {
    case "max_tokens":
      return "length";
    case "tool_use":
      return "tool-calls";
    case "refusal":
      return "content-filter";
    case "model_context_window_exceeded":
      return "context-full";
    case "pause_turn":
      return "paused";
    default:
      // `end_turn`, `stop_sequence`, and reasons that are yet to be invented.
      return "stop";
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
      return "refusal";
    case "context-full":
      return "model_context_window_exceeded";
    case "paused":
      return "pause_turn";
    case "malformed":
      return "end_turn";
  }
}
