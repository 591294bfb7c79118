import type { BlockOpening, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { renderCallProof, renderProof } from "./reasoning.ts";

interface OpenBlock {
  opening: BlockOpening;
  /** Position among the tool calls. */
  index: number;
  /** The words of a thought, kept until its proof repeats them. */
  thought: string;
  proof: Proof | undefined;
}

/** Writes block events as the deltas they become; blocks may be written alternately here. */
export function createBlockWriter(): (event: BlockEvent) => JsonObject[] {
  const blocks = new Map<number, OpenBlock>();
  let callCount = 0;
  let proofCount = 0;

  const open = (number: number, opening: BlockOpening): JsonObject[] => {
    const isCall = opening.kind === "tool-call";
    const index = isCall ? callCount++ : 0;
    blocks.set(number, { opening, index, thought: "", proof: undefined });
    if (isCall) return [openingOfCall(opening, index)];
    return opening.kind === "redacted-reasoning"
      ? [renderProof("", opening.proof, proofCount++)]
      : [];
  };

  const prove = (block: OpenBlock, proof: Proof): JsonObject[] => {
    if (block.opening.kind === "reasoning") block.proof = proof;
    const isCall = block.opening.kind === "tool-call";
    return isCall ? [{ tool_calls: [{ index: block.index, ...renderCallProof(proof) }] }] : [];
  };

  const write = (event: BlockEvent, block: OpenBlock): JsonObject[] => {
    switch (event.type) {
      case "block-start":
        return [];
      case "block-delta":
        if (block.opening.kind === "reasoning") block.thought += event.text;
        return [deltaOf(block, event.text)];
      case "block-proof":
        return prove(block, event.proof);
      case "block-end":
        blocks.delete(event.block);
        return block.proof ? [renderProof(block.thought, block.proof, proofCount++)] : [];
    }
  };

  return (event) => {
    if (event.type === "block-start") return open(event.block, event.opening);
    const block = blocks.get(event.block);
    return block ? write(event, block) : [];
  };
}

/** Id and name stand in the first fragment of a call and in no other. */
function openingOfCall(
  { id, name, proof }: Extract<BlockOpening, { kind: "tool-call" }>,
  index: number,
): JsonObject {
  const call = { index, id, type: "function", function: { name, arguments: "" } };
  return { tool_calls: [{ ...call, ...renderCallProof(proof) }] };
}

function deltaOf({ opening, index }: OpenBlock, text: string): JsonObject {
  switch (opening.kind) {
    case "text":
      return { content: text };
    case "refusal":
      return { refusal: text };
    case "reasoning":
    case "redacted-reasoning":
      return { reasoning_content: text };
    case "tool-call":
      return { tool_calls: [{ index, function: { arguments: text } }] };
  }
}
