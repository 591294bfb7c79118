import type { CitedSource } from "../../../src/core/chat.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import * as cited from "../../fixtures/cited-openai.ts";
import * as answers from "../../fixtures/openai-chat/answers.ts";
import * as streams from "../../fixtures/openai-chat/streams.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

const NO_CACHE = { cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };

const parallelCalls: Summary = {
  finish: "tool-calls",
  usage: {
    inputTokens: 1200,
    cacheReadTokens: 1024,
    cacheWrite5mTokens: 100,
    cacheWrite1hTokens: 0,
    outputTokens: 62,
    reasoningTokens: 20,
  },
  blocks: [
    { kind: "text", text: 'Checking 東京 🗼 "both".\n' },
    { kind: "tool-call", id: "call_9wzQ", name: "weather", arguments: { city: "Tokyo" } },
    { kind: "tool-call", id: "call_7kLm", name: "weather", arguments: { city: "Oslo" } },
  ],
};

const compatible: Summary = {
  finish: "tool-calls",
  // The thoughts were counted beside the completion.
  usage: {
    ...NO_CACHE,
    inputTokens: 12,
    cacheReadTokens: 8,
    outputTokens: 40,
    reasoningTokens: 30,
  },
  blocks: [
    { kind: "reasoning", text: "Hm, well." },
    { kind: "text", text: "Let me look." },
    { kind: "tool-call", id: "call_7f3c_0", name: "look", arguments: { at: 1 } },
  ],
};

const azureFiltered: Summary = {
  finish: "content-filter",
  usage: { ...NO_CACHE, inputTokens: 15, outputTokens: 4, reasoningTokens: 0 },
  blocks: [{ kind: "text", text: "Half a sent" }],
};

const plain = { ...NO_CACHE, inputTokens: 9, outputTokens: 5, reasoningTokens: 0 };
const page = (url: string): CitedSource => ({ kind: "web", url });

const annotated: Summary = {
  finish: "stop",
  usage: plain,
  blocks: [
    {
      kind: "text",
      text: "東京 🗼 is the capital.",
      citations: [
        {
          span: { start: 0, end: 4 },
          quote: "",
          title: "Tōkyō",
          source: page("https://example.com/a"),
        },
        { quote: "", title: "Tōkyō", source: page("https://example.com/b") },
      ],
    },
  ],
};

/** A mark that no source belongs to is a word like any other. */
const marked: Summary = {
  finish: "stop",
  usage: plain,
  blocks: [
    {
      kind: "text",
      text: "🗼 is in Tōkyō.[1][2] See [9].",
      citations: [
        {
          span: { start: 14, end: 17 },
          quote: "",
          title: "A",
          source: page("https://example.com/a"),
        },
        {
          span: { start: 17, end: 20 },
          quote: "",
          title: "B",
          source: page("https://example.com/b"),
        },
      ],
    },
  ],
};

const unmarked: Summary = {
  finish: "stop",
  usage: plain,
  blocks: [
    {
      kind: "text",
      text: "It is in Tōkyō.",
      citations: [{ quote: "", source: page("https://x.example/1") }],
    },
  ],
};

upstreamContract("OpenAI Chat", openAiChat, {
  finishIsLast: true,
  streams: [
    { name: "parallel calls", sse: streams.PARALLEL_CALLS, says: parallelCalls },
    { name: "Azure's filters", sse: streams.AZURE_FILTERED, says: azureFiltered },
    { name: "a compatible server", sse: streams.COMPATIBLE, says: compatible },
    { name: "annotated words", sse: cited.OPENAI.sse, says: annotated },
    { name: "Perplexity's marks", sse: cited.PERPLEXITY.sse, says: marked },
    { name: "xAI's sources", sse: cited.XAI.sse, says: unmarked },
  ],
  errors: [
    {
      name: "overloaded",
      sse: streams.ERROR_IN_STREAM,
      failure: {
        category: "overloaded",
        status: 0,
        message: "The server is currently overloaded. Please try again in 2.5s.",
        retryAfterMs: 2500,
      },
    },
    {
      name: "Groq's corner",
      sse: 'data: {"id":"1","choices":[],"x_groq":{"error":{"message":"slow","type":"rate_limit_exceeded"}}}\n\n',
      failure: { category: "rate-limit", message: "slow" },
    },
    {
      name: "a server that gives up",
      sse: 'data: {"id":"1","choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]}\n\n',
      failure: { category: "server-error" },
    },
  ],
  answers: [
    { name: "parallel calls", body: answers.PARALLEL_CALLS, says: parallelCalls },
    { name: "a compatible server", body: answers.COMPATIBLE, says: compatible },
    { name: "annotated words", body: cited.OPENAI.body, says: annotated },
    { name: "Perplexity's marks", body: cited.PERPLEXITY.body, says: marked },
    { name: "xAI's sources", body: cited.XAI.body, says: unmarked },
  ],
  failures: [
    {
      name: "a full context",
      status: 400,
      body: '{"error":{"message":"This model\'s maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}',
      failure: { category: "context-length", status: 400, param: "messages" },
    },
    {
      name: "a rate limit",
      status: 429,
      headers: { "retry-after-ms": "640", "retry-after": "1" },
      body: '{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
      failure: { category: "rate-limit", retryAfterMs: 640 },
    },
    {
      name: "Azure's filter",
      status: 400,
      body: '{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}',
      failure: { category: "content-policy" },
    },
    {
      name: "our key",
      status: 401,
      body: '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
      failure: { category: "credential" },
    },
  ],
});
