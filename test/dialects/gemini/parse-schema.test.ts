import { describe, expect, it } from "vitest";
import { jsonSchemaOf } from "../../../src/dialects/gemini/parse-schema.ts";

describe("Google's schema as JSON Schema", () => {
  it.each([
    [{ type: "STRING" }, { type: "string" }],
    [{ type: "TYPE_UNSPECIFIED" }, {}],
    [
      { type: "STRING", format: "enum", enum: ["a"] },
      { type: "string", enum: ["a"] },
    ],
    [
      { type: "STRING", format: "date-time" },
      { type: "string", format: "date-time" },
    ],
    [
      { type: "ARRAY", minItems: "1", maxItems: 3, items: { type: "NUMBER", minimum: 0 } },
      { type: "array", minItems: 1, maxItems: 3, items: { type: "number", minimum: 0 } },
    ],
    [
      { type: "STRING", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      { nullable: true, anyOf: [{ type: "STRING" }] },
      { anyOf: [{ type: "string" }, { type: "null" }] },
    ],
    [{ nullable: false, type: "STRING" }, { type: "string" }],
    [
      { any_of: [{ type: "INTEGER" }], min_length: "2", property_ordering: ["a"] },
      { anyOf: [{ type: "integer" }], minLength: 2 },
    ],
    [
      { ref: "#/$defs/a", defs: { a: { type: "STRING" } } },
      { $ref: "#/$defs/a", $defs: { a: { type: "string" } } },
    ],
    [
      { type: "STRING", example: "a" },
      { type: "string", examples: ["a"] },
    ],
    [
      { type: "object", additionalProperties: { type: "STRING" } },
      { type: "object", additionalProperties: { type: "string" } },
    ],
  ])("reads %j", (schema, expected) => {
    expect(jsonSchemaOf(schema)).toEqual(expected);
  });

  it("takes no property's name for a keyword", () => {
    const properties = {
      type: { type: "STRING" },
      nullable: { type: "STRING" },
      items: { type: "OBJECT", properties: { minItems: { type: "STRING" } } },
    };
    expect(jsonSchemaOf({ type: "OBJECT", properties, required: ["nullable"] })).toEqual({
      type: "object",
      required: ["nullable"],
      properties: {
        type: { type: "string" },
        nullable: { type: "string" },
        items: { type: "object", properties: { minItems: { type: "string" } } },
      },
    });
  });
});
