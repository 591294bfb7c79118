import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { brokenStream, streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, textIn } from "../lenient.ts";
import { finishOf } from "./finish.ts";
import { createBlockReader } from "./read-block.ts";
import { mergeUsage, usageOf } from "./usage.ts";

export function createReader(): AnswerReader {
  const blocks = createBlockReader();
  let usage: JsonObject = {};
  let answerId: string | undefined;
  let isOver = false;

  const last = (event: ChatEvent): ChatEvent[] => {
    isOver = true;
    return [event];
  };

  const start = (message: JsonObject): ChatEvent[] => {
    const id = textIn(message.id);
    if (answerId !== undefined) {
      // Seen in recordings: the same start twice, which is harmless, and a second answer spliced
      // into the first, whose half-written tool call nobody may run.
      const isHarmless = id === answerId || blocks.isEmpty();
      return isHarmless ? [] : last(broken("the upstream began a second answer inside the first"));
    }
    answerId = id;
    usage = mergeUsage(usage, message.usage);
    return [{ type: "start", id, model: textIn(message.model), usage: usageOf(usage) }];
  };

  const finish = (message: JsonObject): ChatEvent[] => {
    usage = mergeUsage(usage, message.usage);
    return [{ type: "usage", usage: usageOf(usage) }, ...finishEvents(objectIn(message.delta))];
  };

  const interpret = (message: JsonObject, data: string): ChatEvent[] => {
    switch (textIn(message.type)) {
      case "message_start":
        return start(objectIn(message.message));
      case "content_block_start":
        return blocks.open(message.index, objectIn(message.content_block));
      case "content_block_delta":
        return blocks.read(message.index, objectIn(message.delta));
      case "content_block_stop":
        return blocks.close(message.index);
      case "message_delta":
        return finish(message);
      case "message_stop":
        return last({ type: "end" });
      case "ping":
        return [{ type: "ping" }];
      case "error":
        return last({ type: "error", failure: streamFailure(data) });
      default:
        // The vendor promises new events to come, and that they may be ignored.
        return [];
    }
  };

  return {
    read({ data }) {
      const message = parseJson(data);
      if (!isJsonObject(message)) throw new FramingError("a frame is not a JSON object");
      return isOver ? [] : interpret(message, data);
    },
    end: () => (isOver ? [] : last(broken("the upstream ended the stream before its final event"))),
  };
}

function broken(message: string): ChatEvent {
  return { type: "error", failure: brokenStream(message) };
}

/** Also reads a whole answer, which has the same two members. */
export function finishEvents({ stop_reason, stop_sequence }: JsonObject): ChatEvent[] {
  const stopSequence = textIn(stop_sequence) || undefined;
  return stop_reason ? [{ type: "finish", reason: finishOf(stop_reason), stopSequence }] : [];
}
