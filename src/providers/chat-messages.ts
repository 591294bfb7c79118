import type { BodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { VendorRules } from "../core/facts/vendor-rules.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { alphanumericToolId } from "../dialects/tool-id.ts";
import { wantsThoughtsBack } from "../dialects/openai-chat/render-messages.ts";
import { alternate } from "./alternate.ts";

/** The conversation of a Chat Completions body, as the facts say that this vendor wants it. */
export function adaptChatMessages(body: BodyPatch, { facts, model }: Deployment): void {
  const messages = body.get("messages");
  if (!Array.isArray(messages)) return;
  const adapted = adaptMessages(messages, facts.vendor, model);
  const isSame =
    adapted.length === messages.length &&
    adapted.every((message, index) => message === messages[index]);
  // Untouched messages keep their bytes, and with them the vendor's prompt cache.
  if (!isSame) body.set("messages", adapted);
}

function adaptMessages(messages: Json[], rules: VendorRules, model: string): Json[] {
  const adapted = messages.map((message) =>
    isJsonObject(message) ? adaptMessage(message, rules, model) : message,
  );
  return rules.alternates ? alternate(adapted) : adapted;
}

/** The very same object when nothing had to change. */
function adaptMessage(message: JsonObject, rules: VendorRules, model: string): JsonObject {
  const said = withKnownMembers(withKnownRole(message, rules), rules);
  const named = withToolIds(said, rules);
  switch (rules.thoughts) {
    case "deepseek":
      return withDeepSeeksThoughts(named, model);
    case "as-they-are":
      return named;
  }
}

function withKnownRole(message: JsonObject, { roles }: VendorRules): JsonObject {
  const theirs = roles.get(String(message.role));
  return theirs === undefined ? message : { ...message, role: theirs };
}

function withKnownMembers(message: JsonObject, { messageMembers }: VendorRules): JsonObject {
  const members = messageMembers.get(String(message.role));
  if (members === undefined) return message;
  const kept = Object.entries(message).filter(([name]) => members.includes(name));
  return kept.length === Object.keys(message).length ? message : Object.fromEntries(kept);
}

/** The same id for a call and its result. */
function withToolIds(message: JsonObject, { toolIdCharacters }: VendorRules): JsonObject {
  if (toolIdCharacters === undefined) return message;
  const toolId = (id: string): string => alphanumericToolId(id, toolIdCharacters);
  const { tool_call_id: id, tool_calls: calls } = message;
  if (typeof id === "string" && toolId(id) !== id) return { ...message, tool_call_id: toolId(id) };
  if (!Array.isArray(calls)) return message;
  const renamed = calls.map((call) => {
    if (!isJsonObject(call) || typeof call.id !== "string") return call;
    return toolId(call.id) === call.id ? call : { ...call, id: toolId(call.id) };
  });
  return renamed.every((call, index) => call === calls[index])
    ? message
    : { ...message, tool_calls: renamed };
}

/** V4 answers 400 when an earlier turn lacks its thoughts ("" if there were none), R1 when it has them. */
function withDeepSeeksThoughts(message: JsonObject, model: string): JsonObject {
  if (message.role !== "assistant") return message;
  const { reasoning_content: thoughts, ...said } = message;
  if (!wantsThoughtsBack(model)) return thoughts === undefined ? message : said;
  return typeof thoughts === "string" ? message : { ...message, reasoning_content: "" };
}
