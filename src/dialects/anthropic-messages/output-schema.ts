import type { Capabilities } from "../../core/capabilities.ts";
import type { OutputFormat } from "../../core/chat.ts";
import type { SchemaSubset } from "../../core/facts/schema-subset.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { schemaWithin } from "../schema-subset.ts";

/** Members of `output_config`: the schema, where the vendor can enforce it. */
export function renderOutputFormat(
  format: OutputFormat | undefined,
  capabilities: Capabilities,
): JsonObject {
  const subset = capabilities.schemas["anthropic-messages"];
  if (format?.type !== "schema" || !isEnforced(format.schema, capabilities)) return {};
  return { format: { type: "json_schema", schema: schemaWithin(format.schema, subset) } };
}

/** A system block that asks for the format in words, where it cannot be enforced. */
export function renderInstruction(
  format: OutputFormat | undefined,
  capabilities: Capabilities,
): JsonObject[] {
  if (!format || (format.type === "schema" && isEnforced(format.schema, capabilities))) return [];
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

function isEnforced(schema: Json, { schemaOutput, schemas }: Capabilities): boolean {
  return schemaOutput && isEnforceable(schema, schemas["anthropic-messages"]);
}

export function isEnforceable(schema: Json, { optionalPropertiesMax }: SchemaSubset): boolean {
  return (
    !isRecursive(schema, schema, []) &&
    optionalProperties(schema) <= (optionalPropertiesMax ?? Infinity)
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
