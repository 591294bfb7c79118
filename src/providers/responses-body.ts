import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import {
  readableInput,
  type ReadableThoughts,
} from "../dialects/openai-responses/readable-thoughts.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";

/** What every surface that speaks Responses needs done to a body, and nothing more. */
export function adaptResponsesBody(body: BodyPatch, call: UpstreamCall): void {
  removeGatewayFields(body);
  // OpenAI takes texts here; LiteLLM's clients also put their lists of tags.
  if (!holdsTextsOnly(body.get("metadata"))) body.delete("metadata");
  dropForeignThoughts(body, call.thoughts);
  if (call.deployment.facts.capabilities.reasoning === "none") askForNoThoughts(body);
  applyVendorRules(body, call);
}

function holdsTextsOnly(metadata: Json | undefined): boolean {
  return isJsonObject(metadata) && Object.values(metadata).every((one) => typeof one === "string");
}

/** A conversation may have come from another vendor or account, whose thoughts cannot be read here. */
function dropForeignThoughts(body: BodyPatch, thoughts: ReadableThoughts | undefined): void {
  const input = body.get("input");
  if (!Array.isArray(input)) return;
  const readable = readableInput(input, thoughts);
  if (readable !== input) body.set("input", readable);
}

/** Codex asks every model for its encrypted thoughts, and one that has none refuses the whole call. */
function askForNoThoughts(body: BodyPatch): void {
  const include = body.get("include");
  if (!Array.isArray(include)) return;
  const rest = include.filter((one) => one !== "reasoning.encrypted_content");
  if (rest.length === 0) body.delete("include");
  else if (rest.length < include.length) body.set("include", rest);
}
