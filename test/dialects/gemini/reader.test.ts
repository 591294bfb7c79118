import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import type { Json } from "../../../src/core/json.ts";
import { FramingError } from "../../../src/dialects/framing/frame.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import {
  BLOCKED_PROMPT,
  ERROR_IN_STREAM,
  SIGNATURE,
  TEXT,
  THOUGHT_AND_CALLS,
} from "../../fixtures/gemini/answers.ts";

function read(chunks: readonly Json[]): ChatEvent[] {
  const reader = gemini.createReader();
  const events = chunks.flatMap((chunk) => reader.read({ data: JSON.stringify(chunk) }));
  return [...events, ...reader.end()];
}

function finishing(reason: string): Json {
  return { candidates: [{ content: { parts: [{ text: "a" }] }, finishReason: reason }] };
}

const proof = { issuer: "google", kind: "signature", data: SIGNATURE };

describe("Gemini's stream", () => {
  it("becomes one text block, with usage that replaces itself and a real end", () => {
    const events = read(TEXT);
    expect(events.filter(({ type }) => type !== "usage")).toEqual([
      { type: "start", id: "QHiLaa6LBrb8vdIPoNztsAg", model: "gemini-3-pro-preview" },
      { type: "block-start", block: 0, opening: { kind: "text" } },
      { type: "block-delta", block: 0, text: "There are **3**" },
      { type: "block-delta", block: 0, text: ' "r"s in strawberry.' },
      { type: "block-end", block: 0 },
      { type: "finish", reason: "stop" },
      { type: "end" },
    ]);
    expect(events.findLast(({ type }) => type === "usage")).toEqual({
      type: "usage",
      usage: {
        inputTokens: 9,
        cacheReadTokens: 4,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 208,
        reasoningTokens: 185,
      },
    });
  });

  it("gives calls an id, keeps their signature, and finishes for them although it says STOP", () => {
    const id = "call_QHiLaa6LBrb8vdIPoNztsAg_";
    expect(
      read(THOUGHT_AND_CALLS).filter(({ type }) => type !== "start" && type !== "usage"),
    ).toEqual([
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "**Checking** the weather." },
      { type: "block-end", block: 0 },
      {
        type: "block-start",
        block: 1,
        opening: { kind: "tool-call", id: `${id}0`, name: "weather", proof },
      },
      { type: "block-delta", block: 1, text: '{"city":"Kyoto"}' },
      { type: "block-end", block: 1 },
      {
        type: "block-start",
        block: 2,
        opening: { kind: "tool-call", id: `${id}1`, name: "clock" },
      },
      { type: "block-delta", block: 2, text: "{}" },
      { type: "block-end", block: 2 },
      { type: "finish", reason: "tool-calls" },
      { type: "end" },
    ]);
  });

  it("counts thoughts as output and tool-use prompts as input", () => {
    const usage = read(THOUGHT_AND_CALLS).find(({ type }) => type === "usage");
    expect(usage).toMatchObject({
      usage: { inputTokens: 32, outputTokens: 819, reasoningTokens: 804 },
    });
  });

  it("signs a thought's own block when the signature comes with it", () => {
    const parts = [{ text: "hm", thought: true, thoughtSignature: SIGNATURE }, { text: "Yes." }];
    expect(
      read([{ responseId: "r", candidates: [{ content: { parts }, finishReason: "STOP" }] }]),
    ).toEqual(expect.arrayContaining([{ type: "block-proof", block: 0, proof }]));
  });

  it("puts the signature of words before them, where it hides nothing", () => {
    const parts = [{ text: "Yes.", thoughtSignature: SIGNATURE }];
    const openings = read([{ candidates: [{ content: { parts }, finishReason: "STOP" }] }]).flatMap(
      (event) => (event.type === "block-start" ? [event.opening] : []),
    );
    expect(openings).toEqual([{ kind: "redacted-reasoning", proof }, { kind: "text" }]);
  });

  it("ends a blocked prompt as filtered content", () => {
    expect(read(BLOCKED_PROMPT).slice(-2)).toEqual([
      { type: "finish", reason: "content-filter" },
      { type: "end" },
    ]);
  });

  it.each([
    ["MAX_TOKENS", "length"],
    ["CONTINUATION", "length"],
    ["SAFETY", "content-filter"],
    ["RECITATION", "content-filter"],
    ["IMAGE_SAFETY", "content-filter"],
    ["MALFORMED_FUNCTION_CALL", "malformed"],
    ["SOMETHING_NEW", "malformed"],
  ])("reads %s as %s", (reason, expected) => {
    expect(read([finishing(reason)]).at(-2)).toEqual({ type: "finish", reason: expected });
  });

  it("believes the last finish reason when every chunk has one", () => {
    const events = read([finishing("STOP"), finishing("MAX_TOKENS")]);
    expect(events.filter(({ type }) => type === "finish")).toEqual([
      { type: "finish", reason: "length" },
    ]);
  });

  it("is broken when the bytes end before a finish reason", () => {
    expect(read(TEXT.slice(0, 2)).at(-1)).toMatchObject({
      type: "error",
      failure: { category: "broken-stream", status: 0 },
    });
    expect(read([])).toMatchObject([{ type: "error", failure: { category: "broken-stream" } }]);
  });

  it("turns an error element into one failure and says nothing after it", () => {
    const events = read([TEXT[0] ?? null, ERROR_IN_STREAM]);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      failure: { category: "overloaded", message: ERROR_IN_STREAM.error.message },
    });
    expect(events.filter(({ type }) => type === "error")).toHaveLength(1);
  });

  it("takes an empty object as a keep-alive", () => {
    expect(gemini.createReader().read({ data: "{}" })).toEqual([]);
  });

  it.each(["", "[]", '{"candidates":[', "null"])("refuses %j, which is no chunk", (data) => {
    expect(() => gemini.createReader().read({ data })).toThrow(FramingError);
  });

  it("refuses arguments in pieces, which would become a call with half its arguments", () => {
    const functionCall = {
      name: "weather",
      partialArgs: [{ jsonPath: "$.city", stringValue: "Ky" }],
    };
    expect(() => read([{ candidates: [{ content: { parts: [{ functionCall }] } }] }])).toThrow(
      FramingError,
    );
  });

  it("never repeats a call's id between answers that name no id of their own", () => {
    const answer = [
      {
        candidates: [
          { content: { parts: [{ functionCall: { name: "f" } }] }, finishReason: "STOP" },
        ],
      },
    ];
    const ids = Array.from({ length: 20 }, () =>
      read(answer).flatMap((event) =>
        event.type === "block-start" && event.opening.kind === "tool-call"
          ? [event.opening.id]
          : [],
      ),
    );
    expect(new Set(ids.flat()).size).toBe(20);
    for (const id of ids.flat()) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
  });
});

