import AnthropicBedrock from "@anthropic-ai/bedrock-sdk";
import {
  type BedrockRuntimeClient,
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

/** AWS's own ids, under which callers who change nothing but the endpoint ask. */
const ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
const ALIASES = { "us.amazon.nova-pro-v1:0": "bedrock-nova", [ARN]: "bedrock-claude" };

beforeAll(async () => {
  world = await startWorld({
    settings: { router_settings: { model_group_alias: ALIASES } },
  });
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

describe("a model's id in the path", () => {
  test.each(Object.keys(ALIASES))("is taken apart from it: %s", async (modelId) => {
    const messages = [user({ text: "Hello there" })];
    expect(textOf(await client.send(new ConverseCommand({ modelId, messages })))).toMatch(/\w/);
    const headers = { authorization: `Bearer ${key}` };
    const body = JSON.stringify({ messages: [{ role: "user", content: [{ text: "Hi" }] }] });
    // As other clients write it: nothing encoded, and the endpoint without /bedrock.
    const url = `${world.gateway.url}/model/${modelId}/converse`;
    const response = await fetch(url, { method: "POST", headers, body });
    expect(await response.json()).toMatchObject({ stopReason: "end_turn" });
  });
});

test("Claude Code's question for inference profiles is answered in AWS's shape", async () => {
  const response = await fetch(`${world.gateway.url}/bedrock/inference-profiles?type=x`);
  expect(response.status).toBe(404);
  expect(response.headers.get("x-amzn-errortype")).toBe("ResourceNotFoundException");
  expect(await response.json()).toMatchObject({ message: expect.any(String) as string });
});

describe("Anthropic's own SDK for Bedrock", () => {
  test.each(["bedrock-claude", "bedrock-nova", "openai-gpt"])("streams from %s", async (model) => {
    const anthropic = new AnthropicBedrock({
      apiKey: key,
      awsRegion: "us-east-1",
      baseURL: `${world.gateway.url}/bedrock`,
    });
    const body = {
      model,
      max_tokens: 300,
      messages: [{ role: "user" as const, content: "Hello there" }],
    };
    const whole = await anthropic.messages.create(body);
    const streamed = await anthropic.messages.stream(body).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
  });
});

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

describe("a signed call", () => {
  let access: { accessKeyId: string; secretAccessKey: string };
  let owner: string;

  beforeAll(async () => {
    const response = await world.gateway.admin("/key/generate", {
      method: "POST",
      body: { aws_access_key: true, max_budget: 5 },
    });
    const issued = (await response.json()) as Record<string, string>;
    owner = issued["key"] ?? "";
    access = {
      accessKeyId: issued["aws_access_key_id"] ?? "",
      secretAccessKey: issued["aws_secret_access_key"] ?? "",
    };
  });

  const input = (modelId: string) => ({ modelId, messages: [user({ text: "Hello there" })] });
  const refusal = async (wrong: Partial<typeof access>): Promise<Error> => {
    const stranger = bedrockClient(world.gateway.url, { ...access, ...wrong });
    const answer = stranger.send(new ConverseCommand(input("bedrock-nova")));
    return answer.then(
      () => new Error("was answered"),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  };

  test.each(["bedrock-claude", "bedrock-nova", "openai-gpt"])(
    "is answered by all four operations of %s and charged to its key",
    async (modelId) => {
      const signed = bedrockClient(world.gateway.url, access);
      const whole = await signed.send(new ConverseCommand(input(modelId)));
      const { stream } = await signed.send(new ConverseStreamCommand(input(modelId)));
      expect(textOf(await collectConverse(stream))).toBe(textOf(whole));
      const body = JSON.stringify(INVOKED);
      const invoked = await signed.send(new InvokeModelCommand({ modelId, body }));
      expect(invoked.body.transformToString()).toContain('"type":"message"');
      const pieces = await signed.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
      const chunks = [];
      for await (const event of pieces.body ?? []) chunks.push(event.chunk);
      expect(chunks.length).toBeGreaterThan(3);
    },
  );

  test("is remembered under the key it was issued with", async () => {
    const rows = await world.rows(owner, 12);
    expect(rows.every((row) => row.status === "success" && row.cost_nano_usd > 0)).toBe(true);
  });

  test("with another secret, or an id nobody issued, is refused", async () => {
    const wrongSecret = await refusal({ secretAccessKey: "x".repeat(32) });
    expect(wrongSecret).toMatchObject({ name: "InvalidSignatureException" });
    const forged = access.accessKeyId.slice(0, -1) + (access.accessKeyId.endsWith("0") ? "1" : "0");
    expect(await refusal({ accessKeyId: forged })).toMatchObject({
      name: "UnrecognizedClientException",
    });
  });

  test("whose key was deleted is refused at once", async () => {
    const response = await world.gateway.admin("/key/generate", {
      method: "POST",
      body: { aws_access_key: true },
    });
    const issued = (await response.json()) as Record<string, string>;
    await world.gateway.admin("/key/delete", { method: "POST", body: { keys: [issued["key"]] } });
    const gone = await refusal({
      accessKeyId: issued["aws_access_key_id"] ?? "",
      secretAccessKey: issued["aws_secret_access_key"] ?? "",
    });
    expect(gone).toMatchObject({ name: "UnrecognizedClientException" });
  });

  test("in the URL (presigned) is no way in", async () => {
    const query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
    const response = await fetch(
      `${world.gateway.url}/bedrock/model/bedrock-nova/converse?${query}`,
      { method: "POST", body: JSON.stringify({ messages: [] }) },
    );
    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("UnrecognizedClientException");
  });

  test("opens nothing but calls of models", async () => {
    const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${access.accessKeyId}/x` };
    const response = await fetch(`${world.gateway.url}/v1/models`, { headers });
    expect(response.status).toBe(401);
  });
});
