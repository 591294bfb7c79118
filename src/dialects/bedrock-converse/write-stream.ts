import { NO_USAGE } from "../../core/chat.ts";
import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import { asksForCitations } from "./citations.ts";
import { stopReasonOf } from "./finish.ts";
import { renderUsage } from "./usage.ts";
import { createBlockWriter } from "./write-blocks.ts";
import type { StreamMessage } from "./write-blocks.ts";

export function createWriter(context: AnswerContext): AnswerWriter {
  const sequencer = createBlockSequencer();
  const writeBlock = createBlockWriter(asksForCitations(context));
  let usage: Usage = NO_USAGE;
  let stop: JsonObject = { stopReason: "end_turn" };

  const messagesOf = (event: ChatEvent): StreamMessage[] => {
    switch (event.type) {
      case "start":
        usage = event.usage ?? usage;
        return [{ event: "messageStart", message: { role: "assistant" } }];
      case "block-start":
      case "block-delta":
      case "block-proof":
      case "block-citation":
      case "block-end":
        return sequencer.push(event).flatMap(writeBlock);
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        stop = renderStop(event.reason, event.stopSequence);
        return [];
      case "ping":
      case "error":
        return [];
      case "end":
        return [
          ...sequencer.flush().flatMap(writeBlock),
          { event: "messageStop", message: stop },
          { event: "metadata", message: renderCounts(usage, context) },
        ];
    }
  };

  return {
    write: (event) =>
      messagesOf(event).map(({ event: name, message }) => ({
        event: name,
        data: JSON.stringify(message),
      })),
  };
}

/** Also for a whole answer, which has the same members. */
export function renderStop(
  reason: Parameters<typeof stopReasonOf>[0],
  stopSequence: string | undefined,
): JsonObject {
  const stopReason = stopReasonOf(reason, stopSequence);
  // Under the name by which callers ask Claude for it.
  return stopSequence === undefined
    ? { stopReason }
    : { stopReason, additionalModelResponseFields: { stop_sequence: stopSequence } };
}

export function renderCounts(usage: Usage, { createdAtMs, nowMs }: AnswerContext): JsonObject {
  const latencyMs = Math.max(0, (nowMs?.() ?? createdAtMs) - createdAtMs);
  return { usage: renderUsage(usage), metrics: { latencyMs } };
}
