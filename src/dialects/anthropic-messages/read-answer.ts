import type { ChatEvent, Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { createBlockReader } from "./read-block.ts";
import { finishEvents } from "./read-stream.ts";
import { usageOf } from "./usage.ts";

export function readAnswer(body: Json): ChatEvent[] {
  if (isJsonObject(body) && body.type === "error") {
    return [{ type: "error", failure: streamFailure(JSON.stringify(body)) }];
  }
  if (!isJsonObject(body) || !Array.isArray(body.content)) {
    throw new FramingError("the answer has no content");
  }
  const usage = readUsage(body);
  return [
    { type: "start", id: textIn(body.id), model: textIn(body.model) },
    ...readBlocks(objectsIn(body.content)),
    ...(usage ? [{ type: "usage" as const, usage }] : []),
    ...finishEvents({ ...body, stop_reason: body.stop_reason ?? "end_turn" }),
    { type: "end" },
  ];
}

function readBlocks(content: JsonObject[]): ChatEvent[] {
  const blocks = createBlockReader();
  return content.flatMap((block) => [...blocks.open(0, block), ...blocks.close(0)]);
}

export function readUsage(body: Json): Usage | undefined {
  return isJsonObject(body) && isJsonObject(body.usage) ? usageOf(body.usage) : undefined;
}
