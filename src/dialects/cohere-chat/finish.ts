import type { FinishReason } from "../../core/chat.ts";
import type { Failure } from "../../core/failure.ts";
import { textIn } from "../lenient.ts";
import type { JsonObject } from "../../core/json.ts";

/** Which of the stop sequences it was, this vendor does not tell. */
export function finishOf(finishReason: string, hasCalls: boolean): FinishReason {
  switch (finishReason) {
    case "MAX_TOKENS":
      return "length";
    case "TOOL_CALL":
      return "tool-calls";
    case "ERROR_TOXIC":
      return "content-filter";
    case "ERROR_LIMIT":
      return "context-full";
    default:
      // `COMPLETE`, `STOP_SEQUENCE`, and reasons that are yet to be invented.
      return hasCalls ? "tool-calls" : "stop";
  }
}

/** The ends that are none: the answer broke off at the vendor's. */
export function breakdownOf({ finish_reason, error }: JsonObject): Failure | undefined {
  const message = textIn(error) || `the upstream gave up: ${textIn(finish_reason)}`;
  switch (textIn(finish_reason)) {
    case "ERROR":
    case "USER_CANCEL":
      return { category: "server-error", status: 0, message };
    case "TIMEOUT":
      return { category: "timeout", status: 0, message };
    default:
      return undefined;
  }
}
