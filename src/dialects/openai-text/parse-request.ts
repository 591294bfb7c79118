import type { ChatRequest } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { RouteTarget } from "../dialect.ts";
import { parseRequest as parseChat } from "../openai-chat/parse-request.ts";

/** Nothing in a conversation does these, and the answer would not be what was asked for. */
const IMPOSSIBLE = ["echo", "suffix", "logprobs", "best_of"];

/** A prompt that became a conversation, with what only completions can be asked. */
export function parseRequest(body: JsonObject, target: RouteTarget = {}): ChatRequest {
  const asked = IMPOSSIBLE.filter((name) => isAsked(name, body[name]));
  const [first] = asked;
  if (first !== undefined && !target.dropParams)
    throw unsupported(first, "models are asked in conversations here, which have nothing like it");
  const rest = Object.entries(body).filter(([name]) => !IMPOSSIBLE.includes(name));
  const request = parseChat(Object.fromEntries(rest), target);
  return { ...request, ignored: [...(request.ignored ?? []), ...asked] };
}

/** `echo: false`, `suffix: ""` and `best_of: 1` are what happens anyway. */
function isAsked(name: string, value: Json | undefined): boolean {
  if (name === "logprobs") return typeof value === "number";
  return name === "best_of" ? typeof value === "number" && value > 1 : Boolean(value);
}
