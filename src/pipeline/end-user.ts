import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import type { Envelope } from "../dialects/dialect.ts";

/** LiteLLM's own headers come before those an operator chose. */
const HEADERS = ["x-litellm-customer-id", "x-litellm-end-user-id"];

/**
 * For whom the caller asks, in LiteLLM's order: headers, then `user`, `litellm_metadata.user`,
 * `metadata.user_id`, and what else the grammar has for it (`safety_identifier`).
 */
export function readEndUser(
  headers: Headers,
  body: JsonObject,
  envelope: Envelope,
  furtherHeaders: readonly string[],
): string | null {
  for (const name of [...HEADERS, ...furtherHeaders]) {
    const value = headers.get(name);
    if (value !== null && value !== "") return value;
  }
  const { user, metadata, litellm_metadata: own } = body;
  const told = [user, fieldOf(own, "user"), fieldOf(metadata, "user_id"), envelope.endUser];
  const name = told.find(isName);
  return name === undefined ? null : personIn(name);
}

function isName(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

/**
 * Claude Code names its session together with its user, as JSON or joined by underscores; a budget
 * for each of those would limit nobody. What stays the same between sessions counts: the account,
 * else the machine, else nobody is named.
 */
function personIn(name: string): string | null {
  if (name.trimStart().startsWith("{")) return personOfJson(parseJson(name));
  const joined = JOINED.exec(name)?.groups;
  return joined === undefined ? name : joined["account"] || `user_${joined["machine"] ?? ""}`;
}

/** `user_<64 hex>_account_<uuid or nothing>_session_<uuid>` */
const JOINED = /^user_(?<machine>[0-9a-f]+)_account_(?<account>[0-9a-f-]*)_session_[0-9a-f-]+$/i;

function personOfJson(value: unknown): string | null {
  if (!isJsonObject(value)) return null;
  return [value["account_uuid"], value["device_id"]].find(isName) ?? null;
}
