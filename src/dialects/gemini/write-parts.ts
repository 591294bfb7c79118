import type { BlockOpening, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { wrapProof } from "../proof-envelope.ts";
import { argumentsOf } from "./contents.ts";

export interface PartWriter {
  /** The parts this event becomes; often none. Blocks must follow one another. */
  write(event: BlockEvent): JsonObject[];
  /** Call after the last block. */
  flush(): JsonObject[];
}

/**
 * Writes blocks as parts. Calls are whole here, so their arguments are gathered. The proof of a
 * thought without words goes onto the next part that is no thought, as Google's own does: clients
 * drop thoughts from the history and keep everything else.
 */
export function createPartWriter(): PartWriter {
  let opening: BlockOpening = { kind: "text" };
  let written = "";
  let proof: Proof | undefined;
  /** Of a wordless thought, until there is a part for it. */
  let held: Proof | undefined;

  const takeHeld = (): JsonObject => {
    const signature = signatureOf(held);
    held = undefined;
    return signature;
  };
  const flush = (): JsonObject[] =>
    held === undefined ? [] : [{ text: "", thought: true, ...takeHeld() }];

  const start = (next: BlockOpening): JsonObject[] => {
    opening = next;
    written = "";
    proof = "proof" in next ? next.proof : undefined;
    const isThought = next.kind === "reasoning" || next.kind === "redacted-reasoning";
    return isThought || proof !== undefined ? flush() : [];
  };

  const delta = (text: string): JsonObject[] => {
    written += text;
    switch (opening.kind) {
      case "text":
      case "refusal":
        return [{ text, ...takeHeld() }];
      case "reasoning":
        return [{ text, thought: true }];
      case "redacted-reasoning":
      case "tool-call":
        return [];
    }
  };

  const end = (): JsonObject[] => {
    switch (opening.kind) {
      case "text":
      case "refusal":
        return [];
      case "reasoning":
        if (written !== "" && proof) return [{ text: "", thought: true, ...signatureOf(proof) }];
        held = proof;
        return [];
      case "redacted-reasoning":
        held = proof;
        return [];
      case "tool-call": {
        const { id, name } = opening;
        const functionCall = { id, name, args: argumentsOf(written) };
        return [{ functionCall, ...(proof ? signatureOf(proof) : takeHeld()) }];
      }
    }
  };

  return {
    flush,
    write(event) {
      switch (event.type) {
        case "block-start":
          return start(event.opening);
        case "block-delta":
          return delta(event.text);
        case "block-proof":
          proof = event.proof;
          return [];
        case "block-citation":
          // They are told at the end of the answer.
          return [];
        case "block-end":
          return end();
      }
    },
  };
}

function signatureOf(proof: Proof | undefined): JsonObject {
  return proof ? { thoughtSignature: wrapProof(proof, "google") } : {};
}

/** Whether a whole answer has both pieces in one part. A signature ends a thought and begins a text. */
export function continues(last: JsonObject, piece: JsonObject): boolean {
  if (typeof last.text !== "string" || typeof piece.text !== "string") return false;
  if (last.thought !== piece.thought) return false;
  return (last.thought === true ? last : piece).thoughtSignature === undefined;
}
