import type { ChatEvent, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { collectAnswer } from "../collect.ts";
import type { CollectedAnswer, CollectedBlock } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { objectsIn } from "../lenient.ts";
import { finishReasonOf } from "./finish.ts";
import { renderCallProof, renderProof } from "./reasoning.ts";
import { renderUsage } from "./usage.ts";

export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const answer = collectAnswer(events);
  return {
    id: answer.id || context.id,
    object: "chat.completion",
    created: Math.floor(context.createdAtMs / 1000),
    model: context.model,
    choices: [
      {
        index: 0,
        message: renderMessage(answer),
        logprobs: null,
        finish_reason: finishReasonOf(answer.finish),
      },
    ],
    ...(answer.usage ? { usage: renderUsage(answer.usage) } : {}),
  };
}

function renderMessage({ blocks }: CollectedAnswer): JsonObject {
  const calls = blocks.flatMap(renderCall);
  const text = wordsOf(blocks, "text");
  return {
    role: "assistant",
    // Only a message that calls tools or refuses may have no content.
    content: text === "" && (calls.length > 0 || wordsOf(blocks, "refusal") !== "") ? null : text,
    refusal: wordsOf(blocks, "refusal") || null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...renderThoughts(blocks),
  };
}

function wordsOf(blocks: CollectedBlock[], kind: "text" | "refusal" | "reasoning"): string {
  return blocks
    .filter((block) => block.opening.kind === kind)
    .map((block) => block.text)
    .join("");
}

function renderCall({ opening, text, proof }: CollectedBlock): JsonObject[] {
  if (opening.kind !== "tool-call") return [];
  const called = { name: opening.name, arguments: text === "" ? "{}" : text };
  return [{ id: opening.id, type: "function", function: called, ...renderCallProof(proof) }];
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
