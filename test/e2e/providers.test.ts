import type Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { entry, startWorld, type World } from "./world.ts";

/** A model of each vendor, under the vendor's own word. */
const VENDORS = [
  ["mistral", "mistral/mistral-large-latest", "mistral"],
  ["groq", "groq/llama-3.3-70b-versatile", "groq/openai/v1"],
  ["together_ai", "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", "together/v1"],
  ["fireworks_ai", "fireworks_ai/llama-v3p3-70b-instruct", "fireworks/inference/v1"],
  ["perplexity", "perplexity/sonar-pro", "perplexity"],
  ["deepseek", "deepseek/deepseek-v4-chat", "deepseek"],
  ["deepseek-r1", "deepseek/deepseek-reasoner", "deepseek"],
  ["xai", "xai/grok-4", "xai/v1"],
  ["openrouter", "openrouter/meta-llama/llama-3.3-70b", "openrouter/api/v1"],
  ["cloudflare", "cloudflare/@cf/meta/llama-3.1-8b", "cloudflare/client/v4/accounts/standin/ai/v1"],
  ["ollama", "ollama/llama3.2", "ollama"],
  ["ollama_chat", "ollama_chat/llama3.2", "ollama/v1/"],
  ["huggingface", "huggingface/tgi", "huggingface"],
  ["nvidia_nim", "nvidia_nim/meta/llama-3.3-70b-instruct", "nvidia/v1"],
  ["cohere", "cohere/command-a-03-2025", "cohere"],
  ["cohere_chat", "cohere_chat/command-r-plus", "cohere/v2"],
] as const;

const NAMES = VENDORS.map(([name]) => name);
/** Perplexity's stand-in lets nobody but user and assistant speak. */
const WITH_TOOLS = NAMES.filter((name) => name !== "perplexity");

const PRICE = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };

function models({ url }: Upstream): object[] {
  return VENDORS.map(([name, model, path]) => {
    const vendor = path.split("/")[0] ?? "";
    const key = vendor === "ollama" ? {} : { api_key: otherKey(vendor) };
    return entry(name, { model, api_base: `${url}/${path}`, ...key, ...PRICE });
  });
}

let world: World;
let client: OpenAI;
let claude: Anthropic;
let key: string;

beforeAll(async () => {
  world = await startWorld({ models, settings: { router_settings: { num_retries: 0 } } });
  key = await world.gateway.createKey();
  client = world.openai(key);
  claude = world.anthropic(key);
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const HELLO = [{ role: "user" as const, content: "Hello there" }];

/** What most vendors are passed as it came, and complain about. */
const ROBOT = { role: "robot", content: "x" } as unknown as OpenAI.ChatCompletionMessageParam;
/** What is understood, translated, and then refused by a model without eyes. */
const PICTURE: OpenAI.ChatCompletionMessageParam = {
  role: "user",
  content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }],
};

const TOOL = {
  name: "get_weather",
  description: "The weather of a city",
  schema: {
    type: "object" as const,
    properties: { city: { type: "string" } },
    required: ["city"],
  },
};
const ASKS = 'Please call:get_weather {"city":"Kyoto"}';

describe.each(NAMES)("openai SDK on %s", (model) => {
  test("gets a whole answer whose tokens are counted and charged", async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages: HELLO })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe("You said: Hello there");
    expect(data.choices[0]?.finish_reason).toBe("stop");
    const usage = data.usage ?? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    // xAI counts its thoughts beside the completion.
    const written = usage.total_tokens - usage.prompt_tokens;
    expect(usage.prompt_tokens).toBeGreaterThan(0);
    expect(Number(response.headers.get("x-litellm-response-cost"))).toBeCloseTo(
      usage.prompt_tokens * 1e-6 + written * 2e-6,
      9,
    );
  });

  test("streams the same, and the stream is charged by the vendor's own count", async () => {
    const own = await world.gateway.createKey();
    const stream = world.openai(own).chat.completions.stream({
      model,
      messages: HELLO,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]?.message.content).toBe("You said: Hello there");
    const [row] = await world.rows(own, 1);
    expect(row).toMatchObject({ status: "success", ending: "finished", usage_source: "reported" });
    expect(row?.input_tokens).toBe(streamed.usage?.prompt_tokens);
    expect(row?.cost_nano_usd).toBe(
      (row?.input_tokens ?? 0) * 1_000 + (row?.output_tokens ?? 0) * 2_000,
    );
  });

  test("may send everything OpenAI knows, and is told what was left out", async () => {
    const { data, response } = await client.chat.completions
      .create({
        model,
        messages: [{ role: "developer", content: "Be brief." }, ...HELLO],
        max_completion_tokens: 100,
        store: true,
        metadata: { a: "b" },
        service_tier: "default",
        prompt_cache_key: "k",
        safety_identifier: "s",
        verbosity: "low",
        user: "somebody",
        tools: [],
        n: 1,
      })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe("You said: Hello there");
    const [asked] = world.upstream.requests;
    expect(asked?.refusal).toBeUndefined();
    if (model !== "openrouter" && !model.startsWith("ollama"))
      expect(response.headers.get("x-sekisho-dropped-params")).toContain("verbosity");
  });

  test("reads what the vendor says about a wrong request", async () => {
    world.upstream.script({ vendor: "others" }, [{ throttle: { retryAfterSeconds: 7 } }]);
    const limited = await thrown(client.chat.completions.create({ model, messages: HELLO }));
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("7");
    const broken = model.startsWith("cohere") ? PICTURE : ROBOT;
    const refused = await thrown(client.chat.completions.create({ model, messages: [broken] }));
    expect(refused.status).toBe(400);
    expect(world.upstream.requests.at(-1)?.refusal).toBeTruthy();
    // Whatever shape the complaint came in, its words arrive.
    expect(refused.message).toContain(world.upstream.requests.at(-1)?.refusal?.slice(0, 40));
  });

  test("never takes a stream that breaks in the middle for an answer", async () => {
    world.upstream.script({ vendor: "others" }, [{ errorAt: { chunk: 2, message: "it broke" } }]);
    const read = async (): Promise<string[]> => {
      const reasons: string[] = [];
      const stream = await client.chat.completions.create({ model, messages: HELLO, stream: true });
      for await (const chunk of stream) {
        const reason = chunk.choices[0]?.finish_reason;
        if (reason) reasons.push(reason);
      }
      return reasons;
    };
    const outcome = await read().catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
  });
});

