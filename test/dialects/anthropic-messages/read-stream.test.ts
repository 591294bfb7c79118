import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { createReader } from "../../../src/dialects/anthropic-messages/read-stream.ts";
import { summaryOf } from "../summary.ts";

function read(...messages: JsonObject[]): ChatEvent[] {
  const reader = createReader();
  const events = messages.flatMap((message) => reader.read({ data: JSON.stringify(message) }));
  return [...events, ...reader.end()];
}

const start = (
  id: string,
  usage: JsonObject = { input_tokens: 9, output_tokens: 1 },
): JsonObject => ({
  type: "message_start",
  message: { id, model: "claude", usage },
});
const delta = (reason: string, usage: JsonObject = {}): JsonObject => ({
  type: "message_delta",
  delta: { stop_reason: reason },
  usage,
});
const openCall: JsonObject = {
  type: "content_block_start",
  index: 0,
  content_block: { type: "tool_use", id: "a", name: "x", input: {} },
};
const stop: JsonObject = { type: "message_stop" };

describe("the reader of Anthropic's stream", () => {
  it("hears a start that is said twice once", () => {
    const events = read(start("1"), start("1"), delta("end_turn"), stop);
    expect(events.filter(({ type }) => type === "start")).toHaveLength(1);
    expect(events.at(-1)).toEqual({ type: "end" });
  });

  it("takes a second answer inside the first for a broken stream", () => {
    const events = read(start("1"), openCall, start("2"), openCall, delta("tool_use"), stop);
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "broken-stream" } });
  });

  it("corrects the first counts by the last, but takes nothing back with a zero", () => {
    const first = { input_tokens: 9, cache_read_input_tokens: 5, output_tokens: 1 };
    const last = { input_tokens: 0, cache_read_input_tokens: 7, output_tokens: 30 };
    const { usage } = summaryOf(read(start("1", first), delta("end_turn", last), stop));
    expect(usage).toMatchObject({ inputTokens: 16, cacheReadTokens: 7, outputTokens: 30 });
  });

  it("takes cache writes without a split for the shorter kind", () => {
    const usage = { input_tokens: 1, cache_creation_input_tokens: 100, output_tokens: 1 };
    expect(summaryOf(read(start("1", usage), delta("end_turn"), stop)).usage).toMatchObject({
      inputTokens: 101,
      cacheWrite5mTokens: 100,
      cacheWrite1hTokens: 0,
    });
  });

  it.each([
    ["end_turn", "stop"],
    ["max_tokens", "length"],
    ["tool_use", "tool-calls"],
    ["refusal", "content-filter"],
    ["model_context_window_exceeded", "context-full"],
    ["pause_turn", "paused"],
    ["a word of tomorrow", "stop"],
  ])("takes %j for %j", (word, finish) => {
    expect(summaryOf(read(start("1"), delta(word), stop)).finish).toBe(finish);
  });

  it("is not content with a reason to stop: the last event must come", () => {
    expect(read(start("1"), delta("end_turn")).at(-1)).toMatchObject({ type: "error" });
  });

  it("says nothing after its last word", () => {
    expect(read(start("1"), delta("end_turn"), stop, { type: "ping" }).at(-1)).toEqual({
      type: "end",
    });
  });
});
