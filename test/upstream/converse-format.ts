import type { ConverseModel } from "./converse-models.ts";
import { asArray, asObject, isObject, parseJson, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { Problems } from "./problems.ts";

/** https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html, and how hard to think. */
export function* outputProblems(body: JsonObject, model: ConverseModel): Problems {
  const config = body["outputConfig"];
  if (config === undefined) return;
  const unknown = unknownField(asObject(config), new Set(["textFormat", "effort"]));
  if (unknown !== undefined) yield `extraneous key [outputConfig.${unknown}] is not permitted`;
  const { textFormat, effort } = asObject(config);
  if (effort !== undefined) yield* effortProblems(effort, body, model);
  if (textFormat === undefined) return;
  if (!model.schema)
    yield "This model doesn't support the outputConfig.textFormat field. Remove outputConfig.textFormat and try again.";
  yield* formatProblems(asObject(textFormat));
  if (asObject(asArray(body["messages"]).at(-1))["role"] === "assistant")
    yield "Prefilling the assistant's message is not supported together with structured output.";
}

function* effortProblems(effort: unknown, body: JsonObject, model: ConverseModel): Problems {
  if (!model.efforts.includes(String(effort)))
    yield `This model doesn't support outputConfig.effort ${String(effort)}.`;
  const extras = asObject(body["additionalModelRequestFields"]);
  const { type = "disabled" } = asObject(extras["thinking"]);
  // Whoever cannot stop thinking needs not be asked to.
  const mayThink = type !== "disabled" || model.claude?.thinkingCanBeOff === false;
  if (!mayThink && ["xhigh", "max"].includes(String(effort)))
    yield "When extended thinking is disabled, the effort level is capped at high.";
}

function* formatProblems(format: JsonObject): Problems {
  const { type, structure } = format;
  if (type !== "json_schema") yield "outputConfig.textFormat.type must be json_schema";
  const { jsonSchema } = asObject(structure);
  if (Object.keys(asObject(structure)).length !== 1 || !isObject(jsonSchema))
    return yield "outputConfig.textFormat.structure must set exactly one of its keys: jsonSchema";
  const unknown = unknownField(jsonSchema, new Set(["schema", "name", "description"]));
  if (unknown !== undefined)
    yield `extraneous key [outputConfig.textFormat.structure.jsonSchema.${unknown}] is not permitted`;
  const { schema: text } = jsonSchema;
  const schema = typeof text === "string" ? parseJson(text) : undefined;
  if (!isObject(schema))
    return yield "outputConfig.textFormat.structure.jsonSchema.schema must be a JSON schema as a string";
  yield* schemaProblems(schema, schema, []);
}

/** Keywords the grammar behind it cannot hold a model to. */
const UNSUPPORTED = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "maxItems",
  "uniqueItems",
  "oneOf",
];

/** What the models that can be held to a schema, and strict tools, are held to. */
export function* schemaProblems(schema: JsonObject, root: JsonObject, open: string[]): Problems {
  const keyword = UNSUPPORTED.find((name) => name in schema);
  if (keyword !== undefined) yield `Schema: property '${keyword}' is not supported`;
  const isClosed = schema["additionalProperties"] === false;
  if (schema["type"] === "object" && !isClosed)
    yield "Schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    if (open.includes(reference)) return yield "Schema: recursive references are not supported";
    const target = asObject(resolve(reference, root));
    return yield* schemaProblems(target, root, [...open, reference]);
  }
  const named = Object.values(asObject(schema["properties"]));
  const listed = ["anyOf", "allOf"].flatMap((name) => asArray(schema[name]));
  for (const inner of [...named, ...listed, schema["items"]])
    if (isObject(inner)) yield* schemaProblems(inner, root, open);
}

function resolve(reference: string, root: JsonObject): unknown {
  return reference
    .split("/")
    .slice(1)
    .reduce<unknown>((node, step) => asObject(node)[step], root);
}