describe.each(WITH_TOOLS)("tools on %s", (model) => {
  test.each([false, true])("make a round trip with the openai SDK (stream: %s)", async (stream) => {
    const tools = [
      {
        type: "function" as const,
        function: { name: TOOL.name, description: TOOL.description, parameters: TOOL.schema },
      },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: ASKS }];
    const ask = async (): Promise<OpenAI.ChatCompletion> =>
      stream
        ? client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
        : client.chat.completions.create({ model, messages, tools });
    const first = await ask();
    const [call] = first.choices[0]?.message.tool_calls ?? [];
    if (call?.type !== "function") throw new Error("the model did not call the tool");
    expect(JSON.parse(call.function.arguments)).toEqual({ city: "Kyoto" });
    const { parsed: _, ...said } = { parsed: null, ...first.choices[0]?.message };
    messages.push({ ...said, role: "assistant" });
    messages.push({ role: "tool", tool_call_id: call.id, content: "sunny" });
    expect((await ask()).choices[0]?.message.content).toContain("sunny");
  });

  test("keep ids of other vendors apart and together", async () => {
    const id = "toolu_01ABCDEFGHIJKLMNOPQRSTUV";
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: "user", content: ASKS },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id, type: "function", function: { name: "get_weather", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: id, content: "rain" },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain("rain");
  });

  test.each([false, true])(
    "make a round trip with the Anthropic SDK (stream: %s)",
    async (stream) => {
      const messages: Anthropic.MessageParam[] = [{ role: "user", content: ASKS }];
      const tools = [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.schema }];
      const ask = async (): Promise<Anthropic.Message> => {
        const body = { model, max_tokens: 500, messages, tools };
        return stream ? claude.messages.stream(body).finalMessage() : claude.messages.create(body);
      };
      const first = await ask();
      expect(first.stop_reason).toBe("tool_use");
      const call = first.content.find((block) => block.type === "tool_use");
      expect(call?.input).toEqual({ city: "Kyoto" });
      messages.push({ role: "assistant", content: first.content });
      messages.push({
        role: "user",
        content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "sunny" }],
      });
      const second = await ask();
      expect(JSON.stringify(second.content)).toContain("sunny");
      expect(second.usage.output_tokens).toBeGreaterThan(0);
    },
  );
});

describe("what a vendor cannot do", () => {
  test.each([
    ["groq", { n: 2 }, "n"],
    ["groq", { logprobs: true }, "logprobs"],
    ["mistral", { logprobs: true }, "logprobs"],
    ["deepseek", { n: 3 }, "n"],
    ["cohere", { logprobs: true }, "logprobs"],
  ] as const)(
    "is refused on %s by name, before anybody is asked: %j",
    async (model, extra, param) => {
      const error = await thrown(
        client.chat.completions.create({ model, messages: HELLO, ...extra }),
      );
      expect(error).toMatchObject({ status: 400, param });
      expect(world.upstream.requests).toEqual([]);
    },
  );

  test("Perplexity hears neighbours of one role as one, and late instructions from the user", async () => {
    const answer = await client.chat.completions.create({
      model: "perplexity",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One" },
        { role: "user", content: "Two" },
        { role: "system", content: "Three" },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe("You said: One Two Three");
  });

  test("Mistral's own word for a full context is OpenAI's", async () => {
    const answer = await client.chat.completions.create({
      model: "mistral",
      max_tokens: 5,
      messages: [{ role: "user", content: "tokens:50" }],
    });
    expect(answer.choices[0]?.finish_reason).toBe("length");
  });
});

type ApiError = InstanceType<typeof OpenAI.APIError<number, Headers>>;

async function thrown(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (isApiError(error)) return error;
    throw error;
  }
  throw new Error("the call was answered");
}

function isApiError(error: unknown): error is ApiError {
  return error instanceof OpenAI.APIError;
}
