import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";

/** OpenAI's own, which nobody else knows. */
export const FOREIGN = [
  "store",
  "metadata",
  "service_tier",
  "prompt_cache_key",
  "safety_identifier",
  "verbosity",
  "prediction",
];

function first(body: JsonObject, names: readonly string[]): string | undefined {
  return names.find((name) => body[name] !== undefined);
}

export function unknownIn(body: JsonObject, names: readonly string[]): string | undefined {
  const found = first(body, names);
  return found === undefined ? roleProblem(body) : `${found}: Extra inputs are not permitted`;
}

/** Only OpenAI knows the newer word. */
export function roleProblem(body: JsonObject): string | undefined {
  const roles = messagesOf(body).map((message) => asString(message["role"]));
  const stranger = roles.find((role) => !["system", "user", "assistant", "tool"].includes(role));
  return stranger === undefined ? undefined : `messages: unknown role ${stranger}`;
}

function messagesOf(body: JsonObject): JsonObject[] {
  return asArray(body["messages"]).map(asObject);
}

/** What most of them refuse. */
export function plainProblem(body: JsonObject): string | undefined {
  return unknownIn(body, [...FOREIGN, "max_completion_tokens"]);
}

const MISTRAL_MEMBERS: Record<string, readonly string[]> = {
  system: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls", "prefix"],
  tool: ["role", "content", "tool_call_id", "name"],
};

export function mistralProblem(body: JsonObject): string | undefined {
  const names = [
    "max_completion_tokens",
    "seed",
    "user",
    "stream_options",
    "logit_bias",
    "logprobs",
  ];
  const unknown = unknownIn(body, [...FOREIGN, ...names, "reasoning_effort"]);
  if (unknown !== undefined) return unknown;
  if (Array.isArray(body["tools"]) && body["tools"].length === 0)
    return "tools: List should have at least 1 item";
  for (const message of messagesOf(body)) {
    const known = MISTRAL_MEMBERS[asString(message["role"])] ?? [];
    const extra = Object.keys(message).find((name) => !known.includes(name));
    if (extra !== undefined) return `messages.${extra}: Extra inputs are not permitted`;
    const calls = asArray(message["tool_calls"]).map((call) => asString(asObject(call)["id"]));
    const id = message["tool_call_id"];
    const bad = [...calls, ...(typeof id === "string" ? [id] : [])].find(
      (one) => !/^[a-zA-Z0-9]{9}$/u.test(one),
    );
    if (bad !== undefined)
      return `Tool call id was ${bad} but must be a-z, A-Z, 0-9, with a length of 9.`;
  }
  return unansweredCall(body);
}

/** Call and result find each other by the id. */
function unansweredCall(body: JsonObject): string | undefined {
  const messages = messagesOf(body);
  const asked = messages.flatMap((message) =>
    asArray(message["tool_calls"]).map((call) => asString(asObject(call)["id"])),
  );
  const answered = new Set(messages.map((message) => message["tool_call_id"]));
  return asked.every((id) => answered.has(id))
    ? undefined
    : "Not the same number of function calls and responses";
}

export function alternationProblem(body: JsonObject): string | undefined {
  const roles = messagesOf(body).map((message) => asString(message["role"]));
  const rest = roles.slice(roles.findIndex((role) => role !== "system"));
  const isAlternating = rest.every(
    (role, index) => role === (index % 2 === 0 ? "user" : "assistant"),
  );
  return isAlternating && rest.length % 2 === 1
    ? undefined
    : "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).";
}

/** V4 wants every thought back, its elder none. */
export function deepseekProblem(body: JsonObject): string | undefined {
  const isNew = asString(body["model"]).includes("-v4");
  for (const message of messagesOf(body)) {
    if (message["role"] !== "assistant") continue;
    const has = typeof message["reasoning_content"] === "string";
    if (isNew && !has) return "Missing `reasoning_content` field in the assistant message";
    if (!isNew && has) return "reasoning_content is not allowed in the input messages";
  }
  return plainProblem(body);
}

export function groqProblem(body: JsonObject): string | undefined {
  const refused = first(body, ["logprobs", "top_logprobs", "logit_bias"]);
  if (refused !== undefined) return `property '${refused}' is unsupported`;
  if (body["n"] !== undefined && body["n"] !== 1) return "'n' : number must be at most 1";
  const known = ["role", "content", "tool_calls", "tool_call_id", "reasoning"];
  for (const [index, message] of messagesOf(body).entries()) {
    const extra = Object.keys(message).find((name) => !known.includes(name));
    if (extra !== undefined) return `'messages.${index}' : property '${extra}' is unsupported`;
  }
  return unknownIn(body, FOREIGN);
}
