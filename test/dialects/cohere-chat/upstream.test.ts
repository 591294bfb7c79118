import { describe, expect, it } from "vitest";
import type { FinishReason } from "../../../src/core/chat.ts";
import { cohereChat } from "../../../src/dialects/cohere-chat/index.ts";
import * as answers from "../../fixtures/cohere-chat/answers.ts";
import { summaryOf } from "../summary.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

const PLAIN = {
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
};
/** What is billed, and not what was counted with the vendor's own instructions. */
const billed = { ...PLAIN, inputTokens: 119, outputTokens: 44 };

const planAndCalls: Summary = {
  finish: "tool-calls",
  usage: billed,
  blocks: [
    { kind: "text", text: "I will look in 東京 🗼." },
    {
      kind: "tool-call",
      id: "weather_e8p4pn45zt0t",
      name: "weather",
      arguments: { city: "Tokyo" },
    },
    { kind: "tool-call", id: "now_pyxssbwnq9fq", name: "now", arguments: {} },
  ],
};

const thoughts: Summary = {
  finish: "length",
  // Nothing says what was billed, so the other count stands.
  usage: { ...PLAIN, inputTokens: 40, cacheReadTokens: 32, outputTokens: 9 },
  blocks: [
    { kind: "reasoning", text: "The user adds." },
    { kind: "text", text: "It is 4" },
  ],
};

const cited: Summary = {
  finish: "stop",
  usage: billed,
  blocks: [
    {
      kind: "text",
      text: "🗼 stands in Tōkyō, and is red.",
      citations: [
        {
          span: { start: 0, end: 18 },
          quote: "The 🗼 is in Tōkyō.",
          title: "Towers",
          source: { kind: "document", index: 1, unit: "character", start: 0, end: 18 },
        },
        {
          span: { start: 0, end: 18 },
          quote: "a\n\nb\n\nc",
          source: {
            kind: "search-result",
            index: 0,
            foundAt: "https://example.com/t",
            start: 0,
            end: 3,
          },
        },
        {
          quote: "a\n\nb",
          source: { kind: "document", index: 0, unit: "piece", start: 0, end: 2 },
        },
      ],
    },
  ],
};

upstreamContract("Cohere Chat", cohereChat, {
  streams: [
    { name: "a plan and calls", sse: answers.PLAN_AND_CALLS, says: planAndCalls },
    { name: "thoughts", sse: answers.THOUGHTS, says: thoughts },
    { name: "words with sources", sse: answers.CITED, says: cited },
  ],
  errors: [
    {
      name: "a breakdown",
      sse: answers.sse([answers.START, answers.end("ERROR", { error: "the model fell over" })]),
      failure: { category: "server-error", status: 0, message: "the model fell over" },
    },
    {
      name: "too slow",
      sse: answers.sse([answers.START, answers.end("TIMEOUT", {})]),
      failure: { category: "timeout" },
    },
    {
      name: "an error's own event",
      sse: answers.sse([answers.START, { type: "error", message: "the engine broke down" }]),
      failure: { category: "server-error", message: "the engine broke down" },
    },
    {
      name: "an error of no type",
      sse: 'data: {"message":"too many requests","status":429}\n\n',
      failure: { category: "rate-limit", message: "too many requests" },
    },
  ],
  answers: [
    { name: "a plan and calls", body: answers.PLAN_AND_CALLS_WHOLE, says: planAndCalls },
    { name: "thoughts", body: answers.THOUGHTS_WHOLE, says: thoughts },
    { name: "words with sources", body: answers.CITED_WHOLE, says: cited },
    {
      name: "words that are no list",
      body: { id: "1", message: { role: "assistant", content: "Hi" }, finish_reason: "COMPLETE" },
      says: { finish: "stop", blocks: [{ kind: "text", text: "Hi" }] },
    },
  ],
  failures: [
    {
      name: "our key",
      status: 401,
      body: '{"id":"1","message":"invalid api token"}',
      failure: { category: "credential", message: "invalid api token" },
    },
    {
      name: "a member nobody knows",
      status: 422,
      body: '{"message":"unknown field: parameter \'user\' is not a valid field."}',
      failure: { category: "invalid-request" },
    },
    {
      name: "a full context",
      status: 400,
      body: '{"message":"too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."}',
      failure: { category: "context-length" },
    },
    {
      name: "a rate limit",
      status: 429,
      body: '{"message":"too many requests"}',
      failure: { category: "rate-limit" },
    },
    {
      name: "a trial that is used up",
      status: 429,
      body: '{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}',
      failure: { category: "quota" },
    },
    {
      name: "an account at its limit",
      status: 402,
      body: '{"message":"Please add or update your payment method to continue"}',
      failure: { category: "quota" },
    },
    {
      name: "a word that is forbidden",
      status: 498,
      body: '{"message":"your request resulted in an invalid generation"}',
      failure: { category: "content-policy" },
    },
    {
      name: "a cancelled request",
      status: 499,
      body: '{"message":"request cancelled"}',
      failure: { category: "server-error" },
    },
    {
      name: "a model nobody has",
      status: 404,
      body: '{"message":"model \'x\' not found, make sure the correct model ID was used"}',
      failure: { category: "not-found" },
    },
  ],
});

