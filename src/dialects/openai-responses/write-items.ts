import type { BlockOpening, Citation, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { mintId } from "./reasoning.ts";
import { createCallWriter } from "./write-call.ts";
import { createMessageWriter } from "./write-message.ts";
import { createThoughtWriter } from "./write-thought.ts";
import type { CallerTool } from "./tool-names.ts";

/** An item while it is written. */
export interface ItemWriter {
  /** Words open their item with the first of them, because vendors open blocks they never fill. */
  begin(): JsonObject[];
  add(text: string): JsonObject[];
  prove(proof: Proof): void;
  /** Absent where nothing can be cited. */
  cite?(citation: Citation): void;
  end(): JsonObject[];
}

/** What item writers share: the place of the next item, and the list of those that are done. */
export interface Output {
  items: JsonObject[];
  mint(prefix: string): string;
}

/** Writes blocks, which come one after the other, as the items they become. */
export function createItemWriter(
  output: Output,
  tools: Map<string, CallerTool>,
): (event: BlockEvent) => JsonObject[] {
  let open: ItemWriter | undefined;

  return (event) => {
    switch (event.type) {
      case "block-start": {
        const before = proofBefore(event.opening, output);
        open = writerOf(event.opening, output, tools);
        return [...before, ...open.begin()];
      }
      case "block-delta":
        return open?.add(event.text) ?? [];
      case "block-proof":
        open?.prove(event.proof);
        return [];
      case "block-citation":
        open?.cite?.(event.citation);
        return [];
      case "block-end": {
        const last = open?.end() ?? [];
        open = undefined;
        return last;
      }
    }
  };
}

function writerOf(
  opening: BlockOpening,
  output: Output,
  tools: Map<string, CallerTool>,
): ItemWriter {
  switch (opening.kind) {
    case "text":
    case "refusal":
      return createMessageWriter(opening.kind, output);
    case "reasoning":
      return createThoughtWriter(output);
    case "redacted-reasoning":
      return createThoughtWriter(output, opening.proof);
    case "tool-call": {
      const tool = tools.get(opening.name) ?? { kind: "function", name: opening.name };
      return createCallWriter(opening.id, tool, output);
    }
  }
}

/** Calls have no room for a proof; a thought without words, in front of the call, has. */
function proofBefore(opening: BlockOpening, output: Output): JsonObject[] {
  if (opening.kind !== "tool-call" || !opening.proof) return [];
  return createThoughtWriter(output, opening.proof).end();
}

export function createOutput(answerId: string): Output {
  const items: JsonObject[] = [];
  return { items, mint: (prefix) => mintId(prefix, answerId, items.length) };
}
