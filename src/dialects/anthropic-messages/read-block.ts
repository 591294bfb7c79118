import type { BlockOpening } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { textIn } from "../lenient.ts";

/** How this block opens; `undefined` for kinds we do not translate, such as the server tools'. */
export function openingOf(block: JsonObject): BlockOpening | undefined {
  switch (textIn(block.type)) {
    case "text":
      return { kind: "text" };
    case "thinking":
      return { kind: "reasoning" };
    case "redacted_thinking":
      return {
        kind: "redacted-reasoning",
        proof: unwrapProof(textIn(block.data), "anthropic", "redacted"),
      };
    case "tool_use":
      return { kind: "tool-call", id: textIn(block.id), name: textIn(block.name) };
    default:
      return undefined;
  }
}

/** The words a block already has when it opens: none in a stream, all of them in a whole answer. */
export function textOfBlock(block: JsonObject): string {
  switch (textIn(block.type)) {
    case "text":
      return textIn(block.text);
    case "thinking":
      return textIn(block.thinking);
    case "tool_use":
      // Streams open every call with an empty object and then write its text.
      return isJsonObject(block.input) && Object.keys(block.input).length > 0
        ? JSON.stringify(block.input)
        : "";
    default:
      return "";
  }
}
