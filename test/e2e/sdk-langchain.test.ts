import { AIMessageChunk, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** LangChain as its users have it: OpenAI's chat model, pointed at the gateway. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

const MODELS = [
  "bedrock-claude",
  "vertex-claude",
  "gemini-3",
  "azure-gpt",
  "openai-gpt",
  "bedrock-nova",
  "demo",
];

const TOOL = {
  type: "function" as const,
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

function chat(model: string): ChatOpenAI {
  const configuration = { baseURL: `${world.gateway.url}/v1` };
  return new ChatOpenAI({ model, apiKey: key, configuration, maxRetries: 0 });
}

describe.each(MODELS)("LangChain's ChatOpenAI on %s", (model) => {
  test("gets a whole answer with usage", async () => {
    const answer = await chat(model).invoke("Hello there");
    expect(answer.text).toMatch(/\w/);
    expect(answer.usage_metadata?.input_tokens).toBeGreaterThan(0);
    expect(answer.usage_metadata?.output_tokens).toBeGreaterThan(0);
    expect(answer.response_metadata["finish_reason"]).toBe("stop");
  });

  test("streams the same text, with usage", async () => {
    const whole = await chat(model).invoke("Hello again");
    const streamed = await collect(await chat(model).stream("Hello again"));
    expect(streamed.text).toBe(whole.text);
    expect(streamed.usage_metadata?.output_tokens).toBe(whole.usage_metadata?.output_tokens);
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const bound = chat(model).bindTools([TOOL]);
    const question = new HumanMessage('Please call:get_weather {"city":"Kyoto"}');
    const first = stream
      ? await collect(await bound.stream([question]))
      : await bound.invoke([question]);
    const [call] = first.tool_calls ?? [];
    expect(call).toMatchObject({ name: "get_weather", args: { city: "Kyoto" } });
    const result = new ToolMessage({ tool_call_id: call?.id ?? "", content: "sunny, 21 degrees" });
    const second = await bound.invoke([question, first, result]);
    expect(second.text).toContain("sunny, 21 degrees");
  });
});

/** LangChain's own way of putting a stream together. */
async function collect(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let answer = new AIMessageChunk("");
  for await (const chunk of stream) answer = answer.concat(chunk);
  return answer;
}
