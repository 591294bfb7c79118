import type { JsonObject } from "../../src/core/json.ts";
import { isJsonObject, parseJson } from "../../src/core/json.ts";

/** The JSON object in a text; fails the test when there is none. */
export function objectIn(text: string | undefined): JsonObject {
  const value = parseJson(text ?? "");
  if (isJsonObject(value)) return value;
  throw new Error(`not a JSON object: ${text}`);
}
