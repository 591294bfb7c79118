import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { system, text, user } from "../samples.ts";
import { render } from "./render.ts";

describe("formats for Claude", () => {
  const format = (schema: JsonObject): Partial<ChatRequest> => ({
    outputFormat: { type: "schema", name: "out", schema, strict: true },
  });

  it("close objects and turn bounds into words", () => {
    const { body } = render(
      format({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          age: { type: "integer", minimum: 0, description: "in years" },
          minimum: { oneOf: [{ type: "string", pattern: "^a" }, { type: "null" }] },
        },
        required: ["age", "minimum"],
      }),
    );
    expect(body.output_config).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            age: { type: "integer", description: "in years (minimum: 0)" },
            minimum: {
              anyOf: [{ type: "string", description: '(pattern: "^a")' }, { type: "null" }],
            },
          },
          required: ["age", "minimum"],
          additionalProperties: false,
        },
      },
    });
  });

  const tree = { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] };
  const wide = {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`p${index}`, { type: "string" }]),
    ),
  };

  it.each([
    ["recursive", tree],
    ["too free", wide],
  ])("ask in words for a schema that is %s", (_, schema) => {
    const { body } = render(format(schema));
    expect(body).not.toHaveProperty("output_config");
    expect(JSON.stringify(body.system)).toContain("JSON Schema");
  });

  it("follow references that lead nowhere twice", () => {
    const shared = {
      type: "object",
      properties: {},
      $defs: { a: { $ref: "#/$defs/b" }, b: { type: "string" } },
      anyOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }],
    };
    expect(render(format(shared)).body).toHaveProperty("output_config");
  });

  it("ask in words for any JSON", () => {
    const { body } = render({
      outputFormat: { type: "json" },
      messages: [system(text("be brief")), user(text("hi"))],
    });
    expect(body.system).toEqual([
      { type: "text", text: "be brief" },
      { type: "text", text: "Answer with one JSON object and nothing else, no code fence." },
    ]);
  });
});
