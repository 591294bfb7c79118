import type Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, startWorld, type World } from "./world.ts";

let world: World;
let client: Anthropic;

beforeAll(async () => {
  world = await startWorld();
  client = world.anthropic(await world.gateway.createKey());
});
afterAll(() => world.stop());

const TOOL: Anthropic.Tool = {
  name: "get_weather",
  description: "The weather of a city",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

describe.each(ALL_MODELS)("anthropic SDK on %s", (model) => {
  test("gets a whole answer with usage and cost", async () => {
    const { data, response } = await client.messages
      .create({ model, max_tokens: 300, messages: [{ role: "user", content: "Hello there" }] })
      .withResponse();
    expect(data.type).toBe("message");
    expect(textOf(data)).toMatch(/\w/);
    expect(data.stop_reason).toBe("end_turn");
    expect(data.usage.input_tokens).toBeGreaterThan(0);
    expect(data.usage.output_tokens).toBeGreaterThan(0);
    expect(Number(response.headers.get("x-litellm-response-cost"))).toBeGreaterThan(0);
  });

  test("streams the same text it answers whole", async () => {
    const body = {
      model,
      max_tokens: 300,
      messages: [{ role: "user" as const, content: "Again" }],
    };
    const whole = await client.messages.create(body);
    const streamed = await client.messages.stream(body).finalMessage();
    expect(textOf(streamed)).toBe(textOf(whole));
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(streamed.stop_reason).toBe("end_turn");
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const messages: Anthropic.MessageParam[] = [
      { role: "user", content: 'Please call:get_weather {"city":"Kyōto"}' },
    ];
    const body = { model, max_tokens: 300, system: "Be brief.", tools: [TOOL] };
    const first = await ask({ ...body, messages }, stream);
    const call = first.content.find((block) => block.type === "tool_use");
    expect(first.stop_reason).toBe("tool_use");
    if (call === undefined) throw new Error("the model did not call the tool");
    expect(call).toMatchObject({ name: "get_weather", input: { city: "Kyōto" } });

    messages.push({ role: "assistant", content: first.content });
    messages.push({
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: call.id,
          content: [{ type: "text", text: "rain, 9 degrees" }],
        },
      ],
    });
    const second = await ask({ ...body, messages }, stream);
    expect(textOf(second)).toContain("rain, 9 degrees");
  });
});

describe.each(ALL_MODELS.filter((model) => model !== "demo" && model !== "compatible"))(
  "anthropic SDK on %s",
  (model) => {
    test("shows the model an image", async () => {
      const answer = await client.messages.create({
        model,
        max_tokens: 300,
        messages: [
          {
            role: "user",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
              { type: "text", text: "What is this?" },
            ],
          },
        ],
      });
      expect(textOf(answer)).toContain("image:image/png:");
    });
  },
);

describe.each(["bedrock-claude", "vertex-claude", "anthropic-claude"])(
  "thinking on %s",
  (model) => {
    test("comes back signed, and its signature is good in the next turn", async () => {
      const adaptive = model === "vertex-claude";
      const body = {
        model,
        max_tokens: 4000,
        thinking: adaptive
          ? ({ type: "adaptive" } as const)
          : ({ type: "enabled", budget_tokens: 1024 } as const),
        tools: [TOOL],
      };
      const messages: Anthropic.MessageParam[] = [
        { role: "user", content: 'Think, then call:get_weather {"city":"Nara"}' },
      ];
      const first = await client.messages.stream({ ...body, messages }).finalMessage();
      const thought = first.content.find((block) => block.type === "thinking");
      expect(thought?.signature).toBeTruthy();
      const call = first.content.find((block) => block.type === "tool_use");
      messages.push({ role: "assistant", content: first.content });
      messages.push({
        role: "user",
        content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "fog" }],
      });
      const second = await client.messages.stream({ ...body, messages }).finalMessage();
      expect(textOf(second)).toContain("fog");
    });
  },
);

describe.each(["bedrock-claude", "vertex-claude", "anthropic-claude"])("caching on %s", (model) => {
  test("charges the write first and the read after", async () => {
    const system: Anthropic.TextBlockParam[] = [
      {
        type: "text",
        text: `${model} `.repeat(2_000),
        cache_control: { type: "ephemeral", ttl: "1h" },
      },
    ];
    const body = {
      model,
      max_tokens: 100,
      system,
      messages: [{ role: "user" as const, content: "Hi" }],
    };
    const written = await client.messages.create(body).withResponse();
    const read = await client.messages.create(body).withResponse();
    expect(written.data.usage.cache_creation?.ephemeral_1h_input_tokens).toBeGreaterThan(1000);
    expect(read.data.usage.cache_read_input_tokens).toBeGreaterThan(1000);
    const cost = ({ response }: { response: Response }): number =>
      Number(response.headers.get("x-litellm-response-cost"));
    // A 1 h write costs twice the input price, a read a tenth of it.
    expect(cost(written)).toBeGreaterThan(cost(read) * 5);
  });
});

describe("counting tokens", () => {
  test.each(["bedrock-claude", "vertex-claude", "anthropic-claude"])(
    "is the vendor's on %s",
    async (model) => {
      const { data, response } = await client.messages
        .countTokens({ model, messages: [{ role: "user", content: "Count me" }] })
        .withResponse();
      expect(data.input_tokens).toBeGreaterThan(0);
      expect(response.headers.get("x-sekisho-token-count")).toBeNull();
    },
  );

  test("is an overestimate that says so elsewhere", async () => {
    const { data, response } = await client.messages
      .countTokens({
        model: "openai-gpt",
        messages: [{ role: "user", content: "Count me ".repeat(50) }],
      })
      .withResponse();
    expect(data.input_tokens).toBeGreaterThan(100);
    expect(response.headers.get("x-sekisho-token-count")).toBe("estimated");
  });
});

async function ask(
  body: Anthropic.MessageCreateParamsNonStreaming,
  stream: boolean,
): Promise<Anthropic.Message> {
  return stream
    ? await client.messages.stream(body).finalMessage()
    : await client.messages.create(body);
}

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
