import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, objectsIn } from "../lenient.ts";
import { createBlockReader, readWholeBlock } from "./read-block.ts";
import { finishEvent } from "./read-stream.ts";
import { readUsage } from "./usage.ts";

export function readAnswer(body: Json): ChatEvent[] {
  const output = isJsonObject(body) ? objectIn(body.output) : {};
  const { content } = objectIn(output.message);
  if (!isJsonObject(body) || !Array.isArray(content)) {
    throw new FramingError("the answer has no message");
  }
  const blocks = createBlockReader();
  const said = objectsIn(content).flatMap((block, index) => readWholeBlock(blocks, index, block));
  const usage = readUsage(body);
  return [
    { type: "start", id: "", model: "" },
    ...said,
    ...(usage ? [{ type: "usage" as const, usage }] : []),
    finishEvent(body, blocks.hasCalls()),
    { type: "end" },
  ];
}
