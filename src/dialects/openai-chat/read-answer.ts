import type { ChatEvent, ReasoningPart, Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectsIn } from "../lenient.ts";
import { createReader } from "./read-stream.ts";
import { readReasoning, renderProof } from "./reasoning.ts";
import { usageOf } from "./usage.ts";

/** A whole answer is read as the stream it could have been, so that both mean the same. */
export function readAnswer(body: Json): ChatEvent[] {
  if (!isJsonObject(body)) throw new FramingError("the answer is not a JSON object");
  const [choice] = objectsIn(body.choices);
  if (!choice && !body.error) throw new FramingError("the answer has no choices");
  const chunk = (delta: JsonObject): JsonObject => ({
    id: body.id,
    model: body.model,
    choices: [{ delta }],
  });
  const message = isJsonObject(choice?.message) ? choice.message : {};
  const last = { finish_reason: choice?.finish_reason ?? "stop", delta: withoutReasoning(message) };
  const chunks = [
    ...readReasoning(message).flatMap(reasoningDeltas).map(chunk),
    { ...body, choices: [last] },
  ];
  const reader = createReader();
  const events = chunks.flatMap((one) => reader.read({ data: JSON.stringify(one) }));
  return [...events, ...reader.end()];
}

function reasoningDeltas({ text, proof }: ReasoningPart): JsonObject[] {
  const words = text === "" ? [] : [{ reasoning_content: text }];
  return proof ? [...words, renderProof(text, proof, 0)] : words;
}

function withoutReasoning(message: JsonObject): JsonObject {
  return { ...message, reasoning_content: null, reasoning: null, reasoning_details: null };
}

export function readUsage(body: Json): Usage | undefined {
  return isJsonObject(body) && isJsonObject(body.usage) ? usageOf(body.usage) : undefined;
}
