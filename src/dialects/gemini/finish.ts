import type { FinishReason } from "../../core/chat.ts";

const REASONS = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  // The model could go on if it were asked again with a token; callers know that as a length limit.
  ["CONTINUATION", "length"],
  ["MALFORMED_FUNCTION_CALL", "malformed"],
  ["MALFORMED_RESPONSE", "malformed"],
  ["UNEXPECTED_TOOL_CALL", "malformed"],
  ["TOO_MANY_TOOL_CALLS", "malformed"],
  ["MISSING_THOUGHT_SIGNATURE", "malformed"],
]);

/** Kinds of content Google withholds; also the reasons for which it blocks a prompt. */
const WITHHELD =
  /SAFETY|BLOCKLIST|PROHIBITED|SPII|RECITATION|LANGUAGE|MODEL_ARMOR|JAILBREAK|^OTHER$/;

/** A call ends with STOP here; whoever made one is waiting for its result. */
export function finishOf(reason: string, hasCalls: boolean): FinishReason {
  const known = REASONS.get(reason) ?? (WITHHELD.test(reason) ? "content-filter" : "malformed");
  return known === "stop" && hasCalls ? "tool-calls" : known;
}

export function finishReasonOf(reason: FinishReason): string {
  switch (reason) {
    case "stop":
    case "tool-calls":
    case "paused":
      return "STOP";
    case "length":
    case "context-full":
      return "MAX_TOKENS";
    case "content-filter":
      return "SAFETY";
    case "malformed":
      return "MALFORMED_RESPONSE";
  }
}
