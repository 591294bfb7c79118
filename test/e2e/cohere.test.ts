import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { PIXEL } from "./upstream-client.ts";
import { entry, startWorld, type World } from "./world.ts";

// Cohere in its own grammar, behind the SDKs of others.

const PRICE = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };

function models({ url }: Upstream): object[] {
  const named = (name: string, model: string): object =>
    entry(name, {
      model: `cohere/${model}`,
      api_base: `${url}/cohere`,
      api_key: otherKey("cohere"),
      ...PRICE,
    });
  return [
    named("command", "command-a-03-2025"),
    named("thinker", "command-a-reasoning-08-2025"),
    named("seer", "command-a-vision-07-2025"),
  ];
}

let world: World;
let openai: OpenAI;
let anthropic: Anthropic;
let key: string;

beforeAll(async () => {
  world = await startWorld({ models, settings: { router_settings: { num_retries: 0 } } });
  key = await world.gateway.createKey();
  openai = world.openai(key);
  anthropic = world.anthropic(key);
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const HELLO = [{ role: "user" as const, content: "Hello" }];

describe.each([false, true])("an answer of Cohere's (stream: %s)", (stream) => {
  const ask = (body: Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "stream">) =>
    stream
      ? openai.chat.completions.stream(body).finalChatCompletion()
      : openai.chat.completions.create(body);

  test("is charged what Cohere bills, and not what it counts with its own instructions", async () => {
    const own = await world.gateway.createKey();
    const body = { model: "command", messages: HELLO, stream_options: undefined };
    const client = world.openai(own);
    if (stream) await client.chat.completions.stream(body).finalChatCompletion();
    else await client.chat.completions.create(body);
    const [row] = await world.rows(own, 1);
    expect(row).toMatchObject({ usage_source: "reported", ending: "finished" });
    expect(row?.input_tokens).toBeLessThan(100);
    expect(row?.cost_nano_usd).toBe(
      (row?.input_tokens ?? 0) * 1_000 + (row?.output_tokens ?? 0) * 2_000,
    );
  });

  test("keeps to a schema", async () => {
    const schema = {
      type: "object",
      properties: { city: { type: "string" }, age: { type: "integer" } },
      required: ["city", "age"],
      additionalProperties: false,
    };
    const { choices } = await ask({
      model: "command",
      messages: HELLO,
      response_format: { type: "json_schema", json_schema: { name: "place", schema } },
    });
    const said: unknown = JSON.parse(choices[0]?.message.content ?? "");
    expect(said).toEqual({ city: "text", age: 1 });
  });

  test("ends where a limit or a sequence says", async () => {
    const long = { model: "command", messages: [{ role: "user" as const, content: "tokens:50" }] };
    const limited = await ask({ ...long, max_tokens: 5 });
    expect(limited.choices[0]?.finish_reason).toBe("length");
    const stopped = await ask({ ...long, stop: ["w3"] });
    expect(stopped.choices[0]?.finish_reason).toBe("stop");
    expect(stopped.choices[0]?.message.content).toBe("w0 w1 w2 ");
  });

  test("has its thoughts apart, and gets them back", async () => {
    const body: Anthropic.MessageCreateParamsNonStreaming = {
      model: "thinker",
      max_tokens: 2_000,
      thinking: { type: "enabled", budget_tokens: 1_024 },
      messages: HELLO,
    };
    const first = stream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body);
    expect(first.content).toMatchObject([
      { type: "thinking", thinking: "The request is plain, so I answer it directly." },
      { type: "text", text: "You said: Hello" },
    ]);
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({
      thinking: { type: "enabled", token_budget: 1_024 },
    });
    const messages = [
      ...HELLO,
      { role: "assistant" as const, content: first.content },
      { role: "user" as const, content: "Again" },
    ];
    await anthropic.messages.create({ ...body, messages });
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({
      messages: [{}, { content: [{ type: "thinking" }, { type: "text" }] }, {}],
    });
  });

  test("sees pictures where the model has eyes", async () => {
    const url = `data:image/png;base64,${PIXEL}`;
    const content = [
      { type: "text" as const, text: "Look" },
      { type: "image_url" as const, image_url: { url } },
    ];
    const { choices } = await ask({ model: "seer", messages: [{ role: "user", content }] });
    expect(choices[0]?.message.content).toContain("image:image/png");
  });

  test("announces its calls in words, and each of several is called", async () => {
    const tool = (name: string): OpenAI.ChatCompletionTool => ({
      type: "function",
      function: { name, parameters: { type: "object", properties: { a: { type: "number" } } } },
    });
    const { choices } = await ask({
      model: "command",
      tools: [tool("one"), tool("two")],
      messages: [{ role: "user", content: 'call:one {"a":1}\ncall:two' }],
    });
    const message = choices[0]?.message;
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(message?.content).toBe("Calling one, two.");
    expect(message?.tool_calls).toMatchObject([
      { function: { name: "one", arguments: '{"a":1}' } },
      { function: { name: "two", arguments: "{}" } },
    ]);
  });
});

test("a tool that is chosen by name is called", async () => {
  const tool = (name: string): OpenAI.ChatCompletionTool => ({
    type: "function",
    function: { name, parameters: { type: "object", properties: {} } },
  });
  const { choices } = await openai.chat.completions.create({
    model: "command",
    tools: [tool("one"), tool("two")],
    tool_choice: { type: "function", function: { name: "two" } },
    messages: HELLO,
  });
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { name: "two" } }]);
});

test("what it has no word for is refused by name, before it is asked", async () => {
  for (const [param, extra] of [
    ["n", { n: 2 }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["modalities", { modalities: ["text", "audio"] as ("text" | "audio")[] }],
  ] as const) {
    const asked = openai.chat.completions.create({ model: "command", messages: HELLO, ...extra });
    await expect(asked).rejects.toMatchObject({ status: 400, param });
  }
  expect(world.upstream.requests).toEqual([]);
});
