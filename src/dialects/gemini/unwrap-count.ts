import { isJsonObject } from "../../core/json.ts";
import type { RequestBody, Unwrapped } from "../dialect.ts";
import { fieldIn } from "./spelling.ts";

/** AI Studio's counter also takes the whole request that is to be counted, as a member. */
export function unwrapCount(body: RequestBody): Unwrapped {
  const inner = fieldIn(body.value, "generateContentRequest");
  return isJsonObject(inner)
    ? { body: { text: JSON.stringify(inner), value: inner }, betas: [] }
    : { body, betas: [] };
}
