import type { FinishReason } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn, textIn } from "../lenient.ts";

/** What an ended answer says of its end. */
export function finishOf(response: JsonObject, hasToolCalls: boolean): FinishReason {
  if (response.status === "incomplete") {
    const reason = textIn(objectIn(response.incomplete_details).reason);
    return reason === "content_filter" ? "content-filter" : "length";
  }
  return hasToolCalls ? "tool-calls" : "stop";
}

export interface Ending {
  status: "completed" | "incomplete" | "failed";
  incomplete_details: Json;
  error: Json;
}

const COMPLETED: Ending = { status: "completed", incomplete_details: null, error: null };

export function endingOf(reason: FinishReason): Ending {
  switch (reason) {
    case "stop":
    case "tool-calls":
    case "paused":
      return COMPLETED;
    case "length":
    case "context-full":
      return {
        ...COMPLETED,
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
      };
    case "content-filter":
      return {
        ...COMPLETED,
        status: "incomplete",
        incomplete_details: { reason: "content_filter" },
      };
    case "malformed":
      // Agents ask again after this, which is what helps.
      return {
        ...COMPLETED,
        status: "failed",
        error: { code: "server_error", message: "The model wrote a tool call nobody can read." },
      };
  }
}
