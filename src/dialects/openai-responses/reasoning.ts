import type { Proof, ReasoningPart } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectsIn, textIn } from "../lenient.ts";
import { unwrapProof, wrapProof } from "../proof-envelope.ts";

/** A thought in a caller's history. One without words or proof says nothing and is left out. */
export function readReasoning(item: JsonObject): ReasoningPart[] {
  const text = thoughtOf(item);
  const proof = proofOf(item);
  return text === "" && !proof ? [] : [{ type: "reasoning", text, proof }];
}

/** OpenAI shows summaries only; servers of open models show the thought itself. */
export function thoughtOf(item: JsonObject): string {
  const texts = (list: JsonObject[]): string =>
    list
      .map((part) => textIn(part.text))
      .filter((text) => text !== "")
      .join(SUMMARY_SEPARATOR);
  return texts(objectsIn(item.summary)) || texts(objectsIn(item.content));
}

/** Between the parts of a summary, which are paragraphs with headings of their own. */
export const SUMMARY_SEPARATOR = "\n\n";

export function proofOf(item: JsonObject): Proof | undefined {
  const data = textIn(item.encrypted_content);
  return data === "" ? undefined : unwrapProof(data, "openai", "encrypted");
}

/** A thought as an item of an answer. */
export function renderReasoning(id: string, text: string, proof: Proof | undefined): JsonObject {
  return {
    id,
    type: "reasoning",
    summary: text === "" ? [] : [{ type: "summary_text", text }],
    encrypted_content: proof ? wrapProof(proof, "openai") : null,
  };
}

/** OpenAI's own ids are hexadecimal after the prefix, so that these cannot be mistaken for them. */
const MINTED = "sk";
/** OpenAI refuses ids of more than 64 characters. */
const ANSWER_ID_CHARACTERS_MAX = 40;

/** The id of an item that OpenAI did not make: the same in every event, and in no other answer. */
export function mintId(prefix: string, answerId: string, index: number): string {
  const answer = answerId.replaceAll(/[^a-zA-Z0-9]/g, "").slice(-ANSWER_ID_CHARACTERS_MAX);
  return `${prefix}_${MINTED}${answer}_${index}`;
}

export function isMintedId(id: string): boolean {
  return id.startsWith(`rs_${MINTED}`);
}
