import type { BodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { isJsonObject } from "../core/json.ts";
import { adaptChatMessages } from "./chat-messages.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";

/** What every surface that speaks Chat Completions needs done to a body, and nothing more. */
export function adaptChatBody(body: BodyPatch, call: UpstreamCall): void {
  removeGatewayFields(body);
  // LiteLLM's clients put tags and trace ids here; OpenAI takes the member only with `store`.
  if (body.get("store") !== true) body.delete("metadata");
  // No vendor takes an empty list for none.
  const tools = body.get("tools");
  if (Array.isArray(tools) && tools.length === 0) body.delete("tools");
  if (call.stream) askForUsage(body);
  useNewerLimit(body, call.deployment);
  applyVendorRules(body, call);
  adaptChatMessages(body, call.deployment);
}

/** Clients of LiteLLM say `max_tokens` to every model, and OpenAI's reasoning models refuse it. */
function useNewerLimit(body: BodyPatch, { facts }: Deployment): void {
  const { maxTokensField } = facts.capabilities;
  const older = body.get("max_tokens");
  if (maxTokensField === "max_tokens" || older === undefined || body.has(maxTokensField)) return;
  body.delete("max_tokens");
  body.set(maxTokensField, older);
}

/** Without it a stream does not say what it cost. The caller's other options stay. */
function askForUsage(body: BodyPatch): void {
  const options = body.get("stream_options");
  const given = isJsonObject(options) ? options : {};
  if (given.include_usage === true) return;
  body.set("stream_options", { ...given, include_usage: true });
}
