import type { Json, JsonObject } from "../../core/json.ts";
import { invalidField, unsupported } from "../checked.ts";

/** Nothing in a conversation does these, and the answer would not be what was asked for. */
const IMPOSSIBLE = ["echo", "suffix", "logprobs", "best_of"] as const;

/** The same request as one of a conversation, whose other members it shares. */
export function promptAsChat(body: JsonObject): JsonObject {
  const { prompt, ...rest } = body;
  for (const name of IMPOSSIBLE) {
    if (isAsked(name, rest[name])) {
      throw unsupported(name, "models are asked in conversations here, which have nothing like it");
    }
    delete rest[name];
  }
  return { ...rest, messages: [{ role: "user", content: textOf(prompt) }] };
}

/** `echo: false`, `suffix: ""` and `best_of: 1` are what happens anyway. */
function isAsked(name: string, value: Json | undefined): boolean {
  if (name === "logprobs") return typeof value === "number";
  return name === "best_of" ? typeof value === "number" && value > 1 : Boolean(value);
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
