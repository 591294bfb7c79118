import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";
import type Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_MODELS, startWorld, type World } from "./world.ts";

/** Clients that take the gateway for Vertex AI. */
let world: World;
let key: string;
let client: AnthropicVertex;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
  client = vertexSdk(`${world.gateway.url}/v1`, key);
});
afterAll(() => world.stop());

/** The SDK asks this for its Google token; ours is the virtual key. */
function authClient(token: string): object {
  return { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${token}` }) };
}

function vertexSdk(baseURL: string, token: string): AnthropicVertex {
  return new AnthropicVertex({
    baseURL,
    region: "nowhere-central9",
    projectId: "somebody-elses",
    // The SDK reads the headers and nothing else of it.
    authClient: authClient(token) as never,
    maxRetries: 0,
  });
}

const TOOL: Anthropic.Tool = {
  name: "get_weather",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
};

describe.each(ALL_MODELS)("Anthropic's Vertex SDK on %s", (model) => {
  test("streams the same text it answers whole", async () => {
    const messages = [{ role: "user" as const, content: "Hello there" }];
    const body = { model, max_tokens: 300, messages };
    const whole = await client.messages.create(body);
    const streamed = await client.messages.stream(body).finalMessage();
    expect(textOf(whole)).toMatch(/\w/);
    expect(textOf(streamed)).toBe(textOf(whole));
    expect(streamed.stop_reason).toBe("end_turn");
    expect(streamed.usage.input_tokens).toBeGreaterThan(0);
  });

  test("makes a tool round trip", async () => {
    const messages: Anthropic.MessageParam[] = [
      { role: "user", content: 'Please call:get_weather {"city":"Nara"}' },
    ];
    const body = { model, max_tokens: 300, tools: [TOOL] };
    const first = await client.messages.stream({ ...body, messages }).finalMessage();
    const call = first.content.find((block) => block.type === "tool_use");
    expect(call).toMatchObject({ name: "get_weather", input: { city: "Nara" } });
    messages.push({ role: "assistant", content: first.content });
    messages.push({
      role: "user",
      content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "fog" }],
    });
    expect(textOf(await client.messages.create({ ...body, messages }))).toContain("fog");
  });

  test("counts tokens", async () => {
    const messages = [{ role: "user" as const, content: "Count me ".repeat(50) }];
    const { input_tokens: count } = await client.messages.countTokens({ model, messages });
    expect(count).toBeGreaterThan(50);
  });
});

describe("the envelope", () => {
  test.each(["", "/v1", "/vertex_ai/v1", "/vertex-ai"])("is served under %j", async (prefix) => {
    const sdk = vertexSdk(world.gateway.url + prefix, key);
    const messages = [{ role: "user" as const, content: "Hi" }];
    const answer = await sdk.messages.create({ model: "openai-gpt", max_tokens: 9, messages });
    expect(answer.type).toBe("message");
  });

  test("is taken off: the upstream sees its own version and the caller's flags", async () => {
    world.upstream.requests.splice(0);
    const path =
      "/v1/projects/p/locations/l/publishers/anthropic/models/anthropic-claude%3ArawPredict";
    const response = await fetch(world.gateway.url + path, {
      method: "POST",
      headers: { "x-litellm-api-key": key },
      body: `{"anthropic_version":"vertex-2023-10-16", "anthropic_beta":["context-1m-2025-08-07"],
        "max_tokens":9, "messages":[ {"role":"user","content":"\\u0041"} ]}`,
    });
    expect(response.status).toBe(200);
    const [sent] = world.upstream.requests;
    expect(sent?.headers["anthropic-beta"]).toBe("context-1m-2025-08-07");
    expect(sent?.body).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 9,
      messages: [{ role: "user", content: "A" }],
    });
    expect(sent?.rawBody.toString()).toContain(
      String.raw`"messages":[ {"role":"user","content":"\u0041"} ]`,
    );
  });

  test("refuses in Anthropic's words", async () => {
    const sdk = vertexSdk(`${world.gateway.url}/v1`, "sk-nobody");
    const messages = [{ role: "user" as const, content: "Hi" }];
    const asking = sdk.messages.create({ model: "openai-gpt", max_tokens: 9, messages });
    await expect(asking).rejects.toMatchObject({
      status: 401,
      error: { error: { type: "authentication_error" } },
    });
  });
});

describe.each(["gemini-2", "vertex-claude", "openai-gpt"])(
  "Google's SDK on Vertex, %s",
  (model) => {
    test("streams an answer", async () => {
      const google = new GoogleGenAI({
        vertexai: true,
        apiKey: key,
        httpOptions: { baseUrl: world.gateway.url },
      });
      let text = "";
      const stream = await google.models.generateContentStream({ model, contents: "Hello there" });
      for await (const chunk of stream) text += chunk.text ?? "";
      expect(text).toMatch(/Hello there/);
      const { totalTokens } = await google.models.countTokens({
        model,
        contents: "Count me",
        config: { systemInstruction: "Be brief." },
      });
      expect(totalTokens).toBeGreaterThan(3);
    });
  },
);

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
