import type { ChatEvent } from "../../core/chat.ts";
import type { Failure } from "../../core/failure.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { brokenStream, streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import type { Frame } from "../framing/frame.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { finishOf, isBreakdown } from "./finish.ts";
import { createBlockReader } from "./read-blocks.ts";
import { usageOf } from "./usage.ts";

export function createReader(): AnswerReader {
  const blocks = createBlockReader();
  let answerId: string | undefined;
  let isFinished = false;
  let isOver = false;

  const fail = (failure: Failure): ChatEvent[] => {
    isOver = true;
    return [{ type: "error", failure }];
  };

  /** Azure begins with a chunk that has neither id nor choices, only filter results. */
  const start = (chunk: JsonObject, hasChoice: boolean): ChatEvent[] => {
    const id = textIn(chunk.id);
    if (answerId !== undefined || (id === "" && !hasChoice)) return [];
    answerId = id;
    return [{ type: "start", id, model: textIn(chunk.model) }];
  };

  const finish = (finishReason: string): ChatEvent[] => {
    if (finishReason === "" || isFinished) return [];
    if (isBreakdown(finishReason)) {
      return fail({
        category: "server-error",
        status: 0,
        message: `the upstream gave up: ${finishReason}`,
      });
    }
    isFinished = true;
    return [
      ...blocks.close(),
      { type: "finish", reason: finishOf(finishReason, blocks.hasCalls()) },
    ];
  };

  const readChunk = (chunk: JsonObject): ChatEvent[] => {
    const choice = objectsIn(chunk.choices)[0];
    const delta = isJsonObject(choice?.delta) ? choice.delta : {};
    const events = start(chunk, choice !== undefined);
    blocks.readSources(chunk);
    // Filters may report after the end; words may not come any more.
    if (!isFinished) events.push(...blocks.read(delta, answerId ?? ""));
    events.push(...usageEvents(chunk), ...finish(textIn(choice?.finish_reason)));
    return events;
  };

  const lastWord = (): ChatEvent[] => {
    // A server that said its last word but no reason has still answered.
    const closing = blocks.isEmpty() ? [] : finish("stop");
    if (!isFinished) return fail(brokenStream("the upstream ended the stream without an answer"));
    isOver = true;
    return [...closing, { type: "end" }];
  };

  return {
    read(frame: Frame) {
      if (isOver) return [];
      if (frame.data.trim() === "[DONE]") return lastWord();
      const chunk = parseJson(frame.data);
      if (!isJsonObject(chunk)) throw new FramingError("a frame is not a JSON object");
      return hasError(chunk) ? fail(streamFailure(errorText(chunk, frame.data))) : readChunk(chunk);
    },
    end() {
      if (isOver) return [];
      // Some compatible servers leave out [DONE].
      return isFinished
        ? lastWord()
        : fail(brokenStream("the upstream ended the stream before its final event"));
    },
  };
}

function hasError(chunk: JsonObject): boolean {
  return Boolean(chunk.error) || groqOf(chunk).error !== undefined;
}

function errorText(chunk: JsonObject, data: string): string {
  return chunk.error ? data : JSON.stringify({ error: groqOf(chunk).error });
}

/** Usually in a chunk of its own after the last; Mistral puts it on the last, vLLM on every one. */
function usageEvents(chunk: JsonObject): ChatEvent[] {
  const usage = isJsonObject(chunk.usage) ? chunk.usage : groqOf(chunk).usage;
  return isJsonObject(usage) ? [{ type: "usage", usage: usageOf(usage) }] : [];
}

/** Groq's private corner: counts, and errors in the middle of a stream. */
function groqOf(chunk: JsonObject): JsonObject {
  return objectIn(chunk.x_groq);
}
