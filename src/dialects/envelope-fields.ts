import type { Json, JsonObject } from "../core/json.ts";
import { objectIn } from "./lenient.ts";
import { invalidField } from "./checked.ts";

// The fields every call is read for, checked by hand because this runs on every call. `null` counts
// as absent: SDKs write it for options nobody set.

export function requiredText(body: JsonObject, name: string): string {
  const value = body[name];
  if (value === undefined || value === null) throw invalidField(name, "Field required");
  if (typeof value !== "string" || value === "")
    throw invalidField(name, "expected a non-empty string");
  return value;
}

export function requiredMessages(body: JsonObject): void {
  const value = body.messages;
  if (value === undefined || value === null) throw invalidField("messages", "Field required");
  if (!Array.isArray(value)) throw invalidField("messages", "expected a list of messages");
  if (value.length === 0) throw invalidField("messages", "at least one message is required");
}

export function flag(body: JsonObject, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== "boolean") throw invalidField(name, "expected true or false");
  return value;
}

export function positiveInteger(body: JsonObject, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw invalidField(name, "expected a positive integer");
}

export function optionalText(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** LiteLLM's places for tags; whatever is no text there is not a tag. */
export function readTags(body: JsonObject): string[] {
  const places = [body.tags, objectIn(body.metadata).tags, objectIn(body.litellm_metadata).tags];
  const tags = places.flatMap((place) => (Array.isArray(place) ? place : []));
  return [...new Set(tags.filter((tag) => typeof tag === "string"))];
}
