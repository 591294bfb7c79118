import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { referenceIn } from "./environment.ts";
import { isSecretField } from "./known-settings.ts";

/**
 * An id for an entry of `model_list` that states none. Made of the entry as it is written, before
 * variables are resolved and without secrets written into the file: rotating a key changes no id, and
 * no id tells anything about a key.
 */
export function deploymentId(group: string, params: JsonObject): string {
  return hash(canonical({ group, params: withoutSecrets(params) }));
}

function withoutSecrets(params: JsonObject): JsonObject {
  const entries = Object.entries(params).filter(
    // `input_cost_per_token` ends like a secret and is a number.
    ([name, value]) =>
      !isSecretField(name) || typeof value === "number" || referenceIn(value) !== undefined,
  );
  return Object.fromEntries(entries);
}

/** JSON with members in one order, so that reordering lines in the file changes nothing. */
function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** cyrb53 (bryc, public domain): 53 bits, ample for telling a few hundred entries apart. */
function hash(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  const bits = 4294967296 * (2097151 & high) + (low >>> 0);
  return bits.toString(16).padStart(14, "0");
}
