import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { AnswerReader } from "../dialect.ts";
import { streamFailure } from "../failure.ts";
import { FramingError } from "../framing/frame.ts";
import type { Frame } from "../framing/frame.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { objectIn, textIn } from "../lenient.ts";
import { finishOf } from "./finish.ts";
import { openingOf, textOfBlock } from "./read-block.ts";
import { mergeUsage, usageOf } from "./usage.ts";

export function createReader(): AnswerReader {
  let usage: JsonObject = {};
  let answerId: string | undefined;
  let nextBlock = 0;
  let isOver = false;
  /** The vendor's index → ours. Blocks we do not translate have none. */
  const blocks = new Map<Json | undefined, number>();

  const broken = (message: string): ChatEvent[] => {
    isOver = true;
    return [{ type: "error", failure: { category: "broken-stream", status: 0, message } }];
  };

  const start = (message: JsonObject): ChatEvent[] => {
    const id = textIn(message.id);
    if (answerId === undefined) {
      answerId = id;
      usage = mergeUsage(usage, message.usage);
      return [{ type: "start", id, model: textIn(message.model), usage: usageOf(usage) }];
    }
    // Seen in recordings: the same start twice, which is harmless, and a second answer spliced into
    // the first, whose half-written tool call nobody may run.
    return id === answerId || nextBlock === 0
      ? []
      : broken("the upstream began a second answer inside the first");
  };

  const openBlock = (index: Json | undefined, block: JsonObject): ChatEvent[] => {
    const opening = openingOf(block);
    if (!opening) return [];
    const number = nextBlock++;
    blocks.set(index, number);
    const text = textOfBlock(block);
    return [
      { type: "block-start", block: number, opening },
      ...(text === "" ? [] : [{ type: "block-delta" as const, block: number, text }]),
      ...proofEvents(number, textIn(block.signature)),
    ];
  };

  const closeBlock = (index: Json | undefined): ChatEvent[] => {
    const block = blocks.get(index);
    blocks.delete(index);
    return block === undefined ? [] : [{ type: "block-end", block }];
  };

  const messageDelta = (message: JsonObject): ChatEvent[] => {
    usage = mergeUsage(usage, message.usage);
    const delta = objectIn(message.delta);
    const reason = delta.stop_reason;
    const stopSequence = textIn(delta.stop_sequence) || undefined;
    const finish: ChatEvent[] = reason
      ? [{ type: "finish", reason: finishOf(reason), stopSequence }]
      : [];
    return [{ type: "usage", usage: usageOf(usage) }, ...finish];
  };

  const interpret = (message: JsonObject, data: string): ChatEvent[] => {
    switch (textIn(message.type)) {
      case "message_start":
        return start(objectIn(message.message));
      case "content_block_start":
        return openBlock(message.index, objectIn(message.content_block));
      case "content_block_delta":
        return deltaEvents(blocks.get(message.index), objectIn(message.delta));
      case "content_block_stop":
        return closeBlock(message.index);
      case "message_delta":
        return messageDelta(message);
      case "message_stop":
        isOver = true;
        return [{ type: "end" }];
      case "ping":
        return [{ type: "ping" }];
      case "error":
        isOver = true;
        return [{ type: "error", failure: streamFailure(data) }];
      default:
        // The vendor promises new events to come, and that they may be ignored.
        return [];
    }
  };

  return {
    read(frame: Frame) {
      const message = parseJson(frame.data);
      if (!isJsonObject(message)) throw new FramingError("a frame is not a JSON object");
      return isOver ? [] : interpret(message, frame.data);
    },
    end: () => (isOver ? [] : broken("the upstream ended the stream before its final event")),
  };
}

function deltaEvents(block: number | undefined, delta: JsonObject): ChatEvent[] {
  if (block === undefined) return [];
  if (delta.type === "signature_delta") return proofEvents(block, textIn(delta.signature));
  const text = textIn(delta.text) || textIn(delta.thinking) || textIn(delta.partial_json);
  return text === "" ? [] : [{ type: "block-delta", block, text }];
}

export function proofEvents(block: number, signature: string): ChatEvent[] {
  return signature === ""
    ? []
    : [{ type: "block-proof", block, proof: unwrapProof(signature, "anthropic") }];
}
