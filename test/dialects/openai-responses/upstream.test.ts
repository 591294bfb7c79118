import { describe, expect, it } from "vitest";
import { openAiResponses } from "../../../src/dialects/openai-responses/index.ts";
import { RESPONSES, RESPONSES_TERSE } from "../../fixtures/cited-openai.ts";
import * as streams from "../../fixtures/openai-responses/streams.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

const usage = {
  inputTokens: 1200,
  cacheReadTokens: 1024,
  cacheWrite5mTokens: 60,
  cacheWrite1hTokens: 40,
  outputTokens: 62,
  reasoningTokens: 20,
};

const thoughtAndCall: Summary = {
  finish: "tool-calls",
  usage,
  blocks: [
    {
      kind: "reasoning",
      text: "**Looking**\n\n**Doing**",
      proof: { issuer: "openai", kind: "encrypted", data: "gAAAAABpPDIV" },
    },
    { kind: "text", text: 'Checking 東京 🗼 "both".\n' },
    { kind: "tool-call", id: "call_9wzQ", name: "weather", arguments: { city: "Tokyo" } },
  ],
};

const wholeItems: Summary = {
  finish: "tool-calls",
  usage,
  blocks: [
    {
      kind: "redacted-reasoning",
      proof: { issuer: "openai", kind: "encrypted", data: "gAAAAABhidden" },
    },
    { kind: "text", text: 'Checking 東京 🗼 "both".\n' },
    { kind: "tool-call", id: "call_1", name: "apply_patch", arguments: { input: "*** Begin" } },
  ],
};

const filtered = {
  finish: "content-filter" as const,
  usage: {
    inputTokens: 15,
    outputTokens: 4,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
  },
  blocks: [{ kind: "text" as const, text: "Half a sent" }],
} satisfies Summary;

const annotated: Summary = {
  finish: "stop",
  usage: { ...filtered.usage, inputTokens: 9, outputTokens: 5 },
  blocks: [
    {
      kind: "text",
      text: "東京 🗼 is the capital.",
      citations: [
        {
          span: { start: 0, end: 4 },
          quote: "",
          title: "Tōkyō",
          source: { kind: "web", url: "https://example.com/a" },
        },
        { quote: "", title: "notes.pdf", source: { kind: "file", id: "file-1" } },
        {
          span: { start: 5, end: 20 },
          quote: "",
          title: "plot.png",
          source: { kind: "file", id: "cfile_1", containerId: "cntr_1" },
        },
      ],
    },
  ],
};

upstreamContract("OpenAI Responses", openAiResponses, {
  streams: [
    { name: "a thought and a call", sse: streams.THOUGHT_AND_CALL, says: thoughtAndCall },
    { name: "whole items only", sse: streams.WHOLE_ITEMS, says: wholeItems },
    { name: "words with sources", sse: RESPONSES.sse, says: annotated },
    { name: "words whose sources come last", sse: RESPONSES_TERSE.sse, says: annotated },
    { name: "Azure's filters", sse: streams.FILTERED, says: filtered },
  ],
  errors: [
    {
      name: "an empty account",
      sse: streams.QUOTA_IN_STREAM,
      failure: { category: "quota", status: 0, message: "You exceeded your current quota." },
    },
    {
      name: "a rate limit",
      sse: streams.RATE_LIMIT_IN_STREAM,
      failure: { category: "rate-limit", retryAfterMs: 2_500 },
    },
    {
      name: "something without a code",
      sse: streams.FLAT_ERROR,
      failure: { category: "server-error", message: "Sorry, something went wrong." },
    },
  ],
  answers: [
    { name: "words with sources", body: RESPONSES.body, says: annotated },
    { name: "a thought and a call", body: streams.WHOLE_ANSWER, says: thoughtAndCall },
    {
      name: "a refusal, cut short",
      body: streams.REFUSED_ANSWER,
      says: { finish: "length", usage, blocks: [{ kind: "refusal", text: "I will not." }] },
    },
  ],
  failures: [
    {
      name: "a full context",
      status: 400,
      body: '{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}',
      failure: { category: "context-length", status: 400, param: "input" },
    },
    {
      name: "a forgotten namespace",
      status: 400,
      body: '{"error":{"message":"Missing namespace for function_call \'create_widget\'.","type":"invalid_request_error","param":"input[3].namespace","code":null}}',
      failure: { category: "invalid-request", param: "input[3].namespace" },
    },
    {
      name: "a rate limit",
      status: 429,
      headers: { "retry-after-ms": "640", "retry-after": "1" },
      body: '{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
      failure: { category: "rate-limit", retryAfterMs: 640 },
    },
    {
      name: "our key",
      status: 401,
      body: '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
      failure: { category: "credential" },
    },
  ],
});

describe("a whole Responses answer", () => {
  it("that failed is a failure, in the vendor's words", () => {
    const body = {
      id: "resp_1",
      status: "failed",
      output: [],
      error: { code: "server_error", message: "The model broke." },
    };
    expect(openAiResponses.readAnswer(body)).toMatchObject([
      { type: "start" },
      { type: "error", failure: { category: "server-error", message: "The model broke." } },
    ]);
  });

  it("that is still being made is not taken for one", () => {
    const events = openAiResponses.readAnswer({ id: "resp_1", status: "queued", output: [] });
    expect(events.at(-1)).toMatchObject({ type: "error", failure: { category: "broken-stream" } });
  });
});
