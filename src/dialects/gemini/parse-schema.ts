import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";

/** What has no keyword of its own there. */
const UNKNOWN_TO_JSON_SCHEMA = new Set(["propertyOrdering", "property_ordering", "nullable"]);

/** Limits that protocol buffers write as text, because they are 64 bits wide. */
const LIMITS = new Set([
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minLength",
  "maxLength",
]);

/** Keywords that Google spells its own way. */
const NAMES = new Map([
  ["any_of", "anyOf"],
  ["min_items", "minItems"],
  ["max_items", "maxItems"],
  ["min_properties", "minProperties"],
  ["max_properties", "maxProperties"],
  ["min_length", "minLength"],
  ["max_length", "maxLength"],
  ["additional_properties", "additionalProperties"],
  ["ref", "$ref"],
  ["defs", "$defs"],
]);

/** Google's `Schema` (a subset of OpenAPI's) as the JSON Schema it stands for. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const converted: JsonObject = {};
  for (const [written, value] of Object.entries(schema)) {
    const name = NAMES.get(written) ?? written;
    if (value === undefined || UNKNOWN_TO_JSON_SCHEMA.has(name)) continue;
    if (name === "format" && value === "enum") continue;
    if (value === "TYPE_UNSPECIFIED") continue;
    if (name === "example") converted.examples = [value];
    else converted[name] = keywordOf(name, value);
  }
  return schema.nullable === true ? orNull(converted) : converted;
}

function keywordOf(name: string, value: Json): Json {
  if (name === "type") return typeOf(value);
  if (LIMITS.has(name)) return typeof value === "string" ? Number(value) : value;
  if (name === "properties" || name === "$defs") return mapSchemas(value);
  if (name === "items" || name === "additionalProperties") return schemaOr(value);
  if (name === "anyOf" && Array.isArray(value)) return value.map(schemaOr);
  return value;
}

/** `STRING`; some clients write JSON Schema's own words here. */
function typeOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(typeOf);
  return typeof value === "string" ? value.toLowerCase() : value;
}

function mapSchemas(schemas: Json): Json {
  if (!isJsonObject(schemas)) return schemas;
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema = {}]) => [name, schemaOr(schema)]),
  );
}

function schemaOr(value: Json): Json {
  return isJsonObject(value) ? jsonSchemaOf(value) : value;
}

function orNull(schema: JsonObject): JsonObject {
  const { type, anyOf, enum: choices } = schema;
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf, { type: "null" }] };
  if (typeof type !== "string") return schema;
  const allowed = Array.isArray(choices) ? { enum: [...choices, null] } : {};
  return { ...schema, type: [type, "null"], ...allowed };
}
