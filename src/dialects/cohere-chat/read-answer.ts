import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { createEventReader } from "./read-stream.ts";

/** A whole answer is read as the stream it could have been, so that both mean the same. */
export function readAnswer(body: Json): ChatEvent[] {
  if (!isJsonObject(body) || !isJsonObject(body.message))
    throw new FramingError("the answer has no message");
  const { id, message, finish_reason, usage } = body;
  const reader = createEventReader();
  const events: JsonObject[] = [
    { type: "message-start", id },
    { type: "tool-plan-delta", ...saying({ tool_plan: message.tool_plan }) },
    ...objectsIn(message.citations).filter(isOfPlan).map(citationEvent),
    ...contentOf(message).map((content) => ({ type: "content-delta", ...saying({ content }) })),
    ...objectsIn(message.citations)
      .filter((one) => !isOfPlan(one))
      .map(citationEvent),
    ...objectsIn(message.tool_calls).map((call, index) => ({
      type: "tool-call-start",
      index,
      ...saying({ tool_calls: call }),
    })),
    { type: "message-end", delta: { finish_reason, usage } },
  ];
  return [...events.flatMap((event) => reader.read(event)), ...reader.end()];
}

function saying(message: JsonObject): JsonObject {
  return { delta: { message } };
}

/** Some deployments write plain words for a list of one. */
function contentOf({ content }: JsonObject): JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : objectsIn(content);
}

function isOfPlan({ type }: JsonObject): boolean {
  return textIn(type) === "PLAN";
}

function citationEvent(citation: JsonObject): JsonObject {
  return { type: "citation-start", ...saying({ citations: citation }) };
}
