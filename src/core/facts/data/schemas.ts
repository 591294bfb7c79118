import type { SchemaFact } from "../document.ts";

/** Keywords that are refused. The model still reads them, as part of the description. */
const ADVISORY = {
  minimum: "describe",
  maximum: "describe",
  exclusiveMinimum: "describe",
  exclusiveMaximum: "describe",
  multipleOf: "describe",
  minLength: "describe",
  maxLength: "describe",
  pattern: "describe",
  minItems: "describe",
  maxItems: "describe",
  uniqueItems: "describe",
  minProperties: "describe",
  maxProperties: "describe",
};

/** https://docs.claude.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations */
const STRICT: SchemaFact = {
  keywords: { $schema: false, ...ADVISORY, oneOf: "anyOf" },
  closed_objects: true,
  optional_properties_max: 24,
};

export const SCHEMAS = {
  "anthropic-messages": STRICT,
  "bedrock-converse": STRICT,
  /** As `parametersJsonSchema` and `responseJsonSchema`: a 400, or taken for names of properties. */
  gemini: {
    keywords: {
      $schema: false,
      $id: false,
      $comment: false,
      exclusiveMinimum: false,
      exclusiveMaximum: false,
      not: false,
      if: false,
      then: false,
      else: false,
      const: "enum",
    },
  },
} satisfies Record<string, SchemaFact>;
