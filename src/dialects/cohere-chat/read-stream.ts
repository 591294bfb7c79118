import type { ChatEvent } from "../../core/chat.ts";
import type { Failure } from "../../core/failure.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { brokenStream, streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, textIn } from "../lenient.ts";
import { breakdownOf, finishOf } from "./finish.ts";
import { createBlockReader } from "./read-blocks.ts";
import { usageOf } from "./usage.ts";

export function createReader(): AnswerReader {
  const reader = createEventReader();
  return {
    read({ data }) {
      // A proxy may add OpenAI's last word to a stream that has one of its own.
      if (data.trim() === "[DONE]") return [];
      const event = parseJson(data);
      if (!isJsonObject(event)) throw new FramingError("a frame is not a JSON object");
      return reader.read(event);
    },
    end: () => reader.end(),
  };
}

export interface EventReader {
  read(event: JsonObject): ChatEvent[];
  end(): ChatEvent[];
}

export function createEventReader(): EventReader {
  const blocks = createBlockReader();
  let isOver = false;

  const fail = (failure: Failure): ChatEvent[] => {
    isOver = true;
    return [{ type: "error", failure }];
  };

  const finish = (delta: JsonObject): ChatEvent[] => {
    const { usage } = delta;
    const counts: ChatEvent[] = isJsonObject(usage)
      ? [{ type: "usage", usage: usageOf(usage) }]
      : [];
    const breakdown = breakdownOf(delta);
    if (breakdown) return [...counts, ...fail(breakdown)];
    isOver = true;
    return [
      ...blocks.close(),
      ...counts,
      { type: "finish", reason: finishOf(textIn(delta.finish_reason), blocks.hasCalls()) },
      { type: "end" },
    ];
  };

  const read = (event: JsonObject): ChatEvent[] => {
    switch (textIn(event.type)) {
      case "message-start":
        // This grammar does not name the model.
        return [{ type: "start", id: textIn(event.id), model: "" }];
      case "message-end":
        return finish(objectIn(event.delta));
      case "":
        // An error in the middle has the shape of an error answer: a message and nothing else.
        return event.message === undefined && event.error === undefined
          ? []
          : fail(streamFailure(JSON.stringify(event)));
      case "error":
        return fail(streamFailure(JSON.stringify({ ...event, type: undefined })));
      default:
        return blocks.read(event);
    }
  };

  return {
    read: (event) => (isOver ? [] : read(event)),
    end: () =>
      isOver ? [] : fail(brokenStream("the upstream ended the stream before its final event")),
  };
}
