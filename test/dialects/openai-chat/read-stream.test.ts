import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { createReader } from "../../../src/dialects/openai-chat/read-stream.ts";
import { disorderOf, summaryOf } from "../summary.ts";

function read(deltas: JsonObject[], last: JsonObject = { finish_reason: "stop" }): ChatEvent[] {
  const chunks: Json[] = [
    ...deltas.map((delta) => ({ id: "chatcmpl-1", choices: [{ index: 0, delta }] })),
    { id: "chatcmpl-1", choices: [{ index: 0, delta: {}, ...last }] },
  ];
  const reader = createReader();
  const events = chunks.flatMap((chunk) => reader.read({ data: JSON.stringify(chunk) }));
  return [...events, ...reader.read({ data: "[DONE]" }), ...reader.end()];
}

const blocksOf = (...deltas: JsonObject[]): unknown => {
  const events = read(deltas);
  expect(disorderOf(events)).toEqual([]);
  return summaryOf(events).blocks;
};

const fragment = (fields: JsonObject, called: JsonObject): JsonObject => ({
  tool_calls: [{ ...fields, function: called }],
});

describe("the reader of OpenAI's stream", () => {
  it("tells calls apart that share an index, as Google's compatible surface sends them", () => {
    expect(
      blocksOf(
        fragment({ index: 0, id: "a" }, { name: "x", arguments: "{}" }),
        fragment({ index: 0, id: "b" }, { name: "y", arguments: "{}" }),
      ),
    ).toMatchObject([{ id: "a" }, { id: "b" }]);
  });

  it("knows a call again by its id, where the name is repeated", () => {
    expect(
      blocksOf(
        fragment({ index: 0, id: "a" }, { name: "x", arguments: '{"n":' }),
        fragment({ index: 0, id: "a" }, { name: "x", arguments: "1}" }),
      ),
    ).toMatchObject([{ id: "a", arguments: { n: 1 } }]);
  });

  it("takes arguments that are an object already", () => {
    expect(blocksOf(fragment({ id: "a" }, { name: "x", arguments: { n: 1 } }))).toMatchObject([
      { arguments: { n: 1 } },
    ]);
  });

  it("reads Mistral's lists of thoughts and words", () => {
    expect(
      blocksOf(
        { content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] },
        { content: [{ type: "text", text: "so" }] },
      ),
    ).toMatchObject([
      { kind: "reasoning", text: "hm" },
      { kind: "text", text: "so" },
    ]);
  });

  it("reads thoughts once that are sent in two ways at once", () => {
    const detail = { type: "reasoning.text", text: "hm", format: "anthropic-claude-v1" };
    expect(
      blocksOf(
        { reasoning: "hm", reasoning_details: [detail] },
        { reasoning_details: [{ ...detail, signature: "c2ln" }] },
      ),
    ).toMatchObject([
      { kind: "reasoning", text: "hm", proof: { issuer: "anthropic", data: "c2ln" } },
    ]);
  });

  it("reads thoughts that are sent as details only", () => {
    expect(
      blocksOf({ reasoning_details: [{ type: "reasoning.text", text: "hm" }] }, { content: "so" }),
    ).toMatchObject([
      { kind: "reasoning", text: "hm" },
      { kind: "text", text: "so" },
    ]);
  });

  it("reads a refusal", () => {
    expect(blocksOf({ refusal: "I'd " }, { refusal: "rather not" })).toEqual([
      { kind: "refusal", text: "I'd rather not" },
    ]);
  });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["model_length", "length"],
    ["content_filter", "content-filter"],
    ["function_call", "tool-calls"],
    ["a word of tomorrow", "stop"],
  ])("takes %j for %j", (word, finish) => {
    expect(summaryOf(read([{ content: "a" }], { finish_reason: word })).finish).toBe(finish);
  });

  it("hears no more words after the reason to stop", () => {
    const reader = createReader();
    const chunk = (choice: JsonObject) => ({
      data: JSON.stringify({ id: "1", choices: [choice] }),
    });
    reader.read(chunk({ delta: { content: "a" }, finish_reason: "stop" }));
    expect(reader.read(chunk({ delta: { content: "b" }, finish_reason: "stop" }))).toEqual([]);
  });

  it("accepts a last word without a reason, if anything was said", () => {
    expect(read([{ content: "a" }], { finish_reason: null }).slice(-2)).toEqual([
      { type: "finish", reason: "stop" },
      { type: "end" },
    ]);
    expect(read([], { finish_reason: null }).at(-1)).toMatchObject({
      type: "error",
      failure: { category: "broken-stream" },
    });
  });

  it("says nothing after its last word", () => {
    const reader = createReader();
    reader.read({ data: '{"error":{"message":"m"}}' });
    expect(reader.read({ data: '{"id":"1","choices":[{"delta":{"content":"a"}}]}' })).toEqual([]);
    expect(reader.end()).toEqual([]);
  });
});
