import { describe, expect, it } from "vitest";
import { isMeaningful, tokenCount, type ChatEvent } from "../../src/core/chat.ts";

describe("the first event a caller has seen something by", () => {
  const proof = { issuer: "anthropic", kind: "signature", data: "x" } as const;
  it.each<ChatEvent>([
    { type: "block-delta", block: 0, text: "H" },
    { type: "block-proof", block: 0, proof },
    { type: "block-start", block: 0, opening: { kind: "tool-call", id: "1", name: "look" } },
    { type: "block-start", block: 0, opening: { kind: "redacted-reasoning", proof } },
    { type: "finish", reason: "stop" },
    { type: "end" },
  ])("is $type", (event) => {
    expect(isMeaningful(event)).toBe(true);
  });

  it.each<ChatEvent>([
    { type: "start", id: "1", model: "m" },
    { type: "block-start", block: 0, opening: { kind: "text" } },
    { type: "block-start", block: 0, opening: { kind: "reasoning" } },
    { type: "block-end", block: 0 },
    { type: "ping" },
    { type: "error", failure: { category: "timeout", status: 0, message: "" } },
  ])("is not $type", (event) => {
    expect(isMeaningful(event)).toBe(false);
  });
});

it.each([
  [5, 5],
  [0, 0],
  [-3, 0],
  [1.2, 2],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 0],
  [1e300, 100_000_000],
  ["5", 0],
  [null, 0],
  [undefined, 0],
  [{}, 0],
])("a vendor's count of %j is %d tokens", (value, expected) => {
  expect(tokenCount(value)).toBe(expected);
});
