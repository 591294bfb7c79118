import type { ChatEvent, Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { createEventReader } from "./read-stream.ts";
import { usageOf } from "./usage.ts";

/** A whole answer is read as the stream it could have been, so that both mean the same. */
export function readAnswer(body: Json): ChatEvent[] {
  if (!isJsonObject(body)) throw new FramingError("the answer is not a JSON object");
  if (!Array.isArray(body.output) && !body.error)
    throw new FramingError("the answer has no output");
  const reader = createEventReader();
  const events = [
    { type: "response.created", response: body },
    ...objectsIn(body.output).map((item, index) => ({
      type: "response.output_item.done",
      output_index: index,
      item,
    })),
    { type: `response.${statusOf(body)}`, response: body },
  ];
  return [...events.flatMap((event) => reader.read(event)), ...reader.end()];
}

function statusOf({ status, error }: JsonObject): string {
  return textIn(status) || (error ? "failed" : "completed");
}

export function readUsage(body: Json): Usage | undefined {
  return isJsonObject(body) && isJsonObject(body.usage) ? usageOf(body.usage) : undefined;
}
