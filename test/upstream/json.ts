/** Small guards over untrusted JSON. The stand-in must not share a validator with the gateway. */
export type JsonObject = { [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asString(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Undefined stands for "not JSON"; JSON itself has no undefined. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The first name of `object` that is not in `allowed`. */
export function unknownField(object: JsonObject, allowed: ReadonlySet<string>): string | undefined {
  return Object.keys(object).find((name) => !allowed.has(name));
}
