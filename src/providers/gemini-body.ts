import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject } from "../core/json.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { parseReasoning } from "../dialects/gemini/parse-reasoning.ts";
import { camelFields } from "../dialects/gemini/spelling.ts";
import { thinkingConfig } from "../dialects/gemini/thinking.ts";
import { objectIn, textIn } from "../dialects/lenient.ts";
import { unwrapProof } from "../dialects/proof-envelope.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";
import { refuseStoredMedia } from "./stored-media.ts";

/** What every surface that speaks Gemini's grammar needs done to a body, and nothing more. */
export function adaptGeminiBody(body: BodyPatch, call: UpstreamCall): void {
  removeGatewayFields(body);
  for (const member of ["contents", "systemInstruction", "system_instruction"]) {
    refuseStoredMedia(body, member);
  }
  // The URL names it.
  body.delete("model");
  for (const name of ["serviceTier", "service_tier"]) {
    // Google also takes an enumeration's number, which would hide a dearer tier.
    if (typeof body.get(name) === "number") body.delete(name);
  }
  keepCallsWhole(body);
  adaptThinking(body, call);
  removeForeignProofs(body);
  applyVendorRules(body, call);
}

/** Arguments in pieces cannot be metered or translated; a call that comes whole is as good. */
function keepCallsWhole(body: BodyPatch): void {
  for (const name of ["toolConfig", "tool_config"]) {
    const config = objectIn(body.get(name));
    for (const inner of ["functionCallingConfig", "function_calling_config"]) {
      const {
        streamFunctionCallArguments: camel,
        stream_function_call_arguments: snake,
        ...rest
      } = objectIn(config[inner]);
      if (camel !== undefined || snake !== undefined) body.set(name, { ...config, [inner]: rest });
    }
  }
}

/** An alias can lead a newer model's client to an older one, which knows budgets, or does not think. */
function adaptThinking(body: BodyPatch, { deployment }: UpstreamCall): void {
  const { capabilities } = deployment.facts;
  const name = body.has("generation_config") ? "generation_config" : "generationConfig";
  const generation = objectIn(body.get(name));
  const thinking = objectIn(camelFields(generation).thinkingConfig);
  const isOlder = capabilities.reasoning === "budget" || capabilities.reasoning === "none";
  if (!isOlder || typeof thinking.thinkingLevel !== "string") return;
  const reasoning = parseReasoning({ ...thinking, thinkingLevel: thinking.thinkingLevel });
  const { thinking_config: _, ...rest } = generation;
  const target = { model: deployment.baseModel, capabilities, dropped: [] };
  body.set(name, { ...rest, thinkingConfig: reasoning && thinkingConfig(reasoning, target) });
}

/** Google's own word for "this call was not made by you", where a signature is demanded. */
const NOT_GOOGLES = "skip_thought_signature_validator";

/** A conversation that began with another vendor's model carries proofs that Google would refuse. */
function removeForeignProofs(body: BodyPatch): void {
  const contents = body.get("contents");
  if (!Array.isArray(contents) || !contents.some(hasForeignProof)) return;
  body.set(
    "contents",
    contents.map((content) =>
      hasForeignProof(content) && isJsonObject(content) ? withoutForeignProofs(content) : content,
    ),
  );
}

function hasForeignProof(content: Json): boolean {
  return partsOf(content).some(isForeign);
}

function partsOf(content: Json): Json[] {
  const { parts } = objectIn(content);
  return Array.isArray(parts) ? parts : [];
}

function isForeign(part: Json): boolean {
  return unwrapProof(signatureOf(objectIn(part)), "google").issuer !== "google";
}

function signatureOf(part: JsonObject): string {
  return textIn(part.thoughtSignature) || textIn(part.thought_signature);
}

function withoutForeignProofs(content: JsonObject): JsonObject {
  const parts = partsOf(content).map((part) => {
    if (!isForeign(part)) return part;
    const { thoughtSignature: _, thought_signature: __, ...rest } = objectIn(part);
    const isCall = rest.functionCall !== undefined || rest.function_call !== undefined;
    return isCall ? { ...rest, thoughtSignature: NOT_GOOGLES } : rest;
  });
  return { ...content, parts };
}
