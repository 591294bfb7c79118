import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import { GatewayError } from "../../../src/core/errors.ts";
import { parseJson, type JsonObject } from "../../../src/core/json.ts";
import { openAiResponses } from "../../../src/dialects/openai-responses/index.ts";
import { objectIn, objectsIn } from "../../../src/dialects/lenient.ts";
import { CODEX } from "../../fixtures/openai-responses/codex.ts";

const context = {
  model: "m",
  id: "0d9c-77",
  createdAtMs: 1_762_317_021_999,
  streamUsage: true,
  request: CODEX,
};

const START: ChatEvent = { type: "start", id: "msg_01", model: "claude" };

function ending(reason: "stop" | "length" | "malformed" = "stop"): ChatEvent[] {
  return [
    {
      type: "usage",
      usage: {
        inputTokens: 10,
        cacheReadTokens: 4,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 3,
        reasoningTokens: 1,
      },
    },
    { type: "finish", reason },
    { type: "end" },
  ];
}

function block(number: number, opening: JsonObject, ...texts: string[]): ChatEvent[] {
  return [
    { type: "block-start", block: number, opening } as ChatEvent,
    ...texts.map((text): ChatEvent => ({ type: "block-delta", block: number, text })),
    { type: "block-end", block: number },
  ];
}

function written(events: ChatEvent[]): JsonObject[] {
  const writer = openAiResponses.createWriter(context);
  return events
    .flatMap((event) => writer.write(event))
    .map(({ event, data }) => {
      const message = objectIn(parseJson(data));
      expect(message.type).toBe(event);
      return message;
    });
}

function itemsDone(events: ChatEvent[]): JsonObject[] {
  return written(events)
    .filter((message) => message.type === "response.output_item.done")
    .map((message) => objectIn(message.item));
}

