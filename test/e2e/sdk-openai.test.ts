import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, startWorld, type World } from "./world.ts";

let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld();
  client = world.openai(await world.gateway.createKey());
});
afterAll(() => world.stop());

const TOOL: OpenAI.Chat.Completions.ChatCompletionTool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};

const ASKS_FOR_TOOL = 'Please call:get_weather {"city":"Tōkyō"}';

describe.each(ALL_MODELS)("openai SDK on %s", (model) => {
  test("gets a whole answer with usage and cost", async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages: [{ role: "user", content: "Hello there" }], max_tokens: 200 })
      .withResponse();
    expect(data.object).toBe("chat.completion");
    expect(data.choices[0]?.message.content).toMatch(/\w/);
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage?.prompt_tokens).toBeGreaterThan(0);
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    );
    expect(Number(response.headers.get("x-litellm-response-cost"))).toBeGreaterThan(0);
    expect(response.headers.get("x-litellm-call-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("x-litellm-model-id")).toBeTruthy();
  });

  test("streams the same text it answers whole", async () => {
    const question = { role: "user" as const, content: "Say the same thing twice" };
    const whole = await client.chat.completions.create({ model, messages: [question] });
    const stream = client.chat.completions.stream({
      model,
      messages: [question],
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(streamed.usage?.completion_tokens).toBe(whole.usage?.completion_tokens);
  });

  test("shows no usage chunk to a caller who did not ask for one", async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    for await (const chunk of stream) {
      expect(chunk.usage ?? null).toBeNull();
      // Azure itself opens with a chunk of filter results and no choices.
      if (!("prompt_filter_results" in chunk)) expect(chunk.choices.length).toBeGreaterThan(0);
    }
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
      { role: "system", content: "You are helpful." },
      { role: "user", content: ASKS_FOR_TOOL },
    ];
    const first = await ask({ model, messages, tools: [TOOL] }, stream);
    const [call] = first.choices[0]?.message.tool_calls ?? [];
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    if (call?.type !== "function") throw new Error("the model did not call the tool");
    expect(call.function.name).toBe("get_weather");
    expect(JSON.parse(call.function.arguments)).toEqual({ city: "Tōkyō" });

    // The streaming helper adds a `parsed` field to its message, which the API does not know.
    const { parsed: _, ...said } = { parsed: null, ...first.choices[0]?.message };
    messages.push({ ...said, role: "assistant" });
    messages.push({ role: "tool", tool_call_id: call.id, content: "sunny, 21 degrees" });
    const second = await ask({ model, messages, tools: [TOOL] }, stream);
    expect(second.choices[0]?.message.content).toContain("sunny, 21 degrees");
    expect(second.choices[0]?.finish_reason).toBe("stop");
  });
});

describe.each(ALL_MODELS.filter((model) => model !== "demo" && model !== "compatible"))(
  "openai SDK on %s",
  (model) => {
    test("shows the model an image", async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
            ],
          },
        ],
      });
      expect(answer.choices[0]?.message.content).toContain("image:image/png:");
    });
  },
);

async function ask(
  body: Omit<OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming, "stream">,
  stream: boolean,
): Promise<OpenAI.Chat.Completions.ChatCompletion> {
  return stream
    ? await client.chat.completions.stream(body).finalChatCompletion()
    : await client.chat.completions.create(body);
}
