import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { brokenStream, failureOf } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, textIn } from "../lenient.ts";
import { finishOf } from "./finish.ts";
import { createBlockReader } from "./read-block.ts";
import { readUsage } from "./usage.ts";

export function createReader(): AnswerReader {
  const blocks = createBlockReader();
  let isFinished = false;
  let isOver = false;

  const last = (...events: ChatEvent[]): ChatEvent[] => {
    isOver = true;
    return events;
  };

  const finish = (message: JsonObject): ChatEvent[] => {
    isFinished = true;
    return [...blocks.closeAll(), finishEvent(message, blocks.hasCalls())];
  };

  /** The counts are the last word. */
  const end = (message: JsonObject): ChatEvent[] => {
    const usage = readUsage(message);
    const counts: ChatEvent[] = usage ? [{ type: "usage", usage }] : [];
    return isFinished ? last(...counts, { type: "end" }) : counts;
  };

  const interpret = (event: string, message: JsonObject, data: string): ChatEvent[] => {
    const index = message.contentBlockIndex;
    switch (event) {
      case "messageStart":
        // This grammar tells neither an id nor the model.
        return [{ type: "start", id: "", model: "" }];
      case "contentBlockStart":
        return blocks.open(index, objectIn(message.start));
      case "contentBlockDelta":
        return blocks.read(index, objectIn(message.delta));
      case "contentBlockStop":
        return blocks.close(index);
      case "messageStop":
        return finish(message);
      case "metadata":
        return end(message);
      default:
        return event.endsWith("Exception") ? last(exceptionEvent(event, data)) : [];
    }
  };

  return {
    read({ event = "", data }) {
      const message = parseJson(data);
      if (!isJsonObject(message)) throw new FramingError("a message is not a JSON object");
      return isOver ? [] : interpret(event, message, data);
    },
    end: () => (isOver ? [] : last({ type: "error", failure: brokenStream(CUT) })),
  };
}

const CUT = "the upstream ended the stream before its final event";

/** Also reads a whole answer, which has the same members. */
export function finishEvent(message: JsonObject, hasCalls: boolean): ChatEvent {
  const extra = objectIn(message.additionalModelResponseFields);
  // Claude's own word for it, asked for by its path in a stream or in a whole answer.
  const stopSequence =
    textIn(extra.stop_sequence) || textIn(objectIn(extra.delta).stop_sequence) || undefined;
  return { type: "finish", reason: finishOf(message.stopReason, hasCalls), stopSequence };
}

function exceptionEvent(name: string, body: string): ChatEvent {
  const failure = failureOf({ status: 0, headers: new Headers(), body, type: name });
  return { type: "error", failure: { ...failure, raw: undefined } };
}
