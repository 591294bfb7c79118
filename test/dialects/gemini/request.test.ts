import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { thrownBy } from "../../core/thrown.ts";
import { requestOf, targetOf } from "../target.ts";
import { user } from "./messages.ts";

const TOOL = {
  name: "weather",
  description: "Tells the weather.",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

function render(fields: Partial<ChatRequest>, model = "gemini-2.5-flash"): JsonObject {
  return gemini.renderRequest(requestOf(fields), targetOf(model));
}

describe("a request to Gemini", () => {
  it("is no more than the conversation when nothing else was asked", () => {
    expect(render({})).toEqual({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });
  });

  it("carries limits and sampling by Google's names", () => {
    const sampling = {
      temperature: 0,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 1,
      frequencyPenalty: -1,
    };
    expect(render({ maxOutputTokens: 50, stopSequences: ["END"], sampling })).toMatchObject({
      generationConfig: {
        maxOutputTokens: 50,
        stopSequences: ["END"],
        temperature: 0,
        topP: 0.9,
        topK: 40,
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: -1,
      },
    });
  });

  it("asks for no more tokens than the model writes", () => {
    expect(render({ maxOutputTokens: 128_000 })).toMatchObject({
      generationConfig: { maxOutputTokens: 65_536 },
    });
  });

  it("declares functions by JSON Schema, and one without arguments by its name alone", () => {
    const bare = { name: "clock", schema: { type: "object", properties: {} } };
    expect(render({ tools: [TOOL, bare] }).tools).toEqual([
      {
        functionDeclarations: [
          { name: "weather", description: "Tells the weather.", parametersJsonSchema: TOOL.schema },
          { name: "clock" },
        ],
      },
    ]);
  });

  it.each([
    [{ mode: "auto" as const }, { mode: "AUTO" }],
    [{ mode: "none" as const }, { mode: "NONE" }],
    [{ mode: "required" as const }, { mode: "ANY" }],
    [
      { mode: "tool" as const, name: "weather" },
      { mode: "ANY", allowedFunctionNames: ["weather"] },
    ],
  ])("says the tool choice %j", (toolChoice, expected) => {
    expect(render({ tools: [TOOL], toolChoice }).toolConfig).toEqual({
      functionCallingConfig: expected,
    });
  });

  it("asks for JSON with and without a schema", () => {
    const schema = { type: "object", properties: { a: { const: 1 } }, $schema: "x" };
    expect(render({ outputFormat: { type: "json" } }).generationConfig).toEqual({
      responseMimeType: "application/json",
    });
    expect(
      render({ outputFormat: { type: "schema", name: "n", schema } }).generationConfig,
    ).toEqual({
      responseMimeType: "application/json",
      responseJsonSchema: { type: "object", properties: { a: { enum: [1] } } },
    });
  });

  it("refuses JSON beside tools before Gemini 3, and allows it from then on", () => {
    const fields: Partial<ChatRequest> = { tools: [TOOL], outputFormat: { type: "json" } };
    expect(() => render(fields)).toThrow(/response_format: /);
    expect(render(fields, "gemini-3-pro-preview")).toHaveProperty(
      "generationConfig.responseMimeType",
    );
  });

  it("refuses more stop sequences than Gemini takes", () => {
    expect(() => render({ stopSequences: ["1", "2", "3", "4", "5", "6"] })).toThrow(/^stop: /);
  });

  it("notes what it left out because only the look of the answer depends on it", () => {
    const target = targetOf("gemini-2.5-flash");
    gemini.renderRequest(requestOf({ endUser: "u", parallelToolCalls: false }), target);
    expect(target.dropped).toEqual(["user", "parallel_tool_calls"]);
  });

  it("refuses a picture it would have to fetch", () => {
    const picture = {
      type: "media",
      kind: "image",
      mediaType: "",
      source: { url: "https://x/y.png" },
    } as const;
    const refusal = thrownBy(() => render({ messages: [user(picture)] }));
    expect(refusal.code).toBe("unsupported_parameter");
    expect(refusal.message).toContain("base64");
  });
});
