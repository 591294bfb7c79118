import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { finishReasonOf } from "./finish.ts";
import { renderUsage } from "./usage.ts";
import { createPartWriter } from "./write-parts.ts";

/** What no client takes for part of an answer. One of them fails on a comment instead. */
export const NOTHING: Frame = { data: "{}" };

export function createWriter(context: AnswerContext): AnswerWriter {
  const sequencer = createBlockSequencer();
  const parts = createPartWriter();
  let id = context.id;
  let usage: Usage | undefined;
  let finishReason = "STOP";

  const chunk = (content: JsonObject[], ending?: Ending): Frame => ({
    data: JSON.stringify(renderChunk(content, context, id, ending)),
  });

  const lastWords = (): Frame[] => {
    const rest = [...sequencer.flush().flatMap(parts.write), ...parts.flush()];
    // Only now are the counts final: other vendors send them after the reason to stop.
    return [...rest.map((part) => chunk([part])), chunk([EMPTY], { finishReason, usage })];
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
      case "block-end":
        return sequencer
          .push(event)
          .flatMap(parts.write)
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
    candidates: [ending ? { ...candidate, finishReason: ending.finishReason } : candidate],
    ...usage,
    modelVersion: model,
    createTime: new Date(createdAtMs).toISOString(),
    responseId: id,
  };
}
