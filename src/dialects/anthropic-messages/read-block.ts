import type { BlockOpening, ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { readCitation } from "./citations.ts";

export interface BlockReader {
  open(index: Json | undefined, block: JsonObject): ChatEvent[];
  read(index: Json | undefined, delta: JsonObject): ChatEvent[];
  close(index: Json | undefined): ChatEvent[];
  isEmpty(): boolean;
}

/** Follows the blocks of an answer. Kinds we do not translate, such as the server tools', are skipped. */
export function createBlockReader(): BlockReader {
  let blockCount = 0;
  /** The vendor's index → ours. */
  const blocks = new Map<Json | undefined, number>();
  return {
    open(index, block) {
      const opening = openingOf(block);
      if (!opening) return [];
      const number = blockCount++;
      blocks.set(index, number);
      return [
        { type: "block-start", block: number, opening },
        ...wordEvents(number, textOfBlock(block)),
        ...objectsIn(block.citations).flatMap((one) => citationEvents(number, one)),
        ...proofEvents(number, textIn(block.signature)),
      ];
    },
    read(index, delta) {
      const block = blocks.get(index);
      if (block === undefined) return [];
      if (delta.type === "signature_delta") return proofEvents(block, textIn(delta.signature));
      if (delta.type === "citations_delta") return citationEvents(block, objectIn(delta.citation));
      const text = textIn(delta.text) || textIn(delta.thinking) || textIn(delta.partial_json);
      return wordEvents(block, text);
    },
    close(index) {
      const block = blocks.get(index);
      blocks.delete(index);
      return block === undefined ? [] : [{ type: "block-end", block }];
    },
    isEmpty: () => blockCount === 0,
  };
}

function openingOf(block: JsonObject): BlockOpening | undefined {
  switch (textIn(block.type)) {
    case "text":
      return { kind: "text" };
    case "thinking":
      return { kind: "reasoning" };
    case "redacted_thinking": {
      const proof = unwrapProof(textIn(block.data), "anthropic", "redacted");
      return { kind: "redacted-reasoning", proof };
    }
    case "tool_use":
      return { kind: "tool-call", id: textIn(block.id), name: textIn(block.name) };
    default:
      return undefined;
  }
}

/** The words a block already has when it opens: none in a stream, all of them in a whole answer. */
function textOfBlock(block: JsonObject): string {
  // Streams open every call with an empty object and then write its text.
  const hasInput = isJsonObject(block.input) && Object.keys(block.input).length > 0;
  return (
    textIn(block.text) || textIn(block.thinking) || (hasInput ? JSON.stringify(block.input) : "")
  );
}

function wordEvents(block: number, text: string): ChatEvent[] {
  return text === "" ? [] : [{ type: "block-delta", block, text }];
}

function citationEvents(block: number, cited: JsonObject): ChatEvent[] {
  const citation = readCitation(cited);
  return citation ? [{ type: "block-citation", block, citation }] : [];
}

function proofEvents(block: number, signature: string): ChatEvent[] {
  const isSigned = signature !== "";
  return isSigned
    ? [{ type: "block-proof", block, proof: unwrapProof(signature, "anthropic") }]
    : [];
}
