import type { BodyPatch } from "../core/body-patch.ts";
import { isJsonObject } from "../core/json.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { mapKept } from "./claude-content.ts";

/**
 * A conversation that began with another vendor's model cites pages of the web that Anthropic did not
 * find: they lack the token by which it knows its own results again, and it would refuse them. The
 * words stay.
 */
export function removeForeignCitations(body: BodyPatch): void {
  const messages = body.get("messages");
  if (!Array.isArray(messages)) return;
  const kept = mapKept(messages, inMessage);
  if (kept !== messages) body.set("messages", kept);
}

function inMessage(message: Json): Json {
  if (!isJsonObject(message) || !Array.isArray(message.content)) return message;
  const content = mapKept(message.content, inBlock);
  return content === message.content ? message : { ...message, content };
}

function inBlock(block: Json): Json {
  if (!isJsonObject(block) || !Array.isArray(block.citations)) return block;
  const { citations, ...rest } = block;
  const own = citations.filter((citation) => !isJsonObject(citation) || !isForeign(citation));
  if (own.length === citations.length) return block;
  return own.length === 0 ? rest : { ...rest, citations: own };
}

function isForeign({ type, encrypted_index: token }: JsonObject): boolean {
  return type === "web_search_result_location" && !token;
}
