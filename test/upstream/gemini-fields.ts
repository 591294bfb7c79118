import { asObject, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";

/**
 * Google parses JSON into protocol buffers, which know every field there is and refuse the rest. Shapes
 * name the children that are messages themselves; a star is a message we do not look into.
 */
interface Shape {
  fields: string[];
  children?: Record<string, Shape | "*">;
}

const BLOB: Shape = { fields: ["mimeType", "data", "displayName"] };
const FILE: Shape = { fields: ["mimeType", "fileUri", "displayName"] };
const PART: Shape = {
  fields: [
    "text",
    "thought",
    "thoughtSignature",
    "videoMetadata",
    "mediaResolution",
    "executableCode",
    "codeExecutionResult",
    "partMetadata",
  ],
  children: {
    inlineData: BLOB,
    fileData: FILE,
    functionCall: { fields: ["id", "name", "args", "partialArgs", "willContinue"] },
    functionResponse: { fields: ["id", "name", "response", "parts", "willContinue", "scheduling"] },
  },
};
const CONTENT: Shape = { fields: ["role"], children: { parts: PART } };

/** The OpenAPI subset that `parameters` and `responseSchema` understand. */
const SCHEMA: Shape = {
  fields: [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "default",
    "enum",
    "required",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "propertyOrdering",
    "ref",
    "additionalProperties",
  ],
  children: {},
};
SCHEMA.children = { items: SCHEMA, anyOf: SCHEMA };

const GENERATION_CONFIG: Shape = {
  fields: [
    "temperature",
    "topP",
    "topK",
    "candidateCount",
    "maxOutputTokens",
    "stopSequences",
    "presencePenalty",
    "frequencyPenalty",
    "seed",
    "responseMimeType",
    "responseJsonSchema",
    "responseLogprobs",
    "logprobs",
    "responseModalities",
    "mediaResolution",
    "speechConfig",
    "audioTimestamp",
    "routingConfig",
    "imageConfig",
    "enableAffectiveDialog",
  ],
  children: {
    thinkingConfig: { fields: ["includeThoughts", "thinkingBudget", "thinkingLevel"] },
    responseSchema: SCHEMA,
  },
};

const TOOL: Shape = {
  fields: [
    "googleSearch",
    "googleSearchRetrieval",
    "codeExecution",
    "urlContext",
    "retrieval",
    "googleMaps",
    "enterpriseWebSearch",
    "computerUse",
  ],
  children: {
    functionDeclarations: {
      fields: ["name", "description", "parametersJsonSchema", "responseJsonSchema", "behavior"],
      children: { parameters: SCHEMA, response: SCHEMA },
    },
  },
};

const REQUEST: Shape = {
  fields: ["model", "cachedContent", "labels", "safetySettings", "modelArmorConfig", "serviceTier"],
  children: {
    contents: CONTENT,
    systemInstruction: CONTENT,
    generationConfig: GENERATION_CONFIG,
    tools: TOOL,
    toolConfig: {
      fields: ["includeServerSideToolInvocations"],
      children: {
        functionCallingConfig: {
          fields: ["mode", "allowedFunctionNames", "streamFunctionCallArguments"],
        },
        retrievalConfig: "*",
      },
    },
  },
};

export interface UnknownField {
  field: string;
  description: string;
}

/** Every unknown name is listed, in the order of the body, with its path in Google's spelling. */
export function unknownFields(body: JsonObject): UnknownField[] {
  return [...walk(body, REQUEST, "")];
}

function* walk(value: unknown, shape: Shape | "*", path: string): Generator<UnknownField> {
  if (shape === "*") return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, shape, `${path}[${index}]`);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const known = camelCase(name);
    const next = shape.children?.[known];
    const below = path === "" ? snakeCase(name) : `${path}.${snakeCase(name)}`;
    if (next) yield* walk(child, next, below);
    else if (shape === SCHEMA && (known === "properties" || known === "defs"))
      yield* walkMap(child, below);
    else if (!shape.fields.includes(known)) yield unknown(name, path);
    else if (shape === SCHEMA && name === "type" && Array.isArray(child)) {
      // JSON Schema's `["string", "null"]`; here `type` is a single enumeration value.
      yield {
        field: below,
        description: `Invalid JSON payload received. Unknown name "type" at '${path}': Proto field is not repeating, cannot start list.`,
      };
    }
  }
}

function* walkMap(value: unknown, path: string): Generator<UnknownField> {
  for (const [index, [, child]] of Object.entries(asObject(value)).entries()) {
    yield* walk(child, SCHEMA, `${path}[${index}].value`);
  }
}

function unknown(name: string, path: string): UnknownField {
  const at = path === "" ? "" : ` at '${path}'`;
  return {
    field: path,
    description: `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`,
  };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/** Both spellings are the same field to Google; rules are easier to read with one. */
export function camelKeys(body: JsonObject): JsonObject {
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [
        camelCase(name),
        OPAQUE.has(camelCase(name)) ? child : convert(child),
      ]),
    );
  };
  return asObject(convert(body));
}

/** The caller's own data, in which names are not fields. */
const OPAQUE = new Set([
  "args",
  "response",
  "labels",
  "parametersJsonSchema",
  "responseJsonSchema",
  "parameters",
  "responseSchema",
]);
