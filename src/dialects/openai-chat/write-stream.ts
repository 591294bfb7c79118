import type { BlockOpening, ChatEvent, Proof, Usage } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { finishReasonOf } from "./finish.ts";
import { renderCallProof, renderProof } from "./reasoning.ts";
import { renderUsage } from "./usage.ts";

const DONE: Frame = { data: "[DONE]" };

interface OpenBlock {
  opening: BlockOpening;
  /** Position among the tool calls, or among the thoughts with a proof. */
  index: number;
  /** The words of a thought, kept until its proof repeats them. */
  thought: string;
  proof: Proof | undefined;
}

export function createWriter(context: AnswerContext): AnswerWriter {
  const blocks = new Map<number, OpenBlock>();
  let id = context.id;
  let callCount = 0;
  let proofCount = 0;
  let hasRole = false;
  let usage: Usage | undefined;

  const chunk = (choices: Json[], extra: JsonObject = {}): Frame => ({
    data: JSON.stringify({
      id,
      object: "chat.completion.chunk",
      created: Math.floor(context.createdAtMs / 1000),
      model: context.model,
      choices,
      ...extra,
    }),
  });

  const say = (delta: JsonObject, finishReason: string | null = null): Frame => {
    const role = hasRole ? {} : { role: "assistant" };
    hasRole = true;
    return chunk([{ index: 0, delta: { ...role, ...delta }, finish_reason: finishReason }]);
  };

  const openBlock = (number: number, opening: BlockOpening): Frame[] => {
    const block: OpenBlock = { opening, index: 0, thought: "", proof: undefined };
    blocks.set(number, block);
    if (opening.kind === "redacted-reasoning")
      return [say(renderProof("", opening.proof, proofCount++))];
    if (opening.kind !== "tool-call") return [];
    block.index = callCount++;
    const { id: callId, name, proof } = opening;
    const call = {
      index: block.index,
      id: callId,
      type: "function",
      function: { name, arguments: "" },
    };
    return [say({ tool_calls: [{ ...call, ...renderCallProof(proof) }] })];
  };

  const closeBlock = ({ thought, proof }: OpenBlock): Frame[] =>
    proof ? [say(renderProof(thought, proof, proofCount++))] : [];

  const prove = (block: OpenBlock, proof: Proof): Frame[] => {
    if (block.opening.kind === "reasoning") block.proof = proof;
    if (block.opening.kind !== "tool-call") return [];
    return [say({ tool_calls: [{ index: block.index, ...renderCallProof(proof) }] })];
  };

  const framesOf = (event: ChatEvent): Frame[] => {
    switch (event.type) {
      case "start":
        id = event.id || id;
        usage = event.usage;
        return [say({ content: "" })];
      case "block-start":
        return openBlock(event.block, event.opening);
      case "block-delta": {
        const block = blocks.get(event.block);
        if (!block) return [];
        if (block.opening.kind === "reasoning") block.thought += event.text;
        return [say(deltaOf(block, event.text))];
      }
      case "block-proof": {
        const block = blocks.get(event.block);
        return block ? prove(block, event.proof) : [];
      }
      case "block-end": {
        const block = blocks.get(event.block);
        blocks.delete(event.block);
        return block ? closeBlock(block) : [];
      }
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        return [say({}, finishReasonOf(event.reason))];
      case "end":
        return [
          ...(context.streamUsage && usage ? [chunk([], { usage: renderUsage(usage) })] : []),
          DONE,
        ];
      case "ping":
      case "error":
        // Silence is kept alive by comments; a broken stream's last word is `renderStreamError`.
        return [];
    }
  };

  return { write: framesOf };
}

function deltaOf({ opening, index }: OpenBlock, text: string): JsonObject {
  switch (opening.kind) {
    case "text":
      return { content: text };
    case "refusal":
      return { refusal: text };
    case "reasoning":
    case "redacted-reasoning":
      return { reasoning_content: text };
    case "tool-call":
      return { tool_calls: [{ index, function: { arguments: text } }] };
  }
}
