import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, stepCountIs, streamText, tool, type LanguageModel } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Vercel's AI SDK, through each of its providers that speaks a grammar of ours. */
let world: World;
let languages: Record<string, (model: string) => LanguageModel>;

beforeAll(async () => {
  world = await startWorld();
  const apiKey = await world.gateway.createKey();
  const { url } = world.gateway;
  const openai = createOpenAI({ apiKey, baseURL: `${url}/v1` });
  const anthropic = createAnthropic({ apiKey, baseURL: `${url}/v1` });
  const google = createGoogleGenerativeAI({ apiKey, baseURL: `${url}/v1beta` });
  const compatible = createOpenAICompatible({ apiKey, baseURL: `${url}/v1`, name: "sekisho" });
  languages = {
    "openai (Responses)": (model) => openai(model),
    "openai (chat)": (model) => openai.chat(model),
    anthropic: (model) => anthropic(model),
    google: (model) => google(model),
    "openai-compatible": (model) => compatible(model),
  };
});
afterAll(() => world.stop());

const LANGUAGES = [
  "openai (Responses)",
  "openai (chat)",
  "anthropic",
  "google",
  "openai-compatible",
];

const MODELS = [
  "bedrock-claude",
  "vertex-claude",
  "gemini-3",
  "azure-gpt",
  "openai-gpt",
  "bedrock-nova",
  "demo",
];

const PAIRS = LANGUAGES.flatMap((language) => MODELS.map((model) => [language, model] as const));

function modelOf(language: string, model: string): LanguageModel {
  const create = languages[language];
  if (create === undefined) throw new Error(`no provider ${language}`);
  return create(model);
}

const HELLO = { prompt: "Hello there", maxOutputTokens: 300, maxRetries: 0 };

/** Nothing is kept between calls, so the Responses model has to send its own items again. */
const KEEPS_NOTHING = { openai: { store: false } };

/** Asks for the tool, is given its result by the SDK itself, and says what it was. */
const WITH_TOOLS = {
  prompt: 'Please call:get_weather {"city":"Kyoto"}',
  maxOutputTokens: 300,
  maxRetries: 0,
  stopWhen: stepCountIs(2),
  tools: {
    get_weather: tool({
      description: "The weather of a city",
      inputSchema: jsonSchema<{ city: string }>({
        type: "object",
        properties: { city: { type: "string" } },
        required: ["city"],
        additionalProperties: false,
      }),
      execute: ({ city }) => `sunny in ${city}`,
    }),
  },
};

describe.each(PAIRS)("@ai-sdk/%s on %s", (language, name) => {
  test("gets a whole answer with usage", async () => {
    const answer = await generateText({ model: modelOf(language, name), ...HELLO });
    expect(answer.text).toMatch(/\w/);
    expect(answer.finishReason).toBe("stop");
    expect(answer.usage.inputTokens).toBeGreaterThan(0);
    expect(answer.usage.outputTokens).toBeGreaterThan(0);
  });

  test("streams the same text", async () => {
    const model = modelOf(language, name);
    const whole = await generateText({ model, ...HELLO });
    const errors: unknown[] = [];
    const stream = streamText({ model, ...HELLO, onError: ({ error }) => void errors.push(error) });
    expect(await stream.text).toBe(whole.text);
    expect(await stream.finishReason).toBe("stop");
    expect(errors).toEqual([]);
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const body = {
      model: modelOf(language, name),
      ...WITH_TOOLS,
      providerOptions: KEEPS_NOTHING,
    };
    const text = stream ? await streamText(body).text : (await generateText(body)).text;
    expect(text).toContain("sunny in Kyoto");
  });
});

test("a Responses model that refers to kept items is told to send them", async () => {
  const model = modelOf("openai (Responses)", "bedrock-claude");
  await expect(generateText({ model, ...WITH_TOOLS })).rejects.toThrow("send the item itself");
});
