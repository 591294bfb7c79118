import type { BlockOpening } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { wrapProof } from "../proof-envelope.ts";
import { legalToolId } from "../tool-id.ts";
import { renderCitation } from "./citations.ts";

/** One message of a stream: the name of its type, and what it says. */
export interface StreamMessage {
  event: string;
  message: JsonObject;
}

/** Writes blocks that follow one another. A block in which nothing was said is not written at all. */
export function createBlockWriter(cites: boolean): (event: BlockEvent) => StreamMessage[] {
  let index = 0;
  let opening: BlockOpening = { kind: "text" };
  let isOpen = false;
  /** Citations that came before the first word of their block. */
  const waiting: JsonObject[] = [];

  const say = (event: string, message: JsonObject): StreamMessage => ({
    event,
    message: { contentBlockIndex: index, ...message },
  });
  const delta = (content: JsonObject): StreamMessage[] => {
    isOpen = true;
    return [say("contentBlockDelta", { delta: content })];
  };
  const close = (): StreamMessage[] => {
    if (!isOpen) return [];
    isOpen = false;
    const stop = say("contentBlockStop", {});
    index += 1;
    return [stop];
  };

  const cite = (): StreamMessage[] =>
    isOpen ? waiting.splice(0).flatMap((citation) => delta({ citation })) : [];

  const start = (next: BlockOpening): StreamMessage[] => {
    opening = next;
    waiting.length = 0;
    if (next.kind === "redacted-reasoning") {
      const redactedContent = wrapProof(next.proof, "anthropic");
      return delta({ reasoningContent: { redactedContent } });
    }
    if (next.kind !== "tool-call") return [];
    // A call's proof travels in a wordless thought of its own, just before the call.
    const carrier = next.proof
      ? [
          ...delta({ reasoningContent: { signature: wrapProof(next.proof, "anthropic") } }),
          ...close(),
        ]
      : [];
    const toolUse = { toolUseId: legalToolId(next.id), name: next.name };
    isOpen = true;
    return [...carrier, say("contentBlockStart", { start: { toolUse } })];
  };

  return (event) => {
    switch (event.type) {
      case "block-start":
        return start(event.opening);
      case "block-delta":
        return [...delta(deltaOf(opening, event.text)), ...cite()];
      case "block-proof":
        return opening.kind === "reasoning"
          ? delta({ reasoningContent: { signature: wrapProof(event.proof, "anthropic") } })
          : [];
      case "block-citation":
        if (cites && opening.kind === "text") waiting.push(...renderCitation(event.citation));
        return cite();
      case "block-end":
        return close();
    }
  };
}

function deltaOf({ kind }: BlockOpening, text: string): JsonObject {
  switch (kind) {
    case "text":
    case "refusal":
      return { text };
    case "reasoning":
    case "redacted-reasoning":
      return { reasoningContent: { text } };
    case "tool-call":
      return { toolUse: { input: text } };
  }
}
