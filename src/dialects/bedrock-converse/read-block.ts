import type { BlockOpening, ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { readCitation } from "./citations.ts";

export interface BlockReader {
  open(index: Json | undefined, start: JsonObject): ChatEvent[];
  read(index: Json | undefined, delta: JsonObject): ChatEvent[];
  close(index: Json | undefined): ChatEvent[];
  closeAll(): ChatEvent[];
  hasCalls(): boolean;
}

/** Follows the blocks of an answer. Only calls are announced; a block of words opens with its first. */
export function createBlockReader(): BlockReader {
  let blockCount = 0;
  let hasCalls = false;
  /** The vendor's index → ours. */
  const blocks = new Map<Json | undefined, number>();

  const begin = (index: Json | undefined, opening: BlockOpening): ChatEvent => {
    const block = blockCount++;
    blocks.set(index, block);
    return { type: "block-start", block, opening };
  };
  const close = (index: Json | undefined): ChatEvent[] => {
    const block = blocks.get(index);
    blocks.delete(index);
    return block === undefined ? [] : [{ type: "block-end", block }];
  };
  /** More of the block at this index, which begins here if it has not begun. */
  const more = (
    index: Json | undefined,
    opening: BlockOpening,
    eventOf: (block: number) => ChatEvent,
  ): ChatEvent[] => {
    const known = blocks.get(index);
    if (known !== undefined) return [eventOf(known)];
    return [begin(index, opening), eventOf(blockCount - 1)];
  };
  const words = (index: Json | undefined, opening: BlockOpening, text: string): ChatEvent[] =>
    text === "" ? [] : more(index, opening, (block) => ({ type: "block-delta", block, text }));

  const readReasoning = (index: Json | undefined, thought: JsonObject): ChatEvent[] => {
    const redacted = textIn(thought.redactedContent);
    if (redacted !== "") {
      const proof = unwrapProof(redacted, "anthropic", "redacted");
      return [begin(index, { kind: "redacted-reasoning", proof })];
    }
    const signature = textIn(thought.signature);
    const proof = unwrapProof(signature, "anthropic");
    return [
      ...words(index, { kind: "reasoning" }, textIn(thought.text)),
      ...(signature === ""
        ? []
        : more(index, { kind: "reasoning" }, (block) => ({ type: "block-proof", block, proof }))),
    ];
  };

  const cite = (index: Json | undefined, cited: JsonObject): ChatEvent[] => {
    const citation = readCitation(cited);
    if (!citation) return [];
    return more(index, { kind: "text" }, (block) => ({ type: "block-citation", block, citation }));
  };

  return {
    close,
    hasCalls: () => hasCalls,
    closeAll: () => [...blocks.keys()].flatMap(close),
    open(index, { toolUse }) {
      if (!isJsonObject(toolUse)) return [];
      hasCalls = true;
      const { toolUseId, name } = toolUse;
      return [begin(index, { kind: "tool-call", id: textIn(toolUseId), name: textIn(name) })];
    },
    read(index, delta) {
      if (isJsonObject(delta.citation)) return cite(index, delta.citation);
      if (isJsonObject(delta.reasoningContent)) return readReasoning(index, delta.reasoningContent);
      const block = blocks.get(index);
      const input = textIn(objectIn(delta.toolUse).input);
      // Arguments without a call, as kinds of blocks that are not translated have them.
      if (input !== "")
        return block === undefined ? [] : [{ type: "block-delta", block, text: input }];
      return words(index, { kind: "text" }, textIn(delta.text));
    },
  };
}

/** A whole block as the delta, or the start and the delta, that would have streamed it. */
export function readWholeBlock(blocks: BlockReader, index: number, block: JsonObject): ChatEvent[] {
  const { toolUse, citationsContent } = block;
  if (isJsonObject(toolUse)) {
    const input = toolUse.input === undefined ? "" : JSON.stringify(toolUse.input);
    return [
      ...blocks.open(index, block),
      ...blocks.read(index, { toolUse: { input } }),
      ...blocks.close(index),
    ];
  }
  const cited = objectsIn(objectIn(citationsContent).citations);
  return [
    ...blocks.read(index, wordsOf(block, citationsContent)),
    ...cited.flatMap((citation) => blocks.read(index, { citation })),
    ...blocks.close(index),
  ];
}

function wordsOf(block: JsonObject, cited: Json | undefined): JsonObject {
  if (isJsonObject(cited)) {
    return {
      text: objectsIn(cited.content)
        .map((part) => textIn(part.text))
        .join(""),
    };
  }
  const thought = objectIn(block.reasoningContent);
  const { reasoningText } = thought;
  return isJsonObject(reasoningText) ? { reasoningContent: reasoningText } : block;
}
