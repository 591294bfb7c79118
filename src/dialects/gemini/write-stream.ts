import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import type { BlockEvent } from "../block-order.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { finishReasonOf } from "./finish.ts";
import { renderUsage } from "./usage.ts";
import { createGrounding } from "./write-grounding.ts";
import { createPartWriter } from "./write-parts.ts";

/** What no client takes for part of an answer. One of them fails on a comment instead. */
export const NOTHING: Frame = { data: "{}" };

export function createWriter(context: AnswerContext): AnswerWriter {
  const sequencer = createBlockSequencer();
  const parts = createPartWriter();
  const grounding = createGrounding();
  let id = context.id;
  let usage: Usage | undefined;
  let finishReason = "STOP";

  const chunk = (content: JsonObject[], ending?: Ending): Frame => ({
    data: JSON.stringify(renderChunk(content, context, id, ending)),
  });

  const partsOf = (event: BlockEvent): JsonObject[] => {
    const written = parts.write(event);
    grounding.see(event, written);
    return written;
  };

  const lastWords = (): Frame[] => {
    const rest = [...sequencer.flush().flatMap(partsOf), ...parts.flush()];
    // Only now are the counts final: other vendors send them after the reason to stop.
    const ending = { finishReason, usage, cited: grounding.render() };
    return [...rest.map((part) => chunk([part])), chunk([EMPTY], ending)];
  };

  const write = (event: ChatEvent): Frame[] => {
    switch (event.type) {
      case "start":
        id = event.id || id;
        usage = event.usage;
        return [];
      case "block-start":
      case "block-delta":
      case "block-proof":
      case "block-citation":
      case "block-end":
        return sequencer
          .push(event)
          .flatMap(partsOf)
          .map((part) => chunk([part]));
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        finishReason = finishReasonOf(event.reason);
        return [];
      case "end":
        return lastWords();
      case "ping":
      case "error":
        // Silence has its own frame; a broken stream's last word is `renderStreamError`.
        return [];
    }
  };

  return { write };
}

/** Google ends its answers with one, and clients take a content without parts for a failure. */
export const EMPTY: JsonObject = { text: "" };

export interface Ending {
  finishReason: string;
  usage: Usage | undefined;
  /** What the answer cites, as members of its candidate. */
  cited: JsonObject;
}

export function renderChunk(
  parts: JsonObject[],
  { model, createdAtMs }: AnswerContext,
  id: string,
  ending?: Ending,
): JsonObject {
  const candidate = { content: { role: "model", parts }, index: 0 };
  const usage = ending?.usage ? { usageMetadata: renderUsage(ending.usage) } : {};
  return {
    candidates: [
      ending ? { ...candidate, finishReason: ending.finishReason, ...ending.cited } : candidate,
    ],
    ...usage,
    modelVersion: model,
    createTime: new Date(createdAtMs).toISOString(),
    responseId: id,
  };
}
