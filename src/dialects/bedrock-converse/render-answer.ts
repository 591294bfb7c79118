import { NO_USAGE } from "../../core/chat.ts";
import type { ChatEvent, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { collectAnswer } from "../collect.ts";
import type { CollectedBlock } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { wrapProof } from "../proof-envelope.ts";
import { legalToolId } from "../tool-id.ts";
import { argumentsObject } from "./arguments.ts";
import { asksForCitations, renderCitation } from "./citations.ts";
import { renderCounts, renderStop } from "./write-stream.ts";

export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const answer = collectAnswer(events);
  const cites = asksForCitations(context);
  const content = answer.blocks.flatMap((block) => renderBlock(block, cites));
  return {
    output: { message: { role: "assistant", content } },
    ...renderStop(answer.finish, answer.stopSequence),
    ...renderCounts(answer.usage ?? NO_USAGE, context),
  };
}

function renderBlock(
  { opening, text, proof, citations: cited }: CollectedBlock,
  cites: boolean,
): JsonObject[] {
  switch (opening.kind) {
    case "text":
    case "refusal": {
      if (text === "") return [];
      const citations = cites ? cited.flatMap(renderCitation) : [];
      // Cited words are a kind of block of their own, but only in a whole answer.
      return citations.length === 0
        ? [{ text }]
        : [{ citationsContent: { content: [{ text }], citations } }];
    }
    case "reasoning":
      return text === "" && !proof ? [] : [thought(text, proof)];
    case "redacted-reasoning": {
      const redactedContent = wrapProof(opening.proof, "anthropic");
      return [{ reasoningContent: { redactedContent } }];
    }
    case "tool-call": {
      const { id, name } = opening;
      const call = { toolUse: { toolUseId: legalToolId(id), name, input: argumentsObject(text) } };
      return proof ? [thought("", proof), call] : [call];
    }
  }
}

function thought(text: string, proof: Proof | undefined): JsonObject {
  const signature = proof ? { signature: wrapProof(proof, "anthropic") } : {};
  return { reasoningContent: { reasoningText: { text, ...signature } } };
}
