import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import { entry, startWorld, type World } from "./world.ts";

// Tools of two forms that only OpenAI's Chat Completions has: the functions of 2023, and tools that
// take free text. Callers who declare them are told of calls in the same form, whoever answers.

let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => [
      entry("cohere", {
        model: "cohere/command-a-03-2025",
        api_base: `${url}/cohere`,
        api_key: otherKey("cohere"),
        input_cost_per_token: 1e-6,
        output_cost_per_token: 1e-6,
      }),
      entry("responses-gpt", {
        model: "openai/responses/gpt-4.1",
        api_base: `${url}/openai/v1`,
        api_key: credentials.openaiApiKey,
      }),
    ],
  });
  client = world.openai(await world.gateway.createKey());
});
afterAll(() => world.stop());

const ELSEWHERE = [
  "anthropic-claude",
  "bedrock-claude",
  "converse-claude",
  "vertex-claude",
  "bedrock-nova",
  "bedrock-llama",
  "gemini-2",
  "gemini-3",
  "responses-gpt",
  "cohere",
];

type Message = OpenAI.ChatCompletionMessage;
interface Said {
  message: Message;
  finish: string | null | undefined;
}

/** One choice, put together from its chunks by hand: the SDK's own helper knows neither form. */
async function ask(
  body: OpenAI.ChatCompletionCreateParamsNonStreaming,
  stream: boolean,
): Promise<Said> {
  if (!stream) {
    const { choices } = await client.chat.completions.create(body);
    const [choice] = choices;
    if (choice === undefined) throw new Error("there is no answer");
    return { message: choice.message, finish: choice.finish_reason };
  }
  const said: Record<string, unknown> = {};
  let finish: string | null | undefined;
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
    const [choice] = chunk.choices;
    merge(said, { ...choice?.delta });
    finish = choice?.finish_reason ?? finish;
  }
  return { message: said as unknown as Message, finish };
}

/** Text grows, objects are merged, and lists go by the index of their items. */
function merge(into: Record<string, unknown>, delta: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(delta)) {
    const before = into[name];
    if (Array.isArray(value)) {
      const list = (into[name] ??= []) as Record<string, unknown>[];
      for (const item of value as Record<string, unknown>[])
        merge((list[Number(item["index"])] ??= {}), item);
    } else if (typeof value === "object" && value !== null) {
      merge((into[name] ??= {}) as Record<string, unknown>, value as Record<string, unknown>);
    } else if (typeof before === "string" && typeof value === "string" && name !== "type") {
      into[name] = before + value;
    } else into[name] = value;
  }
}

const CITY = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

describe.each(ELSEWHERE)("on %s", (model) => {
  test.each([false, true])("functions are called the way of 2023 (stream: %s)", async (stream) => {
    const functions = [{ name: "get_weather", parameters: CITY }];
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      // Two calls of one name, so that their ids have to be told apart.
      { role: "user", content: "first" },
      {
        role: "assistant",
        content: null,
        function_call: { name: "get_weather", arguments: '{"city":"Oslo"}' },
      },
      { role: "function", name: "get_weather", content: "rain" },
      { role: "user", content: 'Please call:get_weather {"city":"Kyoto"}' },
    ];
    const first = await ask({ model, messages, functions }, stream);
    expect(first.finish).toBe("function_call");
    expect(first.message.tool_calls).toBeUndefined();
    const call = first.message.function_call;
    expect(call?.name).toBe("get_weather");
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ city: "Kyoto" });
    messages.push({ role: "assistant", content: null, function_call: call });
    messages.push({ role: "function", name: "get_weather", content: "sunny" });
    const second = await ask({ model, messages, functions }, stream);
    expect(second.finish).toBe("stop");
    expect(second.message.content).toContain("sunny");
  });

  test.each([false, true])("free text stays free text (stream: %s)", async (stream) => {
    const tools: OpenAI.ChatCompletionTool[] = [
      {
        type: "custom",
        custom: {
          name: "run_code",
          description: "Runs code.",
          format: {
            type: "grammar",
            grammar: { syntax: "regex", definition: "^print.*$" },
          },
        },
      },
      { type: "function", function: { name: "look", parameters: CITY } },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      {
        role: "user",
        content: 'call:run_code {"input":"print(\\"hi\\")\\n"}\ncall:look {"city":"Oslo"}',
      },
    ];
    const { message, finish } = await ask({ model, messages, tools }, stream);
    expect(finish).toBe("tool_calls");
    const [code, look] = message.tool_calls ?? [];
    expect(code).toMatchObject({
      type: "custom",
      custom: { name: "run_code", input: 'print("hi")\n' },
    });
    expect(code).not.toHaveProperty("function");
    expect(look).toMatchObject({ type: "function", function: { name: "look" } });
    expect(JSON.stringify(world.upstream.requests.at(-1)?.body)).toContain("^print.*$");
    const calls = (message.tool_calls ?? []).map((call) => {
      const { index: _, ...rest } = { index: 0, ...call };
      return rest;
    });
    messages.push({ role: "assistant", content: null, tool_calls: calls });
    for (const { id } of calls) messages.push({ role: "tool", tool_call_id: id, content: "done" });
    const second = await ask({ model, messages, tools }, stream);
    expect(second.message.content).toContain("done");
  });
});
