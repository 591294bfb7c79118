import { isJsonObject } from "../core/json.ts";
import type { Json, JsonObject } from "../core/json.ts";

// Vendors' answers are read forgivingly: what is missing or of another type is as good as empty.

export function textIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function objectIn(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
