import { describe, expect, it } from "vitest";
import type { AnswerCache } from "../../src/core/answer-cache.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import { gemini, geminiArray } from "../../src/dialects/gemini/index.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import { cacheWishOf } from "../../src/pipeline/cached-answer.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { budgetOf } from "../core/ledger/samples.ts";
import { ask, cachingLine, ONE } from "./caching.ts";
import {
  admittedIn,
  ANTHROPIC,
  answers,
  CHUNKS,
  gptAt,
  newKey,
  OPENAI,
  sse,
  standingOf,
  worldWith,
} from "./world.ts";

describe("a remembered answer", () => {
  it("costs nothing and says so, and counts as a call", async () => {
    const { deps, kept, asked } = cachingLine({ a: answers.whole });
    const key = await newKey({ limits: { ...budgetOf(1_000_000_000), requestsPerMinute: 5 } });
    const first = await ask(deps, key);
    const { lifetimeNanoUsd } = (await standingOf(key)) ?? {};
    const second = await ask(deps, key);
    expect([first.cache, second.cache, second.text]).toEqual(["miss", "hit", first.text]);
    expect(asked).toEqual(["a"]);
    expect(second.headers.get("x-litellm-response-cost")).toBe("0");
    expect(second.headers.get("x-ratelimit-remaining-requests")).toBe("3");
    expect(kept.settlements[1]).toMatchObject({
      costNanoUsd: 0,
      tokens: 0,
      record: { cacheHit: true, status: "success", attempts: 0 },
    });
    expect(await standingOf(key)).toMatchObject({ heldNanoUsd: 0, lifetimeNanoUsd });
  });

  const BARE = { model: undefined, max_tokens: undefined, messages: undefined };
  const asGemini = { ...BARE, contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
  const inUrl = { model: "gpt", stream: true };
  it.each<[string, ChatRoute, object]>([
    ["OpenAI's, with counts", OPENAI, { stream: true, stream_options: { include_usage: true } }],
    ["Anthropic's", ANTHROPIC, { stream: true }],
    [
      "Google's",
      { path: "/g", callType: "agenerate_content", dialect: gemini, target: inUrl },
      asGemini,
    ],
    [
      "Google's as an array",
      { path: "/g", callType: "agenerate_content", dialect: geminiArray, target: inUrl },
      asGemini,
    ],
    [
      "Bedrock's, which is binary",
      { path: "/b", callType: "acompletion", dialect: bedrockConverse, target: inUrl },
      { ...BARE, messages: [{ role: "user", content: [{ text: "Hi" }] }] },
    ],
  ])("is streamed again byte for byte in the caller's grammar: %s", async (_, route, body) => {
    const { deps, asked } = cachingLine({ a: answers.streamed });
    const key = await newKey();
    const first = await ask(deps, key, { route, body });
    const second = await ask(deps, key, { route, body });
    expect([first.cache, second.cache, second.text]).toEqual(["miss", "hit", first.text]);
    expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(asked).toEqual(["a"]);
  });

  it("is not one that a filter ended", async () => {
    const [opening, word, , , usage, end] = CHUNKS;
    const filtered = {
      ...{ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-4.1" },
      choices: [{ index: 0, delta: {}, finish_reason: "content_filter" }],
    };
    const stream = () => sse(opening ?? "", word ?? "", filtered, usage ?? "", end ?? "");
    const { deps } = cachingLine({ a: stream });
    const key = await newKey();
    const body = { stream: true };
    await ask(deps, key, { body });
    expect((await ask(deps, key, { body })).cache).toBe("miss");
  });

  it("is not one of a model that stood in for the one that was asked", async () => {
    const config = {
      ...ONE,
      model_list: [gptAt("a"), { ...gptAt("b"), model_name: "other" }],
      router_settings: { num_retries: 0, fallbacks: [{ gpt: ["other"] }] },
    };
    const { deps, asked } = cachingLine(
      { a: [answers.failing(500), answers.whole], b: answers.whole },
      config,
    );
    const key = await newKey();
    await ask(deps, key);
    expect(asked).toEqual(["a", "b"]);
    expect((await ask(deps, key)).cache).toBe("miss");
  });

  it("is not one that was made short to fit somebody's budget", async () => {
    const { deps, kept } = cachingLine({ a: answers.whole });
    const key = await newKey({ limits: budgetOf(100_000_000) });
    const anyLength = { body: { max_tokens: undefined } };
    const first = await ask(deps, key, anyLength);
    expect(first.headers.get("x-sekisho-clamped-max-tokens")).not.toBeNull();
    expect((await ask(deps, key, anyLength)).cache).toBe("miss");
    expect(kept.settlements).toHaveLength(2);
  });

  it("is not kept when it is larger than can be stored, and reaches its caller whole", async () => {
    const content = "x".repeat(3_000_000);
    const large = () =>
      Response.json({
        id: "1",
        object: "chat.completion",
        choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    const { deps } = cachingLine({ a: large });
    const key = await newKey();
    expect((await ask(deps, key)).text).toContain(content);
    expect((await ask(deps, key)).cache).toBe("miss");
  });

  it("is no obstacle when it cannot be looked up: the call is answered and settled once", async () => {
    const answerCache = (): AnswerCache => {
      throw new Error("no such object");
    };
    const { deps, kept } = cachingLine({ a: answers.whole }, ONE, { answerCache });
    const key = await newKey();
    expect((await ask(deps, key)).cache).toBeNull();
    expect(kept.settlements).toHaveLength(1);
    expect(deps.faults).toHaveLength(1);
  });
});

describe("an answer that belongs to one person", () => {
  const RESPONSES: ChatRoute = {
    path: "/v1/responses",
    callType: "aresponses",
    dialect: openAiResponses,
    target: {},
  };

  it.each([
    ["is kept by its vendor", {}],
    ["goes on from one that is", { store: false, previous_response_id: "resp_1" }],
  ])("is not remembered: it %s", async (_, more) => {
    const deps = worldWith(ONE);
    const [call] = await admittedIn(deps, { route: RESPONSES, body: { input: "Hi", ...more } });
    expect(cacheWishOf(call, deps)).toBeUndefined();
  });

  it("is remembered when it is nobody's", async () => {
    const deps = worldWith(ONE);
    const body = { input: "Hi", store: false };
    const [call] = await admittedIn(deps, { route: RESPONSES, body });
    expect(cacheWishOf(call, deps)).toMatchObject({ reads: true, keeps: true });
    const converse = { ...OPENAI, dialect: bedrockConverse };
    expect(cacheWishOf({ ...call, route: converse, dialect: bedrockConverse }, deps)).toBeDefined();
  });
});
