import type { ChatEvent, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { charactersIn } from "../citations.ts";
import { collectAnswer } from "../collect.ts";
import type { CollectedAnswer, CollectedBlock } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { objectsIn } from "../lenient.ts";
import { freeTextOf } from "../openai-responses/tool-names.ts";
import { callForms } from "./call-forms.ts";
import type { CallForms } from "./call-forms.ts";
import { renderAnnotations } from "./citations.ts";
import { finishReasonOf } from "./finish.ts";
import { renderCallProof, renderProof } from "./reasoning.ts";
import { renderUsage } from "./usage.ts";

export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const answer = collectAnswer(events);
  const forms = callForms(context.request);
  return {
    id: answer.id || context.id,
    object: "chat.completion",
    created: Math.floor(context.createdAtMs / 1000),
    model: context.model,
    choices: [
      {
        index: 0,
        message: renderMessage(answer, forms),
        logprobs: null,
        finish_reason: finishReasonOf(answer.finish, forms.isLegacy),
      },
    ],
    ...(answer.usage ? { usage: renderUsage(answer.usage) } : {}),
  };
}

function renderMessage({ blocks }: CollectedAnswer, forms: CallForms): JsonObject {
  const calls = blocks.flatMap((block) => renderCall(block, forms));
  const text = wordsOf(blocks, "text");
  const annotations = annotationsOf(blocks);
  return {
    role: "assistant",
    // Only a message that calls tools or refuses may have no content.
    content: text === "" && (calls.length > 0 || wordsOf(blocks, "refusal") !== "") ? null : text,
    refusal: wordsOf(blocks, "refusal") || null,
    ...(annotations.length > 0 ? { annotations } : {}),
    ...renderCalls(calls, forms),
    ...renderThoughts(blocks),
  };
}

function annotationsOf(blocks: CollectedBlock[]): JsonObject[] {
  let offset = 0;
  return blocks.flatMap(({ opening, text, citations }) => {
    if (opening.kind !== "text") return [];
    const characters = charactersIn(text);
    offset += characters;
    return renderAnnotations(citations, offset - characters, characters);
  });
}

/** There was room for one call only when tools were called functions. */
function renderCalls(calls: JsonObject[], { isLegacy }: CallForms): JsonObject {
  const [first] = calls;
  if (!first) return {};
  return isLegacy ? { function_call: first.function } : { tool_calls: calls };
}

function wordsOf(blocks: CollectedBlock[], kind: "text" | "refusal" | "reasoning"): string {
  return blocks
    .filter((block) => block.opening.kind === kind)
    .map((block) => block.text)
    .join("");
}

function renderCall({ opening, text, proof }: CollectedBlock, forms: CallForms): JsonObject[] {
  if (opening.kind !== "tool-call") return [];
  const { id, name } = opening;
  if (forms.of(name) === "custom")
    return [{ id, type: "custom", custom: { name, input: freeTextOf(text) } }];
  const called = { name, arguments: text === "" ? "{}" : text };
  return [{ id, type: "function", function: called, ...renderCallProof(proof) }];
}

function renderThoughts(blocks: CollectedBlock[]): JsonObject {
  const text = wordsOf(blocks, "reasoning");
  const proven = blocks
    .filter(
      (block) => block.opening.kind === "reasoning" || block.opening.kind === "redacted-reasoning",
    )
    .flatMap((block) => (block.proof ? [{ text: block.text, proof: block.proof }] : []));
  return { ...(text === "" ? {} : { reasoning_content: text }), ...renderProofs(proven) };
}

function renderProofs(proven: { text: string; proof: Proof }[]): JsonObject {
  if (proven.length === 0) return {};
  const rendered = proven.map(({ text, proof }, index) => renderProof(text, proof, index));
  return {
    reasoning_details: rendered.flatMap((one) => objectsIn(one.reasoning_details)),
    thinking_blocks: rendered.flatMap((one) => objectsIn(one.thinking_blocks)),
  };
}
