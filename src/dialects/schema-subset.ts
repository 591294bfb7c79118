import type { SchemaSubset } from "../core/facts/schema-subset.ts";
import { isJsonObject } from "../core/json.ts";
import type { Json, JsonObject } from "../core/json.ts";

/** Members that hold schemas by name, where a name may look like a keyword. */
const NAMED = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/** Members whose values are the caller's data, and no schemas. */
const DATA = new Set(["enum", "const", "default", "examples", "example", "required"]);

/** What of a JSON Schema its reader understands, as the facts say; the rest leaves or is told in words. */
export function schemaWithin(schema: Json, subset: SchemaSubset): Json {
  if (Array.isArray(schema)) return schema.map((one) => schemaWithin(one, subset));
  if (!isJsonObject(schema)) return schema;
  const kept: JsonObject = {};
  const advice: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const fate = subset.keywords.get(keyword) ?? true;
    if (value === undefined || fate === false) continue;
    if (fate === "describe") advice.push(`${keyword}: ${JSON.stringify(value)}`);
    else if (fate === true) kept[keyword] = valueWithin(keyword, value, subset);
    else kept[fate] = renamed(keyword, fate, value, subset);
  }
  const isObject = schema.type === "object" || schema.properties !== undefined;
  if (subset.closedObjects && isObject) kept.additionalProperties = false;
  if (advice.length > 0) {
    const description = typeof schema.description === "string" ? `${schema.description} ` : "";
    kept.description = `${description}(${advice.join(", ")})`;
  }
  return kept;
}

function valueWithin(keyword: string, value: Json, subset: SchemaSubset): Json {
  if (DATA.has(keyword)) return value;
  return NAMED.has(keyword) && isJsonObject(value)
    ? eachWithin(value, subset)
    : schemaWithin(value, subset);
}

/** The only value there is, where it is called one of several. */
function renamed(keyword: string, name: string, value: Json, subset: SchemaSubset): Json {
  return keyword === "const" && name === "enum" ? [value] : valueWithin(keyword, value, subset);
}

function eachWithin(schemas: JsonObject, subset: SchemaSubset): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema = {}]) => [name, schemaWithin(schema, subset)]),
  );
}
