import { NO_USAGE } from "../../core/chat.ts";
import type { ChatEvent } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { collectAnswer } from "../collect.ts";
import type { CollectedBlock } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { wrapProof } from "../proof-envelope.ts";
import { renderCitation } from "./citations.ts";
import { stopReasonOf } from "./finish.ts";
import { inputOf } from "./render-blocks.ts";
import { emptyBlock } from "./write-blocks.ts";
import { emptyMessage } from "./write-stream.ts";

export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const answer = collectAnswer(events);
  return {
    ...emptyMessage(answer.id || context.id, context.model, answer.usage ?? NO_USAGE),
    content: answer.blocks.flatMap(renderBlock),
    stop_reason: stopReasonOf(answer.finish, answer.stopSequence),
    stop_sequence: answer.stopSequence ?? null,
  };
}

function renderBlock({ opening, text, proof, citations }: CollectedBlock): JsonObject[] {
  const block = emptyBlock(opening);
  switch (opening.kind) {
    case "text":
    case "refusal": {
      const cited = citations.flatMap(renderCitation);
      if (text === "") return [];
      return [{ ...block, text, ...(cited.length > 0 ? { citations: cited } : {}) }];
    }
    case "reasoning":
      return text === "" && !proof ? [] : [thought(text, proof)];
    case "redacted-reasoning":
      return [block];
    case "tool-call": {
      const call = { ...block, input: inputOf(text) };
      return proof ? [thought("", proof), call] : [call];
    }
  }
}

function thought(thinking: string, proof: CollectedBlock["proof"]): JsonObject {
  return { type: "thinking", thinking, signature: proof ? wrapProof(proof, "anthropic") : "" };
}
