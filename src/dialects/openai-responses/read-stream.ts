import type { ChatEvent } from "../../core/chat.ts";
import type { Failure } from "../../core/failure.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { brokenStream, streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import type { Frame } from "../framing/frame.ts";
import { objectIn, textIn } from "../lenient.ts";
import { finishOf } from "./finish.ts";
import { createItemReader } from "./read-items.ts";
import { usageOf } from "./usage.ts";

export function createReader(): AnswerReader {
  const reader = createEventReader();
  return {
    read(frame: Frame) {
      if (reader.isOver()) return [];
      const event = parseJson(frame.data);
      if (!isJsonObject(event)) throw new FramingError("a frame is not a JSON object");
      return reader.read(event);
    },
    end: () => reader.end(),
  };
}

export interface EventReader {
  read(event: JsonObject): ChatEvent[];
  end(): ChatEvent[];
  isOver(): boolean;
}

export function createEventReader(): EventReader {
  const items = createItemReader();
  let isStarted = false;
  let isOver = false;

  const start = (response: JsonObject): ChatEvent[] => {
    if (isStarted) return [];
    isStarted = true;
    return [{ type: "start", id: textIn(response.id), model: textIn(response.model) }];
  };

  const fail = (failure: Failure): ChatEvent[] => {
    isOver = true;
    return [{ type: "error", failure }];
  };

  const finish = (response: JsonObject): ChatEvent[] => {
    isOver = true;
    return [
      ...start(response),
      ...items.close(),
      ...usageEvents(response),
      { type: "finish", reason: finishOf(response, items.hasCalls()) },
      { type: "end" },
    ];
  };

  const readItem = (event: JsonObject): ChatEvent[] => {
    const said = items.read(event);
    return said.length === 0 ? [] : [...start({}), ...said];
  };

  const read = (event: JsonObject): ChatEvent[] => {
    const response = objectIn(event.response);
    switch (textIn(event.type)) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        return start(response);
      case "response.completed":
      case "response.incomplete":
        return finish(response);
      case "response.failed":
      case "response.cancelled":
        return [...usageEvents(response), ...fail(failureOf(objectIn(response.error)))];
      case "error":
        return fail(failureOf(isJsonObject(event.error) ? event.error : event));
      case "keepalive":
        return [{ type: "ping" }];
      default:
        // Compatible servers report errors without a type of their own.
        if (isJsonObject(event.error)) return fail(failureOf(event.error));
        return readItem(event);
    }
  };

  return {
    read: (event) => (isOver ? [] : read(event)),
    end: () =>
      isOver ? [] : fail(brokenStream("the upstream ended the stream before its final event")),
    isOver: () => isOver,
  };
}

/** An event calls itself "error", which says nothing about what went wrong. */
function failureOf({ code, message, param, type }: JsonObject): Failure {
  const error = { code, message, param, ...(type === "error" ? {} : { type }) };
  return streamFailure(JSON.stringify({ error }));
}

function usageEvents({ usage }: JsonObject): ChatEvent[] {
  return isJsonObject(usage) ? [{ type: "usage", usage: usageOf(usage) }] : [];
}
