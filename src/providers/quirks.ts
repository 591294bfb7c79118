import type { BodyPatch } from "../core/body-patch.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { alternate } from "./alternate.ts";

/**
 * How a vendor's Chat Completions differ from OpenAI's, as data, so that each line can be checked
 * against the vendor's documentation. What is not named here passes as the caller wrote it.
 */
export interface Quirks {
  /** OpenAI's name for a member → the vendor's. */
  renames?: Readonly<Record<string, string>>;
  /** Refused or unknown there; leaving them out changes no answer. */
  drops?: readonly string[];
  /** Impossible there, and the answer would differ without: the caller is told by name. */
  refuses?: readonly string[];
  /** What each role's messages may have; a vendor that is strict refuses everything else. */
  messageMembers?: Readonly<Record<string, readonly string[]>>;
  /** Ids of tool calls as the vendor accepts them, the same for a call and its result. */
  toolId?(id: string): string;
  /** User and assistant have to take turns. */
  alternates?: true;
  /** Whatever else has to happen to one message. */
  adaptMessage?(message: JsonObject, model: string): JsonObject;
}

/** Vendors other than OpenAI cap the length under the older name, which all of them know. */
export const OLDER_LIMIT = { max_completion_tokens: "max_tokens" } as const;

/** OpenAI's own services around an answer. Compatible vendors refuse or ignore them. */
export const OPENAI_SERVICES = [
  "metadata",
  "prediction",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "service_tier",
  "store",
  "verbosity",
] as const;

export interface QuirkTarget {
  vendor: string;
  model: string;
  /** The operator prefers an answer without a parameter to a refusal. */
  dropParams: boolean;
  /** Collects what was left out. */
  dropped: string[];
}

export function applyQuirks(body: BodyPatch, quirks: Quirks, target: QuirkTarget): void {
  // OpenAI takes an empty list for none; the others complain.
  if (Array.isArray(body.get("tools")) && !isAsked("tools", body.get("tools")))
    body.delete("tools");
  for (const name of quirks.refuses ?? []) refuse(body, name, target);
  for (const name of quirks.drops ?? []) drop(body, name, target.dropped);
  for (const [name, theirs] of Object.entries(quirks.renames ?? {})) rename(body, name, theirs);
  const messages = body.get("messages");
  if (!Array.isArray(messages)) return;
  const adapted = adaptMessages(messages, quirks, target.model);
  const isSame =
    adapted.length === messages.length &&
    adapted.every((message, index) => message === messages[index]);
  // Untouched messages keep their bytes, and with them the vendor's prompt cache.
  if (!isSame) body.set("messages", adapted);
}

function refuse(body: BodyPatch, name: string, target: QuirkTarget): void {
  const value = body.get(name);
  if (isAsked(name, value)) {
    if (target.dropParams) return drop(body, name, target.dropped);
    throw new GatewayError(
      "unsupported_parameter",
      `${name}: ${target.vendor} cannot do this, and the answer would not be what you asked for; leave it out`,
      { param: name },
    );
  }
  body.delete(name);
}

/** `n: 1`, `logprobs: false` and `tools: []` ask for nothing. */
function isAsked(name: string, value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (name === "n") return typeof value === "number" && value > 1;
  return Boolean(value);
}

function drop(body: BodyPatch, name: string, dropped: string[]): void {
  // What the gateway itself asked a stream for is nobody's loss.
  if (body.has(name) && body.get(name) !== null && name !== "stream_options") dropped.push(name);
  body.delete(name);
}

function rename(body: BodyPatch, name: string, theirs: string): void {
  const value = body.get(name);
  body.delete(name);
  if (value !== undefined && value !== null) body.set(theirs, value);
}

function adaptMessages(messages: Json[], quirks: Quirks, model: string): Json[] {
  const adapted = messages.map((message) =>
    isJsonObject(message) ? adaptMessage(message, quirks, model) : message,
  );
  return quirks.alternates === undefined ? adapted : alternate(adapted);
}

/** The very same object when nothing had to change. */
function adaptMessage(message: JsonObject, quirks: Quirks, model: string): JsonObject {
  // The older word for the same role; nobody but OpenAI knows the newer.
  const said = message.role === "developer" ? { ...message, role: "system" } : message;
  const known = withKnownMembers(said, quirks);
  const named = quirks.toolId === undefined ? known : withToolIds(known, quirks.toolId);
  return quirks.adaptMessage?.(named, model) ?? named;
}

function withKnownMembers(message: JsonObject, { messageMembers }: Quirks): JsonObject {
  const members = messageMembers?.[String(message.role)];
  if (members === undefined) return message;
  const kept = Object.entries(message).filter(([name]) => members.includes(name));
  return kept.length === Object.keys(message).length ? message : Object.fromEntries(kept);
}

function withToolIds(message: JsonObject, toolId: (id: string) => string): JsonObject {
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
