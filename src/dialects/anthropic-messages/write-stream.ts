import { NO_USAGE } from "../../core/chat.ts";
import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { stopReasonOf } from "./finish.ts";
import { renderUsage } from "./usage.ts";
import { createBlockWriter } from "./write-blocks.ts";

export const PING: Frame = frameOf({ type: "ping" });

export function createWriter(context: AnswerContext): AnswerWriter {
  const sequencer = createBlockSequencer();
  const writeBlock = createBlockWriter();
  let usage: Usage = NO_USAGE;
  let stop = { stop_reason: "end_turn", stop_sequence: null as string | null };

  const messagesOf = (event: ChatEvent): JsonObject[] => {
    switch (event.type) {
      case "start":
        usage = event.usage ?? usage;
        return [
          {
            type: "message_start",
            message: emptyMessage(event.id || context.id, context.model, usage),
          },
        ];
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
        stop = {
          stop_reason: stopReasonOf(event.reason, event.stopSequence),
          stop_sequence: event.stopSequence ?? null,
        };
        return [];
      case "ping":
        return [{ type: "ping" }];
      case "error":
        // A broken stream's last word is `renderStreamError`, which knows the request.
        return [];
      case "end":
        // Only now are the counts final: other vendors send them after the reason to stop.
        return [
          ...sequencer.flush().flatMap(writeBlock),
          { type: "message_delta", delta: stop, usage: renderUsage(usage) },
          { type: "message_stop" },
        ];
    }
  };

  return { write: (event) => messagesOf(event).map(frameOf) };
}

export function emptyMessage(id: string, model: string, usage: Usage): JsonObject {
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: renderUsage(usage),
  };
}

function frameOf(message: JsonObject): Frame {
  return { event: String(message.type), data: JSON.stringify(message) };
}