describe("Cohere's reasons to stop", () => {
  const REASONS: [string, FinishReason][] = [
    ["COMPLETE", "stop"],
    ["STOP_SEQUENCE", "stop"],
    ["MAX_TOKENS", "length"],
    ["TOOL_CALL", "tool-calls"],
    ["ERROR_TOXIC", "content-filter"],
    ["ERROR_LIMIT", "context-full"],
    ["OF_TOMORROW", "stop"],
  ];

  it.each(REASONS)("%s is %s", (finish_reason, finish) => {
    const message = { role: "assistant", content: [{ type: "text", text: "a" }] };
    expect(summaryOf(cohereChat.readAnswer({ id: "1", message, finish_reason })).finish).toBe(
      finish,
    );
  });

  it("whoever made a call waits for its result, whatever the reason", () => {
    const call = { id: "c", type: "function", function: { name: "look", arguments: "{}" } };
    const body = { message: { tool_calls: [call] }, finish_reason: "COMPLETE" };
    expect(summaryOf(cohereChat.readAnswer(body)).finish).toBe("tool-calls");
  });

  it("a whole answer that broke off is an error", () => {
    const body = { message: { content: [] }, finish_reason: "ERROR" };
    expect(cohereChat.readAnswer(body).at(-1)).toMatchObject({
      type: "error",
      failure: { category: "server-error" },
    });
  });
});

describe("Cohere's citations in a stream", () => {
  it("are taken in the middle of the words as well, and those of a plan with the plan", () => {
    const source = { type: "document", id: "document:0", document: { text: "x" } };
    const cite = (start: number, end: number, type: string) => ({
      type: "citation-start",
      index: 0,
      delta: { message: { citations: [{ start, end, text: "", sources: [source], type }] } },
    });
    const [begin = {}, first = {}, second = {}, close = {}] = answers.content(0, "text", [
      "ab",
      "cd",
    ]);
    const sse = answers.sse([
      answers.START,
      { type: "tool-plan-delta", delta: { message: { tool_plan: "I look." } } },
      cite(2, 6, "PLAN"),
      begin,
      first,
      cite(0, 2, "TEXT_CONTENT"),
      second,
      close,
      answers.end("COMPLETE"),
    ]);
    const reader = cohereChat.createReader();
    const events = sse
      .split("\n\n")
      .filter((frame) => frame !== "")
      .flatMap((frame) => reader.read({ data: frame.slice(frame.indexOf("data: ") + 6) }));
    expect(summaryOf(events).blocks).toMatchObject([
      { text: "I look.", citations: [{ span: { start: 2, end: 6 } }] },
      { text: "abcd", citations: [{ span: { start: 0, end: 2 } }] },
    ]);
  });
});
