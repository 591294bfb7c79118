import { expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import { parseJson } from "../../../src/core/json.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { createEventStreamDecoder } from "../../../src/dialects/framing/event-stream.ts";
import { INTERLEAVED } from "../sample-answers.ts";

const CONTEXT = {
  model: "m",
  id: "id-1",
  createdAtMs: 1_000,
  streamUsage: true,
  nowMs: () => 1_275,
};

/** The messages a client takes out of the bytes: header, and payload. */
function written(events: readonly ChatEvent[]) {
  const writer = bedrockConverse.createWriter(CONTEXT);
  const encoder = bedrockConverse.framing.createEncoder();
  const decoder = createEventStreamDecoder();
  const messages = events
    .flatMap((event) => writer.write(event))
    .flatMap((frame) => decoder.push(encoder.encode(frame)));
  decoder.end();
  return messages.map(({ headers, payload }) => {
    expect(headers[":content-type"]).toBe("application/json");
    const text = new TextDecoder().decode(payload);
    return [headers[":message-type"], headers[":event-type"], parseJson(text)];
  });
}

it("announces calls and nothing else, counts last, and one block at a time", () => {
  expect(written(INTERLEAVED).map(([, type, message]) => [type, message])).toEqual([
    ["messageStart", { role: "assistant" }],
    [
      "contentBlockStart",
      { contentBlockIndex: 0, start: { toolUse: { toolUseId: "call_1", name: "look" } } },
    ],
    ["contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":' } } }],
    ["contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: "1}" } } }],
    ["contentBlockStop", { contentBlockIndex: 0 }],
    [
      "contentBlockStart",
      { contentBlockIndex: 1, start: { toolUse: { toolUseId: "call_2", name: "look" } } },
    ],
    ["contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: '{"b":' } } }],
    ["contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: "2}" } } }],
    ["contentBlockStop", { contentBlockIndex: 1 }],
    ...[..."after"].map((letter) => [
      "contentBlockDelta",
      { contentBlockIndex: 2, delta: { text: letter } },
    ]),
    ["contentBlockStop", { contentBlockIndex: 2 }],
    ["messageStop", { stopReason: "tool_use" }],
    [
      "metadata",
      {
        usage: {
          inputTokens: 21,
          outputTokens: 117,
          totalTokens: 5734,
          cacheReadInputTokens: 4096,
          cacheWriteInputTokens: 1500,
          cacheDetails: [
            { ttl: "1h", inputTokens: 1000 },
            { ttl: "5m", inputTokens: 500 },
          ],
        },
        metrics: { latencyMs: 275 },
      },
    ],
  ]);
});

it("says which sequence stopped it where Claude's callers look", () => {
  const stop: ChatEvent[] = [
    { type: "start", id: "", model: "" },
    { type: "finish", reason: "stop", stopSequence: "###" },
    { type: "end" },
  ];
  const found = written(stop).find(([, type]) => type === "messageStop");
  expect(found?.[2]).toEqual({
    stopReason: "stop_sequence",
    additionalModelResponseFields: { stop_sequence: "###" },
  });
});
