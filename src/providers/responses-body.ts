import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { isForeign } from "../dialects/openai-responses/reasoning.ts";
import { removeGatewayFields } from "./gateway-fields.ts";

/** What every surface that speaks Responses needs done to a body, and nothing more. */
export function adaptResponsesBody(body: BodyPatch): void {
  removeGatewayFields(body);
  // OpenAI takes texts here; LiteLLM's clients also put their lists of tags.
  if (!holdsTextsOnly(body.get("metadata"))) body.delete("metadata");
  dropForeignThoughts(body);
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
