/** Any JSON value, as it stands on a wire. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses text a vendor or caller sent; `undefined` (which JSON cannot spell) means "not JSON". */
export function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Whatever JSON.parse returns is JSON; its declared type cannot say so.
    return value as Json;
  } catch {
    return undefined;
  }
}
