import type { Issuer, Proof, ReasoningPart } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { unwrapProof, wrapProof } from "../proof-envelope.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

// OpenAI's grammar has no thoughts. Three conventions are in use beside it: `reasoning_content` for
// the words alone (DeepSeek), `reasoning_details` with proofs of any vendor (OpenRouter), and
// `thinking_blocks` in Anthropic's shape (LiteLLM). All are written; the best one present is read.

const FORMATS: Record<Issuer, string> = {
  anthropic: "anthropic-claude-v1",
  google: "google-gemini-v1",
  openai: "openai-responses-v1",
};

/** What carries a proof: complete in itself, so that clients may keep the lists by appending. */
export function renderProof(text: string, proof: Proof, index: number): JsonObject {
  const format = FORMATS[proof.issuer];
  const isSignature = proof.kind === "signature";
  return {
    reasoning_details: [
      isSignature
        ? { type: "reasoning.text", text, signature: wrapProof(proof, proof.issuer), format, index }
        : { type: "reasoning.encrypted", data: wrapProof(proof, proof.issuer), format, index },
    ],
    thinking_blocks: [
      isSignature
        ? { type: "thinking", thinking: text, signature: wrapProof(proof, "anthropic") }
        : { type: "redacted_thinking", data: wrapProof(proof, "anthropic") },
    ],
  };
}

/** The thoughts of a whole message, whichever way it carries them. */
export function readReasoning(message: JsonObject): ReasoningPart[] {
  const details = objectsIn(message.reasoning_details);
  if (details.length > 0) return foldDetails(details);
  const blocks = objectsIn(message.thinking_blocks);
  if (blocks.length > 0) return blocks.map(readThinkingBlock);
  const text = wordsOf(message);
  return text === "" ? [] : [{ type: "reasoning", text }];
}

/** Thoughts as plain words. vLLM renamed the first to the second; some servers send both. */
export function wordsOf(message: JsonObject): string {
  return textIn(message.reasoning_content) || textIn(message.reasoning);
}

/** A detail may have been split by streaming: its words go on until a signature ends them. */
function foldDetails(details: JsonObject[]): ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  let text = "";
  const flush = (proof?: Proof): void => {
    if (text !== "" || proof) parts.push({ type: "reasoning", text, proof });
    text = "";
  };
  for (const detail of details) {
    const proof = proofOfDetail(detail);
    if (proof && proof.kind !== "signature") flush();
    text += textOfDetail(detail);
    if (proof) flush(proof);
  }
  flush();
  return parts;
}

export function textOfDetail(detail: JsonObject): string {
  return textIn(detail.text) || textIn(detail.summary);
}

export function proofOfDetail(detail: JsonObject): Proof | undefined {
  const issuer = issuerOf(detail.format);
  const signature = textIn(detail.signature);
  if (signature !== "") return unwrapProof(signature, issuer);
  const data = textIn(detail.data);
  return data === ""
    ? undefined
    : unwrapProof(data, issuer, issuer === "anthropic" ? "redacted" : "encrypted");
}

function issuerOf(format: Json | undefined): Issuer {
  if (format === FORMATS.anthropic) return "anthropic";
  return format === FORMATS.google ? "google" : "openai";
}

function readThinkingBlock(block: JsonObject): ReasoningPart {
  const text = textIn(block.thinking);
  const data = textIn(block.data);
  if (data !== "")
    return { type: "reasoning", text, proof: unwrapProof(data, "anthropic", "redacted") };
  const signature = textIn(block.signature);
  return {
    type: "reasoning",
    text,
    proof: signature === "" ? undefined : unwrapProof(signature, "anthropic"),
  };
}

/** Google's signature on a tool call, in Google's own place for it. */
export function proofOfCall(call: JsonObject): Proof | undefined {
  const extra = objectIn(call.extra_content);
  const google = objectIn(extra.google);
  const data = textIn(google.thought_signature);
  return data === "" ? undefined : { issuer: "google", kind: "signature", data };
}

export function renderCallProof(proof: Proof | undefined): JsonObject {
  return proof?.issuer === "google"
    ? { extra_content: { google: { thought_signature: proof.data } } }
    : {};
}
