import type { BlockOpening, Citation, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { charactersIn } from "../citations.ts";
import { freeTextOf } from "../openai-responses/tool-names.ts";
import type { CallForm, CallForms } from "./call-forms.ts";
import { renderAnnotations } from "./citations.ts";
import { renderCallProof, renderProof } from "./reasoning.ts";

interface OpenBlock {
  opening: BlockOpening;
  /** Position among the tool calls. */
  index: number;
  form: CallForm;
  /** What is kept until the block ends: a thought, until its proof repeats it, and free text. */
  kept: string;
  proof: Proof | undefined;
  /** Characters of the message before this block, and of the block. */
  offset: number;
  characters: number;
  citations: Citation[];
}

/** Writes block events as the deltas they become; blocks may be written alternately here. */
export function createBlockWriter(forms: CallForms): (event: BlockEvent) => JsonObject[] {
  const blocks = new Map<number, OpenBlock>();
  let callCount = 0;
  let proofCount = 0;
  let characterCount = 0;

  const open = (number: number, opening: BlockOpening): JsonObject[] => {
    const isCall = opening.kind === "tool-call";
    const index = isCall ? callCount++ : 0;
    const form = isCall ? forms.of(opening.name) : "function";
    const place = { offset: characterCount, characters: 0, citations: [] };
    blocks.set(number, { opening, index, form, kept: "", proof: undefined, ...place });
    if (isCall) return openingOfCall(opening, index, form);
    return opening.kind === "redacted-reasoning"
      ? [renderProof("", opening.proof, proofCount++)]
      : [];
  };

  const add = (block: OpenBlock, text: string): JsonObject[] => {
    const { kind } = block.opening;
    if (kind === "text") {
      const added = charactersIn(text);
      block.characters += added;
      characterCount += added;
    }
    const isKept = kind === "reasoning" || (kind === "tool-call" && block.form === "custom");
    if (isKept) block.kept += text;
    return deltasOf(block, text);
  };

  const prove = (block: OpenBlock, proof: Proof): JsonObject[] => {
    if (block.opening.kind === "reasoning") block.proof = proof;
    const isCall = block.opening.kind === "tool-call" && block.form === "function";
    return isCall ? [{ tool_calls: [{ index: block.index, ...renderCallProof(proof) }] }] : [];
  };

  const end = (block: OpenBlock): JsonObject[] => {
    const { opening, form, index, kept, proof, offset, characters } = block;
    // Free text is known only when the object around it is complete.
    if (opening.kind === "tool-call" && form === "custom")
      return [{ tool_calls: [{ index, custom: { input: freeTextOf(kept) } }] }];
    const annotations = renderAnnotations(block.citations, offset, characters);
    if (annotations.length > 0) return [{ annotations }];
    return proof ? [renderProof(kept, proof, proofCount++)] : [];
  };

  return (event) => {
    if (event.type === "block-start") return open(event.block, event.opening);
    const block = blocks.get(event.block);
    if (!block) return [];
    switch (event.type) {
      case "block-delta":
        return add(block, event.text);
      case "block-proof":
        return prove(block, event.proof);
      case "block-citation":
        block.citations.push(event.citation);
        return [];
      case "block-end":
        blocks.delete(event.block);
        return end(block);
    }
  };
}

/** Id and name stand in the first fragment of a call and in no other. */
function openingOfCall(
  { id, name, proof }: Extract<BlockOpening, { kind: "tool-call" }>,
  index: number,
  form: CallForm,
): JsonObject[] {
  switch (form) {
    case "function": {
      const call = { index, id, type: "function", function: { name, arguments: "" } };
      return [{ tool_calls: [{ ...call, ...renderCallProof(proof) }] }];
    }
    case "custom":
      return [{ tool_calls: [{ index, id, type: "custom", custom: { name, input: "" } }] }];
    case "legacy":
      // There was room for one call only.
      return index === 0 ? [{ function_call: { name, arguments: "" } }] : [];
  }
}

function deltasOf({ opening, index, form }: OpenBlock, text: string): JsonObject[] {
  switch (opening.kind) {
    case "text":
      return [{ content: text }];
    case "refusal":
      return [{ refusal: text }];
    case "reasoning":
    case "redacted-reasoning":
      return [{ reasoning_content: text }];
    case "tool-call":
      if (form === "function") return [{ tool_calls: [{ index, function: { arguments: text } }] }];
      return form === "legacy" && index === 0 ? [{ function_call: { arguments: text } }] : [];
  }
}
