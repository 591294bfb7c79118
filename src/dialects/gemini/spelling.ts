import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { invalidField } from "../checked.ts";

/** Below these stands the caller's own data, in which names are not Google's fields. */
const FOREIGN = new Set([
  "args",
  "response",
  "labels",
  "parameters",
  "parametersJsonSchema",
  "responseSchema",
  "responseJsonSchema",
  "partMetadata",
]);

/** The body with every field in camel case. Google takes snake case for the same fields. */
export function camelFields(body: JsonObject, path = ""): JsonObject {
  const fields: JsonObject = {};
  for (const [written, value] of Object.entries(body)) {
    const name = camelCase(written);
    if (Object.hasOwn(fields, name)) throw saidTwice(path, name);
    fields[name] = FOREIGN.has(name) ? value : camelValue(value, `${path}${name}.`);
  }
  return fields;
}

function camelValue(value: Json | undefined, path: string): Json | undefined {
  if (Array.isArray(value)) {
    return value.map((item, index) => camelValue(item, `${path}${index}.`) ?? null);
  }
  return isJsonObject(value) ? camelFields(value, path) : value;
}

/**
 * One field in whichever spelling it came. Both at once are refused: what is reserved for a call
 * would be read from the one, and the vendor might go by the other.
 */
export function fieldIn(body: JsonObject, name: string, path = ""): Json | undefined {
  const snake = snakeCase(name);
  if (snake !== name && Object.hasOwn(body, name) && Object.hasOwn(body, snake)) {
    throw saidTwice(path, name);
  }
  return body[name] ?? body[snake];
}

function saidTwice(path: string, name: string): Error {
  return invalidField(`${path}${name}`, "the same field in two spellings; send it once");
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
