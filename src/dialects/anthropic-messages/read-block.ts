import type { BlockOpening } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { unwrapProof } from "../proof-envelope.ts";

/** How this block opens; `undefined` for kinds we do not translate, such as the server tools'. */
export function openingOf(block: JsonObject): BlockOpening | undefined {
  switch (block.type) {
    case "text":
      return { kind: "text" };
    case "thinking":
      return { kind: "reasoning" };
    case "redacted_thinking":
      return { kind: "redacted-reasoning", proof: unwrapProof(textOf(block.data), "anthropic", "redacted") };
    case "tool_use":
      return { kind: "tool-call", id: textOf(block.id), name: textOf(block.name) };
    default:
      return undefined;
  }
}

/** The words a block already has when it opens: none in a stream, all of them in a whole answer. */
export function textOfBlock(block: JsonObject): string {
  switch (block.type) {
    case "text":
      return textOf(block.text);
    case "thinking":
      return textOf(block.thinking);
    case "tool_use":
      // Streams open every call with an empty object and then write its text.
      return isJsonObject(block.input) && Object.keys(block.input).length > 0 ? JSON.stringify(block.input) : "";
    default:
      return "";
  }
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
