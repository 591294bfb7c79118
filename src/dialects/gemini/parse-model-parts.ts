import * as z from "zod";
import type { Part, Proof, ToolCallPart } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { checked } from "../checked.ts";
import { unwrapProof } from "../proof-envelope.ts";
import type { CallPairing } from "./call-pairing.ts";
import { parsePlainPart, unknownPart } from "./parse-user-parts.ts";

/** What Google's own tools left in the history means nothing to other vendors. */
const GOOGLES = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"];

/** What the model said. Thoughts were cut into pieces by streaming; a signature ends one. */
export function parseModelParts(parts: JsonObject[], path: string, pairing: CallPairing): Part[] {
  const parsed: Part[] = [];
  let thought = "";
  const endThought = (proof?: Proof): void => {
    if (thought !== "" || proof) parsed.push({ type: "reasoning", text: thought, proof });
    thought = "";
  };

  for (const [index, part] of parts.entries()) {
    const at = `${path}.${index}`;
    const proof = proofIn(part, at);
    if (part.thought === true) {
      const plain = parsePlainPart(part, at);
      thought += plain?.type === "text" ? plain.text : "";
      if (proof) endThought(proof);
      continue;
    }
    endThought();
    parsed.push(...parseSaid(part, proof, at, pairing));
  }
  endThought();
  return parsed;
}

function parseSaid(
  part: JsonObject,
  proof: Proof | undefined,
  path: string,
  pairing: CallPairing,
): Part[] {
  if (part.functionCall !== undefined) {
    const call = parseCall(part.functionCall, `${path}.functionCall`, pairing);
    return proof?.issuer === "google" ? [{ ...call, proof }] : [...carried(proof), call];
  }
  const plain = parsePlainPart(part, path);
  if (plain) return [...carried(proof), plain];
  if (proof && Object.keys(part).length === 1) return carried(proof);
  if (GOOGLES.some((name) => part[name] !== undefined)) return [];
  throw unknownPart(part, path);
}

/** The proof of a thought without words stands on the part that followed it. */
function carried(proof: Proof | undefined): Part[] {
  return proof ? [{ type: "reasoning", text: "", proof }] : [];
}

function proofIn(part: JsonObject, path: string): Proof | undefined {
  if (part.thoughtSignature === undefined) return undefined;
  const { thoughtSignature } = checked(z.object({ thoughtSignature: z.string() }), part, path);
  // Clients put Google's own word for "made by someone else" on calls that lost their signature.
  if (thoughtSignature === "" || NOT_SIGNED.has(thoughtSignature)) return undefined;
  return unwrapProof(thoughtSignature, "google");
}

const NOT_SIGNED = new Set([
  "skip_thought_signature_validator",
  "context_engineering_is_the_way_to_go",
]);

const CALL = z.object({
  id: z.string().nullish(),
  name: z.string(),
  args: z.custom<JsonObject>(isJsonObject, "expected an object").nullish(),
});

function parseCall(value: Json, path: string, pairing: CallPairing): ToolCallPart {
  const { id, name, args } = checked(CALL, value, path);
  return {
    type: "tool-call",
    id: pairing.call(name, id ?? undefined),
    name,
    arguments: JSON.stringify(args ?? {}),
  };
}
