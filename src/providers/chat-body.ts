import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject } from "../core/json.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";

/** What every surface that speaks Chat Completions needs done to a body, and nothing more. */
export function adaptChatBody(body: BodyPatch, { stream }: UpstreamCall): void {
  removeGatewayFields(body);
  // LiteLLM's clients put tags and trace ids here; OpenAI takes the member only with `store`.
  if (body.get("store") !== true) body.delete("metadata");
  if (stream) askForUsage(body);
}

/** Without it a stream does not say what it cost. The caller's other options stay. */
function askForUsage(body: BodyPatch): void {
  const options = body.get("stream_options");
  const given = isJsonObject(options) ? options : {};
  if (given.include_usage === true) return;
  body.set("stream_options", { ...given, include_usage: true });
}
