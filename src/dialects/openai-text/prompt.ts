import type { Json, JsonObject } from "../../core/json.ts";
import { invalidField, unsupported } from "../checked.ts";

/** The same request as one of a conversation, whose other members it shares. */
export function promptAsChat({ prompt, ...rest }: JsonObject): JsonObject {
  return { ...rest, messages: [{ role: "user", content: textOf(prompt) }] };
}

function textOf(prompt: Json | undefined): string {
  const only = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof only === "string" && only !== "") return only;
  if (only === undefined || only === null || only === "")
    throw invalidField("prompt", "Field required");
  if (Array.isArray(prompt) && prompt.every((one) => typeof one === "string"))
    throw unsupported("prompt", "send one request for each prompt");
  throw unsupported("prompt", "send text; the numbers of tokens mean nothing to other models");
}
