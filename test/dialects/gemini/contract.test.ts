import type { Json } from "../../../src/core/json.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import {
  BLOCKED_PROMPT,
  ERROR_IN_STREAM,
  RATE_LIMITED,
  SIGNATURE,
  TEXT,
  THOUGHT_AND_CALLS,
} from "../../fixtures/gemini/answers.ts";
import { GEMINI } from "../../fixtures/cited-answers.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

function sse(chunks: readonly Json[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("");
}

const NO_CACHE_WRITES = { cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
const CALL = "call_QHiLaa6LBrb8vdIPoNztsAg_";

const words: Summary = {
  finish: "stop",
  usage: {
    ...NO_CACHE_WRITES,
    inputTokens: 9,
    cacheReadTokens: 4,
    outputTokens: 208,
    reasoningTokens: 185,
  },
  blocks: [{ kind: "text", text: 'There are **3** "r"s in strawberry.' }],
};

const calls: Summary = {
  finish: "tool-calls",
  usage: {
    ...NO_CACHE_WRITES,
    inputTokens: 32,
    cacheReadTokens: 0,
    outputTokens: 819,
    reasoningTokens: 804,
  },
  blocks: [
    { kind: "reasoning", text: "**Checking** the weather." },
    {
      kind: "tool-call",
      id: `${CALL}0`,
      name: "weather",
      arguments: { city: "Kyoto" },
      proof: { issuer: "google", kind: "signature", data: SIGNATURE },
    },
    { kind: "tool-call", id: `${CALL}1`, name: "clock", arguments: {} },
  ],
};

const blocked: Summary = {
  finish: "content-filter",
  usage: {
    ...NO_CACHE_WRITES,
    inputTokens: 7,
    cacheReadTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  },
  blocks: [],
};

const grounded: Summary = {
  finish: "stop",
  usage: {
    ...NO_CACHE_WRITES,
    inputTokens: 9,
    cacheReadTokens: 0,
    outputTokens: 5,
    reasoningTokens: 0,
  },
  blocks: [
    {
      kind: "text",
      text: "東京 🗼 is the capital.",
      citations: [
        {
          span: { start: 0, end: 4 },
          quote: "",
          title: "example.com",
          source: { kind: "web", url: "https://example.com/a" },
        },
        {
          span: { start: 0, end: 4 },
          quote: "",
          title: "b.pdf",
          source: { kind: "web", url: "gs://bucket/b.pdf" },
        },
        {
          span: { start: 8, end: 19 },
          quote: "",
          title: "b.pdf",
          source: { kind: "web", url: "gs://bucket/b.pdf" },
        },
        {
          span: { start: 5, end: 20 },
          quote: "",
          source: { kind: "web", url: "https://example.com/book" },
        },
      ],
    },
  ],
};

upstreamContract("gemini", gemini, {
  streams: [
    { name: "words", sse: sse(TEXT), says: words },
    { name: "a thought and two calls", sse: sse(THOUGHT_AND_CALLS), says: calls },
    { name: "words with sources", sse: GEMINI.sse, says: grounded },
    { name: "a blocked prompt", sse: sse(BLOCKED_PROMPT), says: blocked },
  ],
  errors: [
    {
      name: "overloaded in the middle",
      sse: sse([...TEXT.slice(0, 2), ERROR_IN_STREAM]),
      failure: { category: "overloaded", status: 0, message: ERROR_IN_STREAM.error.message },
    },
  ],
  answers: [
    { name: "a blocked prompt", body: BLOCKED_PROMPT[0] ?? null, says: blocked },
    { name: "words with sources", body: GEMINI.body, says: grounded },
  ],
  failures: [
    {
      name: "rate limited",
      status: 429,
      body: JSON.stringify(RATE_LIMITED),
      failure: { category: "rate-limit", retryAfterMs: 34_400 },
    },
    {
      name: "rate limited, as the element of an array",
      status: 429,
      body: JSON.stringify([RATE_LIMITED]),
      failure: { category: "rate-limit", retryAfterMs: 34_400 },
    },
    {
      name: "an HTML page",
      status: 502,
      body: "<html></html>",
      failure: { category: "server-error" },
    },
  ],
});
