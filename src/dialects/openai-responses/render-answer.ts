import type { ChatEvent } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerContext } from "../dialect.ts";
import { objectIn } from "../lenient.ts";
import { createMessageWriter } from "./write-stream.ts";

/** The last event of a stream carries the whole answer, so the two cannot differ. */
export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const write = createMessageWriter(context);
  const last = events.flatMap((event) => write(event)).at(-1);
  return objectIn(last?.response);
}
