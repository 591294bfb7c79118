import { describe, expect, it } from "vitest";
import { capabilitiesOf } from "../../../src/core/capabilities.ts";
import type { Json } from "../../../src/core/json.ts";
import { hasProperties } from "../../../src/dialects/gemini/schema.ts";
import { schemaWithin } from "../../../src/dialects/schema-subset.ts";

function geminiSchema(schema: Json): Json {
  return schemaWithin(schema, capabilitiesOf("gemini-2.5-pro").schemas.gemini);
}

describe("JSON Schema for Gemini", () => {
  it("loses the keywords Gemini refuses and keeps the rest", () => {
    expect(
      geminiSchema({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          kind: { const: "a" },
          size: { type: "integer", minimum: 1, exclusiveMaximum: 9 },
          either: { anyOf: [{ type: "string" }, { not: {}, type: ["null", "number"] }] },
        },
        $defs: { node: { $ref: "#/$defs/node" } },
        required: ["kind"],
        additionalProperties: false,
      }),
    ).toEqual({
      type: "object",
      properties: {
        kind: { enum: ["a"] },
        size: { type: "integer", minimum: 1 },
        either: { anyOf: [{ type: "string" }, { type: ["null", "number"] }] },
      },
      $defs: { node: { $ref: "#/$defs/node" } },
      required: ["kind"],
      additionalProperties: false,
    });
  });

  it("does not take property names for keywords, nor values for schemas", () => {
    const schema = {
      type: "object",
      properties: {
        not: { type: "string" },
        if: { type: "string" },
        const: { enum: [{ not: 1 }] },
      },
      default: { not: true },
    };
    expect(geminiSchema(schema)).toEqual(schema);
  });

  it("knows a schema that asks for nothing", () => {
    expect(hasProperties({ type: "object", properties: {} })).toBe(false);
    expect(hasProperties({})).toBe(false);
    expect(hasProperties({ properties: { a: {} } })).toBe(true);
    expect(hasProperties({ $ref: "#/$defs/a" })).toBe(true);
  });
});
