import type { Capabilities } from "../../core/capabilities.ts";
import type { OutputFormat } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";

/** Members of `output_config`: the schema, where the vendor can enforce it. */
export function renderOutputFormat(
  format: OutputFormat | undefined,
  capabilities: Capabilities,
): JsonObject {
  if (format?.type !== "schema" || !isEnforceable(format.schema, capabilities)) return {};
  return { format: { type: "json_schema", schema: strictSchema(format.schema) } };
}

/** A system block that asks for the format in words, where it cannot be enforced. */
export function renderInstruction(
  format: OutputFormat | undefined,
  capabilities: Capabilities,
): JsonObject[] {
  if (!format || (format.type === "schema" && isEnforceable(format.schema, capabilities)))
    return [];
  const shape =
    format.type === "schema"
      ? ` that matches this JSON Schema:\n${JSON.stringify(format.schema)}`
      : "";
  return [
    {
      type: "text",
      text: `Answer with one JSON object and nothing else, no code fence${shape || "."}`,
    },
  ];
}

/** The vendor's limit, over the whole schema. */
const OPTIONAL_PROPERTIES_MAX = 24;

export function isEnforceable(schema: Json, { schemaOutput }: Capabilities): boolean {
  return (
    schemaOutput &&
    !isRecursive(schema, schema, []) &&
    optionalProperties(schema) <= OPTIONAL_PROPERTIES_MAX
  );
}

/** `seen` holds the references that were followed to their end and found harmless. */
function isRecursive(
  node: Json | undefined,
  root: Json,
  open: readonly string[],
  seen = new Set<string>(),
): boolean {
  if (Array.isArray(node)) return node.some((item) => isRecursive(item, root, open, seen));
  if (!isJsonObject(node)) return false;
  const { $ref: reference } = node;
  if (typeof reference !== "string") {
    return Object.values(node).some((value) => isRecursive(value, root, open, seen));
  }
  if (open.includes(reference)) return true;
  if (seen.has(reference)) return false;
  const found = isRecursive(resolve(reference, root), root, [...open, reference], seen);
  seen.add(reference);
  return found;
}

function resolve(reference: string, root: Json): Json | undefined {
  let node: Json | undefined = root;
  for (const step of reference.split("/").slice(1))
    node = isJsonObject(node) ? node[step] : undefined;
  return node;
}

function optionalProperties(node: Json | undefined): number {
  if (Array.isArray(node))
    return node.reduce((sum: number, item) => sum + optionalProperties(item), 0);
  if (!isJsonObject(node)) return 0;
  const names = isJsonObject(node.properties) ? Object.keys(node.properties).length : 0;
  const required = Array.isArray(node.required) ? node.required.length : 0;
  const here = Math.max(0, names - required);
  return Object.values(node).reduce((sum: number, value) => sum + optionalProperties(value), here);
}

/** Keywords the vendor refuses. The model still reads them as part of the description. */
const ADVISORY = new Set([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
]);

/** Members that hold schemas by name, where a name may look like a keyword. */
const NAMED = new Set(["properties", "$defs", "definitions"]);

/** The subset of JSON Schema the vendor enforces: closed objects, no bounds, `anyOf` for `oneOf`. */
export function strictSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strictSchema);
  if (!isJsonObject(schema)) return schema;
  const strict: JsonObject = {};
  const advice: string[] = [];
  for (const [name, value = null] of Object.entries(schema)) {
    if (name === "$schema") continue;
    if (ADVISORY.has(name)) advice.push(`${name}: ${JSON.stringify(value)}`);
    else if (NAMED.has(name) && isJsonObject(value)) strict[name] = mapValues(value, strictSchema);
    else if (name === "oneOf") strict.anyOf = strictSchema(value);
    else
      strict[name] =
        name === "enum" || name === "const" || name === "default" ? value : strictSchema(value);
  }
  if (schema.type === "object" || schema.properties !== undefined)
    strict.additionalProperties = false;
  if (advice.length > 0) {
    const description = typeof schema.description === "string" ? `${schema.description} ` : "";
    strict.description = `${description}(${advice.join(", ")})`;
  }
  return strict;
}

function mapValues(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value = null]) => [name, change(value)]),
  );
}
