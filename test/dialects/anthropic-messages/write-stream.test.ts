import { describe, expect, it } from "vitest";
import type { ChatEvent, Proof } from "../../../src/core/chat.ts";
import { isJsonObject, parseJson } from "../../../src/core/json.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { createWriter } from "../../../src/dialects/anthropic-messages/write-stream.ts";
import { wrapProof } from "../../../src/dialects/proof-envelope.ts";

const PROOF: Proof = { issuer: "google", kind: "signature", data: "Q2h4" };

function write(events: ChatEvent[]): JsonObject[] {
  const writer = createWriter({ model: "m", id: "id-1", createdAtMs: 0, streamUsage: false });
  return events
    .flatMap((event) => writer.write(event))
    .map(({ event, data }) => {
      const message = parseJson(data);
      expect(message).toMatchObject({ type: event });
      return isJsonObject(message) ? message : {};
    });
}

const call = (block: number): ChatEvent => ({
  type: "block-start",
  block,
  opening: { kind: "tool-call", id: `call_${block}`, name: "look" },
});

describe("Anthropic's stream", () => {
  it("is what Anthropic would have sent", () => {
    expect(
      write([
        { type: "start", id: "msg_1", model: "vendor" },
        { type: "block-start", block: 0, opening: { kind: "text" } },
        { type: "ping" },
        { type: "block-delta", block: 0, text: "hi" },
        { type: "block-end", block: 0 },
        { type: "finish", reason: "stop", stopSequence: "END" },
        {
          type: "usage",
          usage: {
            inputTokens: 100,
            cacheReadTokens: 60,
            cacheWrite5mTokens: 10,
            cacheWrite1hTokens: 20,
            outputTokens: 7,
            reasoningTokens: 0,
          },
        },
        { type: "end" },
      ]),
    ).toEqual([
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "m",
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: {
            input_tokens: 0,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
            output_tokens: 0,
          },
        },
      },
      { type: "ping" },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "stop_sequence", stop_sequence: "END" },
        usage: {
          input_tokens: 10,
          cache_creation_input_tokens: 30,
          cache_read_input_tokens: 60,
          cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
          output_tokens: 7,
        },
      },
      { type: "message_stop" },
    ]);
  });

  it("never overlaps blocks and leaves no gap in their numbers", () => {
    const messages = write([
      { type: "block-start", block: 0, opening: { kind: "text" } },
      { type: "block-end", block: 0 },
      call(1),
      call(2),
      { type: "block-delta", block: 2, text: "{}" },
      { type: "block-delta", block: 1, text: "{}" },
      { type: "block-end", block: 2 },
      { type: "block-end", block: 1 },
      { type: "end" },
    ]);
    expect(messages.map(({ type, index }) => [type, index].join(" "))).toEqual([
      "content_block_start 0",
      "content_block_delta 0",
      "content_block_stop 0",
      "content_block_start 1",
      "content_block_delta 1",
      "content_block_stop 1",
      "message_delta ",
      "message_stop ",
    ]);
  });

  it("closes what an upstream left open", () => {
    const messages = write([
      call(0),
      call(1),
      { type: "block-delta", block: 1, text: "{}" },
      { type: "end" },
    ]);
    expect(messages.filter(({ type }) => type === "content_block_stop")).toHaveLength(2);
    expect(messages.at(-1)).toEqual({ type: "message_stop" });
  });

  it("writes the first of several calls as it comes", () => {
    expect(write([call(0), { type: "block-delta", block: 0, text: "{" }])).toHaveLength(2);
  });

  it("wraps another vendor's proof of a thought", () => {
    const messages = write([
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-proof", block: 0, proof: PROOF },
      { type: "block-end", block: 0 },
    ]);
    expect(messages[1]?.delta).toEqual({
      type: "signature_delta",
      signature: wrapProof(PROOF, "anthropic"),
    });
  });

  it("carries the proof of a call in a wordless thought before it", () => {
    const messages = write([
      {
        type: "block-start",
        block: 0,
        opening: { kind: "tool-call", id: "call_0", name: "look", proof: PROOF },
      },
      { type: "block-end", block: 0 },
    ]);
    expect(messages).toEqual([
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "thinking", thinking: "", signature: "" },
      },
      {
        type: "content_block_delta",
        index: 0,
        delta: { type: "signature_delta", signature: wrapProof(PROOF, "anthropic") },
      },
      { type: "content_block_stop", index: 0 },
      {
        type: "content_block_start",
        index: 1,
        content_block: { type: "tool_use", id: "call_0", name: "look", input: {} },
      },
      { type: "content_block_stop", index: 1 },
    ]);
  });
});