describe("a Responses stream", () => {
  it("tells words in the events OpenAI's SDK needs, with ids that stay", () => {
    const messages = written([START, ...block(0, { kind: "text" }, "Hel", "lo"), ...ending()]);
    expect(messages.map((message) => message.type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(messages.map((message) => message.sequence_number)).toEqual(
      messages.map((_, index) => index),
    );
    const id = objectIn(messages[2]?.item).id;
    expect(id).toMatch(/^msg_/);
    expect(messages.slice(3, 8).map((message) => message.item_id)).toEqual(Array(5).fill(id));
    expect(objectIn(messages.at(-1)?.response)).toMatchObject({
      id: "msg_01",
      object: "response",
      created_at: 1_762_317_021,
      status: "completed",
      model: "m",
      store: false,
      instructions: CODEX.instructions,
      output: [messages[8]?.item],
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 3,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 13,
      },
    });
  });

  it("shows thoughts as a summary and keeps another vendor's proof", () => {
    const [thought] = itemsDone([
      START,
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "hm" },
      {
        type: "block-proof",
        block: 0,
        proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
      },
      { type: "block-end", block: 0 },
      ...ending(),
    ]);
    expect(thought).toMatchObject({
      type: "reasoning",
      summary: [{ type: "summary_text", text: "hm" }],
      encrypted_content: btoa("sk1.anthropic.signature.c2ln"),
    });
    const request = { model: "m", input: [thought ?? {}] };
    expect(openAiResponses.parseRequest(request, {}).messages[0]?.parts).toEqual([
      {
        type: "reasoning",
        text: "hm",
        proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
      },
    ]);
  });

  it("puts the proof of a call in front of it", () => {
    const proof = { issuer: "google", kind: "signature", data: "Q2h4" };
    const opening = { kind: "tool-call", id: "c1", name: "exec_command", proof };
    const done = itemsDone([START, ...block(0, opening, '{"cmd":"ls"}'), ...ending()]);
    expect(done).toMatchObject([
      { type: "reasoning", summary: [], encrypted_content: btoa("sk1.google.signature.Q2h4") },
      { type: "function_call", call_id: "c1", arguments: '{"cmd":"ls"}' },
    ]);
    expect(new Set(done.map((item) => item.id)).size).toBe(2);
  });

  it("gives calls back the namespace and the free text their tools were declared with", () => {
    const done = itemsDone([
      START,
      ...block(0, { kind: "tool-call", id: "c1", name: "collaboration__spawn" }),
      ...block(1, { kind: "tool-call", id: "c2", name: "apply_patch" }, '{"input":"*** ', 'Go"}'),
      ...block(2, { kind: "tool-call", id: "c3", name: "apply_patch" }, "*** no object"),
      ...ending(),
    ]);
    expect(done).toMatchObject([
      { type: "function_call", namespace: "collaboration", name: "spawn", arguments: "{}" },
      { type: "custom_tool_call", call_id: "c2", name: "apply_patch", input: "*** Go" },
      { type: "custom_tool_call", call_id: "c3", name: "apply_patch", input: "*** no object" },
    ]);
  });

  it("gives a search for tools back as a value", () => {
    const writer = openAiResponses.createWriter({
      ...context,
      request: { input: [], tools: [{ type: "tool_search", execution: "client" }] },
    });
    const events = [
      START,
      ...block(0, { kind: "tool-call", id: "c1", name: "tool_search" }, '{"query":', '"maps"}'),
    ];
    const last = events.flatMap((event) => writer.write(event)).at(-1);
    expect(parseJson(last?.data ?? "")).toMatchObject({
      type: "response.output_item.done",
      item: {
        type: "tool_search_call",
        call_id: "c1",
        execution: "client",
        arguments: { query: "maps" },
        status: "completed",
      },
    });
  });

  it("writes no item for a block that stayed empty", () => {
    const messages = written([
      START,
      ...block(0, { kind: "text" }),
      ...block(1, { kind: "reasoning" }),
      ...ending(),
    ]);
    expect(objectIn(messages.at(-1)?.response).output).toEqual([]);
    expect(messages).toHaveLength(3);
  });

  it("is incomplete when the room was used up, and failed when nobody can read it", () => {
    expect(written([START, ...ending("length")]).at(-1)).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    });
    expect(written([START, ...ending("malformed")]).at(-1)).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "server_error" } },
    });
  });

  it("keeps silence alive with an event that counts", () => {
    const [, , third, fourth] = written([START, { type: "ping" }, { type: "ping" }]);
    expect(third).toEqual({ type: "keepalive", sequence_number: 2 });
    expect(fourth).toEqual({ type: "keepalive", sequence_number: 3 });
  });
});

describe("a Responses stream that breaks", () => {
  it("fails under the id it began with", () => {
    const error = new GatewayError("context_length_exceeded", "too long", { provider: "bedrock" });
    const frame = openAiResponses.renderStreamError(error, { requestId: "r", answerId: "msg_01" });
    expect(frame.event).toBe("response.failed");
    expect(parseJson(frame.data)).toMatchObject({
      type: "response.failed",
      response: {
        id: "msg_01",
        status: "failed",
        error: { code: "context_length_exceeded", message: "too long" },
      },
    });
  });
});

describe("a Responses error", () => {
  it.each([
    ["context_length_exceeded", "context_length_exceeded"],
    ["budget_exceeded", "insufficient_quota"],
    ["upstream_quota", "insufficient_quota"],
    ["rate_limited", "rate_limit_exceeded"],
    ["upstream_rate_limited", "rate_limit_exceeded"],
    ["upstream_overloaded", "503"],
    ["invalid_key", "invalid_api_key"],
  ] as const)("has a code Codex acts on: %s", (code, word) => {
    const { body } = openAiResponses.renderError(new GatewayError(code, "x"), { requestId: "r" });
    expect(objectIn(body.error).code).toBe(word);
  });
});

describe("a whole Responses answer", () => {
  it("has every output item, and the caller's own settings", () => {
    const events = [START, ...block(0, { kind: "refusal" }, "No."), ...ending()];
    const answer = openAiResponses.renderAnswer(events, context);
    expect(answer).toMatchObject({ parallel_tool_calls: true, tool_choice: "auto" });
    expect(objectsIn(answer.output)).toMatchObject([
      { type: "message", role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
    ]);
  });
});
