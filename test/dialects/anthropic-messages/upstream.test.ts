import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import * as answers from "../../fixtures/anthropic-messages/answers.ts";
import { CLAUDE } from "../../fixtures/cited-answers.ts";
import * as streams from "../../fixtures/anthropic-messages/streams.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

const thinkingAndCalls: Summary = {
  finish: "tool-calls",
  usage: {
    inputTokens: 5617,
    cacheReadTokens: 4096,
    cacheWrite5mTokens: 500,
    cacheWrite1hTokens: 1000,
    outputTokens: 117,
    reasoningTokens: 44,
  },
  blocks: [
    {
      kind: "reasoning",
      text: "Two cities, zwei Städte: 東京 🗼.",
      proof: { issuer: "anthropic", kind: "signature", data: streams.SIGNATURE },
    },
    { kind: "text", text: 'Checking "both".\n' },
    { kind: "tool-call", id: "toolu_01A9wzQ", name: "weather", arguments: { city: "Tokyo" } },
    { kind: "tool-call", id: "toolu_01B7kLm", name: "now", arguments: {} },
  ],
};

const NO_CACHE = {
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
};

const unknownParts: Summary = {
  finish: "stop",
  stopSequence: "###",
  // The final count corrects the first: the search was read, too.
  usage: { ...NO_CACHE, inputTokens: 61, outputTokens: 12 },
  blocks: [
    {
      kind: "redacted-reasoning",
      proof: {
        issuer: "anthropic",
        kind: "redacted",
        data: "EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP",
      },
    },
    {
      kind: "text",
      text: "Found it",
      citations: [{ quote: "…", source: { kind: "web", url: "https://example.com" } }],
    },
  ],
};

const cited: Summary = {
  finish: "stop",
  usage: { ...NO_CACHE, inputTokens: 9, outputTokens: 5 },
  blocks: [
    {
      kind: "text",
      text: "The grass is green.",
      citations: [
        {
          quote: "The grass is green. ",
          title: "Example",
          source: { kind: "document", index: 0, unit: "character", start: 0, end: 20 },
        },
        {
          quote: "Water is essential",
          source: { kind: "document", index: 1, unit: "page", start: 5, end: 6 },
        },
      ],
    },
    {
      kind: "text",
      text: " Use a key.",
      citations: [
        {
          quote: "Use a key.",
          title: "Keys",
          source: {
            kind: "search-result",
            index: 0,
            foundAt: "https://docs.example.com/keys",
            start: 0,
            end: 1,
          },
        },
      ],
    },
  ],
};

upstreamContract("Anthropic Messages", anthropicMessages, {
  streams: [
    { name: "thinking and calls", sse: streams.THINKING_AND_CALLS, says: thinkingAndCalls },
    { name: "parts we do not know", sse: streams.UNKNOWN_PARTS, says: unknownParts },
    { name: "words with sources", sse: CLAUDE.sse, says: cited },
    {
      name: "a refusal",
      sse: streams.REFUSAL,
      says: {
        finish: "content-filter",
        usage: { ...NO_CACHE, inputTokens: 18, outputTokens: 5 },
        blocks: [],
      },
    },
  ],
  errors: [
    {
      name: "overloaded",
      sse: streams.OVERLOADED,
      failure: { category: "overloaded", status: 0, message: "Overloaded" },
    },
  ],
  answers: [
    { name: "thinking and calls", body: answers.THINKING_AND_CALLS, says: thinkingAndCalls },
    { name: "words with sources", body: CLAUDE.body, says: cited },
    { name: "parts we do not know", body: answers.UNKNOWN_PARTS, says: unknownParts },
  ],
  failures: [
    {
      name: "a full context",
      status: 400,
      body: '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 214353 tokens > 200000 maximum"},"request_id":"req_1"}',
      failure: {
        category: "context-length",
        message: "prompt is too long: 214353 tokens > 200000 maximum",
      },
    },
    {
      name: "a rate limit",
      status: 429,
      headers: { "retry-after": "17", "anthropic-ratelimit-requests-remaining": "0" },
      body: '{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your rate limit"}}',
      failure: { category: "rate-limit", retryAfterMs: 17_000 },
    },
    {
      name: "an empty account",
      status: 400,
      body: '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
      failure: { category: "quota" },
    },
    {
      name: "overload",
      status: 529,
      body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      failure: { category: "overloaded" },
    },
    {
      name: "a wrong field",
      status: 400,
      body: '{"type":"error","error":{"type":"invalid_request_error","message":"temperature: Extra inputs are not permitted"}}',
      failure: {
        category: "invalid-request",
        message: "temperature: Extra inputs are not permitted",
      },
    },
  ],
});
