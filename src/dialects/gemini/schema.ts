import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";

/** Keywords Gemini answers 400 to, or reads as if they were property names. */
const UNKNOWN_KEYWORDS = new Set([
  "$schema",
  "$id",
  "$comment",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "not",
  "if",
  "then",
  "else",
]);
/** Keywords whose value maps names to schemas; the names are the caller's and may be anything. */
const SCHEMA_MAPS = new Set(["properties", "patternProperties", "$defs", "definitions"]);
const DATA = new Set(["enum", "default", "examples", "example", "required"]);

/** JSON Schema as `parametersJsonSchema` and `responseJsonSchema` take it: nearly all of it. */
export function geminiSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(geminiSchema);
  if (!isJsonObject(schema)) return schema;
  const kept: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined || UNKNOWN_KEYWORDS.has(keyword)) continue;
    if (keyword === "const") kept.enum = [value];
    else if (DATA.has(keyword)) kept[keyword] = value;
    else if (SCHEMA_MAPS.has(keyword) && isJsonObject(value)) kept[keyword] = eachSchema(value);
    else kept[keyword] = geminiSchema(value);
  }
  return kept;
}

function eachSchema(schemas: JsonObject): JsonObject {
  const entries = Object.entries(schemas).map(([name, schema]): [string, Json] => [
    name,
    geminiSchema(schema ?? {}),
  ]);
  return Object.fromEntries(entries);
}

/** A function without arguments has no parameters here, not an object without properties. */
export function hasProperties(schema: JsonObject): boolean {
  if (schema.$ref !== undefined || schema.anyOf !== undefined || schema.allOf !== undefined)
    return true;
  return isJsonObject(schema.properties) && Object.keys(schema.properties).length > 0;
}
