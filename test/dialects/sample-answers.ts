import type { ChatEvent, FinishReason, Usage } from "../../src/core/chat.ts";

const usage: Usage = {
  inputTokens: 5617,
  cacheReadTokens: 4096,
  cacheWrite5mTokens: 500,
  cacheWrite1hTokens: 1000,
  outputTokens: 117,
  reasoningTokens: 44,
};

const START: ChatEvent = { type: "start", id: "answer-1", model: "vendor-model" };

function words(block: number, kind: "text" | "refusal", text: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind } },
    ...[...text].map((letter): ChatEvent => ({ type: "block-delta", block, text: letter })),
    { type: "block-end", block },
  ];
}

function call(block: number, id: string, text: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "tool-call", id, name: "look" } },
    ...(text === "" ? [] : [{ type: "block-delta" as const, block, text }]),
    { type: "block-end", block },
  ];
}

function thought(block: number, text: string, data: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "reasoning" } },
    ...(text === "" ? [] : [{ type: "block-delta" as const, block, text }]),
    { type: "block-proof", block, proof: { issuer: "anthropic", kind: "signature", data } },
    { type: "block-end", block },
  ];
}

function ending(reason: FinishReason): ChatEvent[] {
  return [{ type: "usage", usage }, { type: "finish", reason }, { type: "end" }];
}

/** Answers every grammar can carry to its caller and back without loss. */
export const ANSWERS: { name: string; events: ChatEvent[] }[] = [
  {
    name: "words",
    events: [START, ...words(0, "text", 'line one\nline "two" 東京 🗼'), ...ending("stop")],
  },
  {
    name: "counts after the reason to stop",
    events: [
      START,
      ...words(0, "text", "a"),
      { type: "finish", reason: "length" },
      { type: "usage", usage },
      { type: "end" },
    ],
  },
  {
    name: "thoughts, words and calls",
    events: [
      START,
      ...thought(0, "hm", "c2ln"),
      ...words(1, "text", "so"),
      ...call(2, "call_1", '{"at": [1, {"b": null}]}'),
      ...call(3, "call_2", ""),
      ...ending("tool-calls"),
    ],
  },
  {
    name: "two thoughts, the first without words",
    events: [
      START,
      ...thought(0, "", "Zmlyc3Q="),
      ...thought(1, "second", "c2Vjb25k"),
      ...words(2, "text", "."),
      ...ending("stop"),
    ],
  },
  {
    name: "redacted thoughts",
    events: [
      START,
      {
        type: "block-start",
        block: 0,
        opening: {
          kind: "redacted-reasoning",
          proof: { issuer: "anthropic", kind: "redacted", data: "RW13" },
        },
      },
      { type: "block-end", block: 0 },
      ...words(1, "text", "done"),
      ...ending("stop"),
    ],
  },
  {
    name: "another vendor's proof",
    events: [
      START,
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "hm" },
      {
        type: "block-proof",
        block: 0,
        proof: { issuer: "google", kind: "signature", data: "Q2h4" },
      },
      { type: "block-end", block: 0 },
      ...words(1, "text", "done"),
      ...ending("stop"),
    ],
  },
  {
    name: "an answer the vendor filtered",
    events: [START, ...words(0, "text", "Half a"), ...ending("content-filter")],
  },
  { name: "no words at all", events: [START, ...ending("stop")] },
];

/** Two calls written alternately, and words after them. */
export const INTERLEAVED: ChatEvent[] = [
  START,
  { type: "block-start", block: 0, opening: { kind: "tool-call", id: "call_1", name: "look" } },
  { type: "block-start", block: 1, opening: { kind: "tool-call", id: "call_2", name: "look" } },
  { type: "block-delta", block: 1, text: '{"b":' },
  { type: "block-delta", block: 0, text: '{"a":' },
  { type: "block-delta", block: 1, text: "2}" },
  { type: "block-delta", block: 0, text: "1}" },
  { type: "block-end", block: 1 },
  { type: "block-end", block: 0 },
  ...words(2, "text", "after"),
  ...ending("tool-calls"),
];
