import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";

/** A function without arguments has no parameters here, not an object without properties. */
export function hasProperties(schema: JsonObject): boolean {
  if (schema.$ref !== undefined || schema.anyOf !== undefined || schema.allOf !== undefined)
    return true;
  return isJsonObject(schema.properties) && Object.keys(schema.properties).length > 0;
}
