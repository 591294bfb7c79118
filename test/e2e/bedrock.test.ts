import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  type ContentBlock,
  type ConverseCommandInput,
  type ConverseResponse,
  type Message,
  type ToolConfiguration,
} from "@aws-sdk/client-bedrock-runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedrockClient, collectConverse } from "./bedrock-client.ts";
import { PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, CONVERSES, CONVERSES_BLIND, startWorld, type World } from "./world.ts";

/** The official AWS SDK with nothing changed but its endpoint. */
let world: World;
let key: string;
let client: BedrockRuntimeClient;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
  client = bedrockClient(world.gateway.url, { token: key });
});
afterAll(() => world.stop());

const MODELS = [...new Set([...ALL_MODELS, ...CONVERSES, ...CONVERSES_BLIND, "bedrock-nova-2"])];
const SEEING = MODELS.filter(
  (model) => !["demo", "compatible", ...CONVERSES_BLIND].includes(model),
);

const TOOLS: ToolConfiguration = {
  tools: [
    {
      toolSpec: {
        name: "get_weather",
        description: "The weather of a city",
        inputSchema: {
          json: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      },
    },
  ],
};

const user = (...content: ContentBlock[]): Message => ({ role: "user", content });

async function ask(input: ConverseCommandInput, stream: boolean): Promise<ConverseResponse> {
  if (!stream) return await client.send(new ConverseCommand(input));
  return collectConverse((await client.send(new ConverseStreamCommand(input))).stream);
}

function isUnsignedThought({ reasoningContent: thought }: ContentBlock): boolean {
  return thought !== undefined && thought.reasoningText?.signature === undefined;
}

function textOf(answer: ConverseResponse): string {
  return (answer.output?.message?.content ?? []).map((block) => block.text ?? "").join("");
}

describe.each(MODELS)("Converse on %s", (modelId) => {
  test("streams the same text it answers whole, with usage", async () => {
    const input = {
      modelId,
      messages: [user({ text: "Hello there" })],
      inferenceConfig: { maxTokens: 300 },
    };
    const whole = await client.send(new ConverseCommand(input));
    const streamed = await ask(input, true);
    expect(textOf(whole)).toMatch(/\w/);
    expect(textOf(streamed)).toBe(textOf(whole));
    for (const answer of [whole, streamed]) {
      expect(answer.stopReason).toBe("end_turn");
      expect(answer.usage?.inputTokens).toBeGreaterThan(0);
      expect(answer.usage?.outputTokens).toBeGreaterThan(0);
      expect(answer.metrics?.latencyMs).toBeGreaterThanOrEqual(0);
    }
    expect(streamed.usage?.outputTokens).toBe(whole.usage?.outputTokens);
    expect(whole.$metadata.requestId).toMatch(/\w{8}-/);
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const messages = [user({ text: 'Please call:get_weather {"city":"Kyōto"}' })];
    const body = { modelId, system: [{ text: "Be brief." }], toolConfig: TOOLS };
    const first = await ask({ ...body, messages }, stream);
    expect(first.stopReason).toBe("tool_use");
    const content = first.output?.message?.content ?? [];
    const call = content.find((block) => block.toolUse !== undefined)?.toolUse;
    expect(call).toMatchObject({ name: "get_weather", input: { city: "Kyōto" } });
    messages.push(
      // Thoughts that nobody signed are not said again.
      { role: "assistant", content: content.filter((block) => !isUnsignedThought(block)) },
      user({
        toolResult: {
          toolUseId: call?.toolUseId ?? "",
          content: [{ text: "rain, 9 degrees" }],
        },
      }),
    );
    expect(textOf(await ask({ ...body, messages }, stream))).toContain("rain, 9 degrees");
  });

  test.each([false, true])("refuses what AWS would refuse (stream: %s)", async (stream) => {
    const guarded = { guardrailIdentifier: "g", guardrailVersion: "1" };
    const refused = ask(
      { modelId, messages: [user({ text: "Hi" })], guardrailConfig: guarded },
      stream,
    );
    await expect(refused).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("guardrailConfig") as string,
    });
  });
});

describe.each(SEEING)("Converse on %s", (modelId) => {
  test("shows the model an image", async () => {
    const bytes = Buffer.from(PIXEL, "base64");
    const answer = await client.send(
      new ConverseCommand({
        modelId,
        messages: [user({ image: { format: "png", source: { bytes } } }, { text: "What is it?" })],
      }),
    );
    expect(textOf(answer)).toContain(`image:image/png:${bytes.length} bytes`);
  });
});

const INVOKED = {
  anthropic_version: "bedrock-2023-05-31",
  anthropic_beta: ["interleaved-thinking-2025-05-14"],
  max_tokens: 300,
  messages: [{ role: "user", content: "Hello there" }],
};

describe.each(MODELS)("InvokeModel on %s", (modelId) => {
  const input = { modelId, body: JSON.stringify(INVOKED), contentType: "application/json" };

  test("answers in Anthropic's grammar, whole and streamed", async () => {
    const { body } = await client.send(new InvokeModelCommand(input));
    const whole = JSON.parse(body.transformToString()) as { content: { text?: string }[] };
    const text = whole.content.map((block) => block.text ?? "").join("");
    expect(text).toMatch(/\w/);
    const events = await invokedEvents(input);
    expect(events.map((event) => event.delta?.text ?? "").join("")).toBe(text);
    expect(events[0]?.type).toBe("message_start");
    expect(events.at(-1)?.type).toBe("message_stop");
  });
});

interface InvokedEvent {
  type: string;
  delta?: { text?: string };
}

async function invokedEvents(input: { modelId: string; body: string }): Promise<InvokedEvent[]> {
  const { body } = await client.send(new InvokeModelWithResponseStreamCommand(input));
  const events: InvokedEvent[] = [];
  for await (const { chunk } of body ?? []) {
    events.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as InvokedEvent);
  }
  return events;
}

test("tokens are counted for a body of either operation", async () => {
  const modelId = "bedrock-claude";
  const body = Buffer.from(JSON.stringify(INVOKED));
  const counts = [];
  for (const input of [
    { invokeModel: { body } },
    { converse: { messages: [user({ text: "Hello there" })] } },
  ]) {
    counts.push((await client.send(new CountTokensCommand({ modelId, input }))).inputTokens);
  }
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[1]).toBe(counts[0]);
});
