import type { ChatEvent, Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { finishOf } from "./finish.ts";
import { openingOf, textOfBlock } from "./read-block.ts";
import { proofEvents } from "./read-stream.ts";
import { usageOf } from "./usage.ts";

export function readAnswer(body: Json): ChatEvent[] {
  if (isJsonObject(body) && body.type === "error") {
    return [{ type: "error", failure: streamFailure(JSON.stringify(body)) }];
  }
  if (!isJsonObject(body) || !Array.isArray(body.content)) {
    throw new FramingError("the answer has no content");
  }
  const usage = readUsage(body);
  const stopSequence = textIn(body.stop_sequence) || undefined;
  return [
    { type: "start", id: textIn(body.id), model: textIn(body.model) },
    ...readBlocks(objectsIn(body.content)),
    ...(usage ? [{ type: "usage" as const, usage }] : []),
    { type: "finish", reason: finishOf(body.stop_reason), stopSequence },
    { type: "end" },
  ];
}

function readBlocks(blocks: JsonObject[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  let number = 0;
  for (const block of blocks) {
    const opening = openingOf(block);
    if (!opening) continue;
    const text = textOfBlock(block);
    events.push({ type: "block-start", block: number, opening });
    if (text !== "") events.push({ type: "block-delta", block: number, text });
    events.push(...proofEvents(number, textIn(block.signature)));
    events.push({ type: "block-end", block: number });
    number += 1;
  }
  return events;
}

export function readUsage(body: Json): Usage | undefined {
  return isJsonObject(body) && isJsonObject(body.usage) ? usageOf(body.usage) : undefined;
}
