import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";

/** Arguments must be an object here, even when the model wrote none or botched them. */
export function argumentsObject(text: string): JsonObject {
  if (text.trim() === "") return {};
  const input = parseJson(text);
  return isJsonObject(input) ? input : { _raw: text };
}
