import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { CONVERSE } from "../../fixtures/cited-answers.ts";
import * as streams from "../../fixtures/bedrock-converse/streams.ts";
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
    reasoningTokens: 0,
  },
  blocks: [
    {
      kind: "reasoning",
      text: "Two cities, zwei Städte: 東京 🗼.",
      proof: { issuer: "anthropic", kind: "signature", data: streams.SIGNATURE },
    },
    { kind: "text", text: 'Checking "both".\n' },
    {
      kind: "tool-call",
      id: "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",
      name: "weather",
      arguments: { city: "Tokyo" },
    },
    { kind: "tool-call", id: "t2", name: "now", arguments: {} },
  ],
};

const PLAIN = {
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
};

const redacted = {
  kind: "redacted-reasoning" as const,
  proof: { issuer: "anthropic" as const, kind: "redacted" as const, data: "RW13" },
};

const looseEnds: Summary = {
  finish: "tool-calls",
  usage: { ...PLAIN, inputTokens: 3, outputTokens: 2 },
  blocks: [
    redacted,
    { kind: "text", text: "Ok" },
    { kind: "tool-call", id: "t", name: "now", arguments: {} },
  ],
};

const cited: Summary = {
  finish: "stop",
  usage: { ...PLAIN, inputTokens: 9, outputTokens: 5 },
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

upstreamContract("Bedrock Converse", bedrockConverse, {
  streams: [
    { name: "thinking and calls", sse: streams.THINKING_AND_CALLS, says: thinkingAndCalls },
    { name: "loose ends", sse: streams.LOOSE_ENDS, says: looseEnds },
    { name: "words with sources", sse: CONVERSE.sse, says: cited },
    {
      name: "a stop sequence",
      sse: streams.STOP_SEQUENCE,
      says: {
        finish: "stop",
        stopSequence: "###",
        usage: { ...PLAIN, inputTokens: 1, outputTokens: 1 },
        blocks: [{ kind: "text", text: "a" }],
      },
    },
  ],
  errors: [
    {
      name: "throttled",
      sse: streams.THROTTLED,
      failure: {
        category: "rate-limit",
        status: 0,
        message: "Too many tokens, please wait before trying again.",
      },
    },
    {
      name: "the model broke",
      sse: streams.MODEL_BROKE,
      failure: { category: "server-error", status: 0, message: "The model stopped." },
    },
  ],
  answers: [
    { name: "thinking and calls", body: streams.WHOLE, says: thinkingAndCalls },
    { name: "words with sources", body: CONVERSE.body, says: cited },
    {
      name: "words that could have sources",
      body: streams.CITED,
      says: {
        finish: "stop",
        usage: { ...PLAIN, inputTokens: 3, outputTokens: 2 },
        blocks: [redacted, { kind: "text", text: "Found it" }],
      },
    },
  ],
  failures: [
    {
      name: "throttled",
      status: 429,
      headers: { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/" },
      body: '{"message":"Too many requests, please wait before trying again."}',
      failure: { category: "rate-limit" },
    },
    {
      name: "a full context",
      status: 400,
      headers: { "x-amzn-errortype": "ValidationException" },
      body: '{"message":"Input is too long for requested model."}',
      failure: { category: "context-length", message: "Input is too long for requested model." },
    },
    {
      name: "a crashed model",
      status: 424,
      headers: { "x-amzn-errortype": "ModelErrorException" },
      body: '{"message":"The model crashed"}',
      failure: { category: "server-error" },
    },
    {
      name: "a model without access",
      status: 403,
      headers: { "x-amzn-errortype": "AccessDeniedException" },
      body: '{"message":"You don\'t have access to the model with the specified model ID."}',
      failure: { category: "permission" },
    },
  ],
});
