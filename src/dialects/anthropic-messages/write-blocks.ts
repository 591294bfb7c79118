import type { BlockOpening, Citation, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { wrapProof } from "../proof-envelope.ts";
import { legalToolId } from "../tool-id.ts";
import { renderCitation } from "./citations.ts";

/** Writes blocks that follow one another, as the `content_block_…` messages they become. */
export function createBlockWriter(): (event: BlockEvent) => JsonObject[] {
  let index = 0;
  let opening: BlockOpening = { kind: "text" };
  let isOpen = false;
  /** Citations that came before the first word of their block. */
  const waiting: JsonObject[] = [];

  const open = (): JsonObject[] => {
    if (isOpen) return [];
    isOpen = true;
    return [{ type: "content_block_start", index, content_block: emptyBlock(opening) }];
  };

  const close = (): JsonObject[] => {
    if (!isOpen) return [];
    isOpen = false;
    return [{ type: "content_block_stop", index: index++ }];
  };

  const delta = (content: JsonObject): JsonObject[] => [
    ...open(),
    { type: "content_block_delta", index, delta: content },
  ];

  const sign = (proof: Proof): JsonObject[] =>
    delta({ type: "signature_delta", signature: wrapProof(proof, "anthropic") });

  /** A call's proof travels in a wordless thought of its own, just before the call. */
  const start = (next: BlockOpening): JsonObject[] => {
    opening = { kind: "reasoning" };
    const carrier =
      next.kind === "tool-call" && next.proof ? [...sign(next.proof), ...close()] : [];
    opening = next;
    waiting.length = 0;
    // Blocks of words open with their first word: an empty one in the history would be refused.
    const isWhole = next.kind === "tool-call" || next.kind === "redacted-reasoning";
    return isWhole ? [...carrier, ...open()] : [];
  };

  const citeWaiting = (): JsonObject[] =>
    waiting.splice(0).flatMap((citation) => delta({ type: "citations_delta", citation }));

  const cite = (citation: Citation): JsonObject[] => {
    waiting.push(...renderCitation(citation));
    return isOpen ? citeWaiting() : [];
  };

  return (event) => {
    switch (event.type) {
      case "block-start":
        return start(event.opening);
      case "block-delta":
        return [...delta(deltaOf(opening, event.text)), ...citeWaiting()];
      case "block-proof":
        return opening.kind === "reasoning" ? sign(event.proof) : [];
      case "block-citation":
        return opening.kind === "text" ? cite(event.citation) : [];
      case "block-end":
        return close();
    }
  };
}

export function emptyBlock(opening: BlockOpening): JsonObject {
  switch (opening.kind) {
    case "text":
    case "refusal":
      return { type: "text", text: "" };
    case "reasoning":
      return { type: "thinking", thinking: "", signature: "" };
    case "redacted-reasoning":
      return { type: "redacted_thinking", data: wrapProof(opening.proof, "anthropic") };
    case "tool-call":
      return { type: "tool_use", id: legalToolId(opening.id), name: opening.name, input: {} };
  }
}

function deltaOf({ kind }: BlockOpening, text: string): JsonObject {
  switch (kind) {
    case "text":
    case "refusal":
      return { type: "text_delta", text };
    case "reasoning":
    case "redacted-reasoning":
      return { type: "thinking_delta", thinking: text };
    case "tool-call":
      return { type: "input_json_delta", partial_json: text };
  }
}
