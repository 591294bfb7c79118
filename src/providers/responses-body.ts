import type { BodyPatch } from "../core/body-patch.ts";
import { capabilitiesOf } from "../core/capabilities.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { isForeign } from "../dialects/openai-responses/reasoning.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";

/** What every surface that speaks Responses needs done to a body, and nothing more. */
export function adaptResponsesBody(body: BodyPatch, { deployment }: UpstreamCall): void {
  removeGatewayFields(body);
  // OpenAI takes texts here; LiteLLM's clients also put their lists of tags.
  if (!holdsTextsOnly(body.get("metadata"))) body.delete("metadata");
  dropForeignThoughts(body);
  if (capabilitiesOf(deployment.baseModel).reasoning === "none") askForNoThoughts(body);
}

function holdsTextsOnly(metadata: Json | undefined): boolean {
  return isJsonObject(metadata) && Object.values(metadata).every((one) => typeof one === "string");
}

/** A conversation may have come from another vendor, whose thoughts OpenAI cannot verify. */
function dropForeignThoughts(body: BodyPatch): void {
  const input = body.get("input");
  if (!Array.isArray(input)) return;
  const own = input.filter((item) => !isJsonObject(item) || !isForeign(item));
  if (own.length < input.length) body.set("input", own);
}

/** Codex asks every model for its encrypted thoughts, and one that has none refuses the whole call. */
function askForNoThoughts(body: BodyPatch): void {
  const include = body.get("include");
  if (!Array.isArray(include)) return;
  const rest = include.filter((one) => one !== "reasoning.encrypted_content");
  if (rest.length === 0) body.delete("include");
  else if (rest.length < include.length) body.set("include", rest);
}
