import { describe, expect, it } from "vitest";
import type { ChatEvent, FinishReason, Proof } from "../../../src/core/chat.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { objectIn, objectsIn } from "../../../src/dialects/lenient.ts";
import { wrapProof } from "../../../src/dialects/proof-envelope.ts";
import { objectIn as parsed } from "../../core/parsed.ts";

const context = { model: "my-model", id: "id-1", createdAtMs: 0, streamUsage: true };

/** The chunks these events become. */
function written(...events: ChatEvent[]) {
  const writer = gemini.createWriter(context);
  return events.flatMap((event) => writer.write(event)).map(({ data }) => parsed(data));
}

function partsOf(chunk: unknown) {
  return objectsIn(objectIn(objectsIn(objectIn(chunk).candidates)[0]?.content).parts);
}

const START: ChatEvent = { type: "start", id: "r-1", model: "vendor-model" };
const END: ChatEvent = { type: "end" };
const CLAUDES: Proof = { issuer: "anthropic", kind: "signature", data: "c2ln" };
const GOOGLES: Proof = { issuer: "google", kind: "signature", data: "Q2h4" };

function wordless(block: number, proof: Proof): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "reasoning" } },
    { type: "block-proof", block, proof },
    { type: "block-end", block },
  ];
}

function call(block: number, proof?: Proof): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "tool-call", id: "c", name: "look", proof } },
    { type: "block-delta", block, text: '{"a":' },
    { type: "block-delta", block, text: "1}" },
    { type: "block-end", block },
  ];
}

function words(block: number, text: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "text" } },
    { type: "block-delta", block, text },
    { type: "block-end", block },
  ];
}

const functionCall = { id: "c", name: "look", args: { a: 1 } };

describe("a stream in Gemini's grammar", () => {
  it("says each word when it comes", () => {
    const writer = gemini.createWriter(context);
    expect(writer.write(START)).toEqual([]);
    const [start, delta] = words(0, "hi");
    if (start) expect(writer.write(start)).toEqual([]);
    const [frame] = delta ? writer.write(delta) : [];
    expect(frame?.event).toBeUndefined();
    expect(parsed(frame?.data)).toEqual({
      candidates: [{ content: { role: "model", parts: [{ text: "hi" }] }, index: 0 }],
      modelVersion: "my-model",
      responseId: "r-1",
      createTime: "1970-01-01T00:00:00.000Z",
    });
  });

  it("says a call once, whole", () => {
    const chunks = written(START, ...call(0), END);
    expect(chunks.map(partsOf)).toEqual([[{ functionCall }], [{ text: "" }]]);
  });

  it.each([
    ["no arguments", "", {}],
    ["arguments that are no JSON", '{"a":', { _raw: '{"a":' }],
    ["arguments that are no object", "[1]", { _raw: "[1]" }],
  ])("makes an object of %s", (_, text, args) => {
    const opening = { kind: "tool-call" as const, id: "c", name: "look" };
    const [chunk] = written(
      START,
      { type: "block-start", block: 0, opening },
      { type: "block-delta", block: 0, text },
      { type: "block-end", block: 0 },
    );
    expect(chunk && partsOf(chunk)).toEqual([{ functionCall: { id: "c", name: "look", args } }]);
  });

  it("ends with the reason and the counts, whichever was said first", () => {
    const usage = {
      inputTokens: 100,
      cacheReadTokens: 40,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 30,
      reasoningTokens: 20,
    };
    const last = written(
      START,
      { type: "finish", reason: "length" },
      { type: "usage", usage },
      END,
    );
    expect(last).toMatchObject([
      {
        candidates: [{ finishReason: "MAX_TOKENS", content: { parts: [{ text: "" }] } }],
        usageMetadata: {
          promptTokenCount: 100,
          cachedContentTokenCount: 40,
          // Thoughts stand beside the candidates, not among them.
          candidatesTokenCount: 10,
          thoughtsTokenCount: 20,
          totalTokenCount: 130,
        },
      },
    ]);
  });

  it.each<[FinishReason, string]>([
    ["stop", "STOP"],
    ["tool-calls", "STOP"],
    ["paused", "STOP"],
    ["context-full", "MAX_TOKENS"],
    ["content-filter", "SAFETY"],
    ["malformed", "MALFORMED_RESPONSE"],
  ])("says %s as %s", (reason, finishReason) => {
    const [last] = written(START, { type: "finish", reason }, END);
    expect(last).toMatchObject({ candidates: [{ finishReason }] });
  });

  it("says nothing for a vendor's ping, and has a keep-alive that is no comment", () => {
    expect(written({ type: "ping" })).toEqual([]);
    expect(gemini.keepAlive).toEqual({ data: "{}" });
  });
});

describe("the proof of a thought", () => {
  it("stays on a thought that has words, which it is good for", () => {
    const chunks = written(
      START,
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "hm" },
      { type: "block-proof", block: 0, proof: CLAUDES },
      { type: "block-end", block: 0 },
      ...words(1, "so"),
    );
    expect(chunks.flatMap(partsOf)).toEqual([
      { text: "hm", thought: true },
      { text: "", thought: true, thoughtSignature: wrapProof(CLAUDES, "google") },
      { text: "so" },
    ]);
  });

  it("goes onto the call after a thought without words, where clients keep it", () => {
    expect(written(START, ...wordless(0, CLAUDES), ...call(1)).flatMap(partsOf)).toEqual([
      { functionCall, thoughtSignature: wrapProof(CLAUDES, "google") },
    ]);
  });

  it("goes onto the first word after a thought without words, and onto no other", () => {
    const text = words(1, "so").toSpliced(2, 0, { type: "block-delta", block: 1, text: " it is" });
    expect(written(START, ...wordless(0, CLAUDES), ...text).flatMap(partsOf)).toEqual([
      { text: "so", thoughtSignature: wrapProof(CLAUDES, "google") },
      { text: " it is" },
    ]);
  });

  it("has a part of its own where the next one is signed already or is a thought", () => {
    const alone = { text: "", thought: true, thoughtSignature: wrapProof(CLAUDES, "google") };
    expect(written(START, ...wordless(0, CLAUDES), ...call(1, GOOGLES)).flatMap(partsOf)).toEqual([
      alone,
      { functionCall, thoughtSignature: "Q2h4" },
    ]);
    const twice = written(START, ...wordless(0, CLAUDES), ...wordless(1, CLAUDES), END);
    expect(twice.flatMap(partsOf)).toEqual([alone, alone, { text: "" }]);
  });

  it("is base64 whoever issued it", () => {
    for (const issuer of ["anthropic", "openai", "google"] as const) {
      const signature = wrapProof({ issuer, kind: "encrypted", data: "gAAAAA==" }, "google");
      expect(signature).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      expect(signature.length % 4).toBe(0);
    }
  });
});

describe("a whole answer in Gemini's grammar", () => {
  it("has one part where the stream had pieces", () => {
    const events: ChatEvent[] = [
      START,
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "h" },
      { type: "block-delta", block: 0, text: "m" },
      { type: "block-proof", block: 0, proof: CLAUDES },
      { type: "block-end", block: 0 },
      ...wordless(1, CLAUDES),
      ...words(2, "so"),
      ...call(3),
      END,
    ];
    const thoughtSignature = wrapProof(CLAUDES, "google");
    expect(partsOf(gemini.renderAnswer(events, context))).toEqual([
      { text: "hm", thought: true, thoughtSignature },
      { text: "so", thoughtSignature },
      { functionCall },
    ]);
  });
});
