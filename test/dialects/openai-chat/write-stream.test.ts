import { describe, expect, it } from "vitest";
import type { ChatEvent, Usage } from "../../../src/core/chat.ts";
import { isJsonObject, parseJson } from "../../../src/core/json.ts";
import type { Json } from "../../../src/core/json.ts";
import type { AnswerContext } from "../../../src/dialects/dialect.ts";
import { isUsageOnlyFrame } from "../../../src/dialects/openai-chat/pass-through.ts";
import { createWriter } from "../../../src/dialects/openai-chat/write-stream.ts";
import { PARALLEL_CALLS } from "../../fixtures/openai-chat/streams.ts";
import { createSseDecoder } from "../../../src/dialects/framing/sse.ts";

const usage: Usage = {
  inputTokens: 100,
  cacheReadTokens: 60,
  cacheWrite5mTokens: 10,
  cacheWrite1hTokens: 20,
  outputTokens: 7,
  reasoningTokens: 3,
};

function write(events: ChatEvent[], changes: Partial<AnswerContext> = {}): Json[] {
  const writer = createWriter({
    model: "m",
    id: "id-1",
    createdAtMs: 1_762_317_021_999,
    streamUsage: true,
    ...changes,
  });
  return events
    .flatMap((event) => writer.write(event))
    .map(({ event, data }) => {
      expect(event).toBeUndefined();
      return parseJson(data) ?? data;
    });
}

const deltas = (chunks: Json[]): unknown[] =>
  chunks
    .flatMap((chunk) => (isJsonObject(chunk) ? chunk.choices : undefined))
    .map((choice) => (isJsonObject(choice) ? choice.delta : undefined));

describe("OpenAI's stream", () => {
  it("is what OpenAI would have sent", () => {
    const head = {
      id: "id-9",
      object: "chat.completion.chunk",
      created: 1_762_317_021,
      model: "m",
    };
    const events: ChatEvent[] = [
      { type: "start", id: "id-9", model: "vendor" },
      { type: "block-start", block: 0, opening: { kind: "text" } },
      { type: "block-delta", block: 0, text: "hi" },
      { type: "block-end", block: 0 },
      { type: "finish", reason: "stop" },
      { type: "ping" },
      { type: "usage", usage },
      { type: "end" },
    ];
    expect(write(events)).toEqual([
      {
        ...head,
        choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
      },
      { ...head, choices: [{ index: 0, delta: { content: "hi" }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 7,
          total_tokens: 107,
          prompt_tokens_details: {
            cached_tokens: 60,
            cache_write_tokens: 30,
            cache_creation_token_details: {
              ephemeral_5m_input_tokens: 10,
              ephemeral_1h_input_tokens: 20,
            },
          },
          completion_tokens_details: { reasoning_tokens: 3 },
          cache_creation_input_tokens: 30,
          cache_read_input_tokens: 60,
        },
      },
      "[DONE]",
    ]);
  });

  it("has no chunk without choices unless the caller asked for the counts", () => {
    const events: ChatEvent[] = [
      { type: "start", id: "", model: "" },
      { type: "finish", reason: "stop" },
      { type: "usage", usage },
      { type: "end" },
    ];
    expect(write(events, { streamUsage: false }).at(-2)).toMatchObject({
      choices: [{ finish_reason: "stop" }],
    });
  });

  it("numbers calls densely, whatever their blocks are, and names each once", () => {
    const chunks = write([
      { type: "block-start", block: 3, opening: { kind: "tool-call", id: "a", name: "x" } },
      { type: "block-start", block: 5, opening: { kind: "tool-call", id: "b", name: "y" } },
      { type: "block-delta", block: 5, text: "{}" },
      { type: "block-delta", block: 3, text: "{" },
    ]);
    expect(deltas(chunks)).toEqual([
      {
        role: "assistant",
        tool_calls: [
          { index: 0, id: "a", type: "function", function: { name: "x", arguments: "" } },
        ],
      },
      {
        tool_calls: [
          { index: 1, id: "b", type: "function", function: { name: "y", arguments: "" } },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: "{}" } }] },
      { tool_calls: [{ index: 0, function: { arguments: "{" } }] },
    ]);
  });

  it("repeats a thought whole, with its proof, in OpenRouter's and LiteLLM's shapes", () => {
    const chunks = write([
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "h" },
      { type: "block-delta", block: 0, text: "m" },
      {
        type: "block-proof",
        block: 0,
        proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
      },
      { type: "block-end", block: 0 },
    ]);
    expect(deltas(chunks)).toEqual([
      { role: "assistant", reasoning_content: "h" },
      { reasoning_content: "m" },
      {
        reasoning_details: [
          {
            type: "reasoning.text",
            text: "hm",
            signature: "c2ln",
            format: "anthropic-claude-v1",
            index: 0,
          },
        ],
        thinking_blocks: [{ type: "thinking", thinking: "hm", signature: "c2ln" }],
      },
    ]);
  });

  it("numbers proofs, so that clients do not join them", () => {
    const redacted = (block: number, data: string): ChatEvent => ({
      type: "block-start",
      block,
      opening: {
        kind: "redacted-reasoning",
        proof: { issuer: "anthropic", kind: "redacted", data },
      },
    });
    expect(deltas(write([redacted(0, "RW13"), redacted(1, "RW14")]))).toMatchObject([
      { reasoning_details: [{ type: "reasoning.encrypted", data: "RW13", index: 0 }] },
      { reasoning_details: [{ type: "reasoning.encrypted", data: "RW14", index: 1 }] },
    ]);
  });

  it("puts Google's signature of a call where Google's clients look", () => {
    const proof = { issuer: "google" as const, kind: "signature" as const, data: "Q2h4" };
    const chunks = write([
      { type: "block-start", block: 0, opening: { kind: "tool-call", id: "a", name: "x", proof } },
    ]);
    expect(deltas(chunks)).toMatchObject([
      { tool_calls: [{ id: "a", extra_content: { google: { thought_signature: "Q2h4" } } }] },
    ]);
  });
});

describe("isUsageOnlyFrame", () => {
  it("finds the one chunk we asked for", () => {
    const frames = createSseDecoder().push(new TextEncoder().encode(PARALLEL_CALLS));
    expect(frames.filter(isUsageOnlyFrame)).toEqual([frames.at(-2)]);
  });

  it.each([
    "[DONE]",
    '{"choices":[],"prompt_filter_results":[]}',
    '{"choices":[],"usage":null}',
    '{"choices":[{"delta":{"content":"\\"choices\\":[]"}}],"usage":{}}',
  ])("leaves %s alone", (data) => {
    expect(isUsageOnlyFrame({ data })).toBe(false);
  });
});