describe("Gemini's whole answer", () => {
  it("is read as the events that would have streamed it", () => {
    const whole = {
      ...THOUGHT_AND_CALLS[2],
      candidates: [
        {
          content: {
            role: "model",
            parts: [...partsOf(THOUGHT_AND_CALLS[0]), ...partsOf(THOUGHT_AND_CALLS[1])],
          },
          finishReason: "STOP",
        },
      ],
    };
    const order = (events: ChatEvent[]) => events.filter(({ type }) => type !== "usage");
    expect(order(gemini.readAnswer(whole))).toEqual(order(read(THOUGHT_AND_CALLS)));
    expect(gemini.readUsage(whole)).toMatchObject({ inputTokens: 32, outputTokens: 819 });
  });

  it("has no usage when the vendor gave none", () => {
    expect(gemini.readUsage({ usageMetadata: { trafficType: "ON_DEMAND" } })).toBeUndefined();
    expect(gemini.readUsage([])).toBeUndefined();
  });

  it.each<Json>([{}, [], { candidates: [] }, "text"])("refuses %j, which is no answer", (body) => {
    expect(() => gemini.readAnswer(body)).toThrow(FramingError);
  });
});

function partsOf(chunk: (typeof THOUGHT_AND_CALLS)[number] | undefined): Json[] {
  return chunk?.candidates[0]?.content.parts ?? [];
}
