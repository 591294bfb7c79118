import { ApiError, GoogleGenAI } from "@google/genai";
import type { GenerateContentResponse } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entry, GEMINIS, startWorld, type World } from "./world.ts";

/** What Google's clients see of the wire: paths, streams, keys, errors. */
let world: World;
let key: string;
let client: GoogleGenAI;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => [
      entry("team/the:model", {
        model: "openai/gpt-4.1",
        api_base: `${url}/openai/v1`,
        api_key: credentials.openaiApiKey,
      }),
    ],
  });
  key = await world.gateway.createKey();
  client = clientWith(key);
});
afterAll(() => world.stop());

function clientWith(apiKey: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: world.gateway.url } });
}

const HI = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Hello" }] }] });

function post(path: string, body = HI, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": key, ...headers },
    body,
  });
}

describe("paths", () => {
  const project = "projects/p/locations/us-east5/publishers/google/models";
  test.each([
    "/v1beta/models/openai-gpt:generateContent",
    "/v1/models/openai-gpt:generateContent",
    "/v1beta/models/openai-gpt%3AgenerateContent",
    "/v1beta/models/models%2Fopenai-gpt:generateContent",
    "/models/openai-gpt:generateContent",
    "/gemini/v1beta/models/openai-gpt:generateContent",
    "/genai/v1/models/openai-gpt:generateContent",
    "/v1beta1/publishers/google/models/openai-gpt:generateContent",
    `/v1/${project}/openai-gpt:generateContent`,
    `/v1beta1/${project}/openai-gpt%3agenerateContent`,
    `/vertex_ai/v1/${project}/openai-gpt:generateContent`,
    `/vertex-ai/${project}/openai-gpt:generateContent`,
    "/v1beta/models/team%2Fthe:model:generateContent",
    "/v1beta/models/team/the:model:generateContent",
  ])("POST %s reaches the model", async (path) => {
    const response = await post(path);
    expect(await response.json()).toMatchObject({
      candidates: [{ finishReason: "STOP", content: { role: "model" } }],
    });
  });

  // Models may have colons in their names, so either may be one, of which GET tells.
  test.each(["/v1beta/models/openai-gpt:fly", "/v1beta/models/openai-gpt"])(
    "POST %s is not what is done there",
    async (path) => {
      const response = await post(path);
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    },
  );

  test("POST to a method of another publisher's is nowhere", async () => {
    const path = "/v1/projects/p/locations/l/publishers/google/models/openai-gpt:rawPredict";
    expect((await post(path)).status).toBe(404);
  });
});

describe("a stream without alt=sse", () => {
  test.each(["openai-gpt", "gemini-2"])("is one JSON array (%s)", async (model) => {
    const response = await post(`/v1beta/models/${model}:streamGenerateContent`);
    expect(response.headers.get("content-type")).toContain("application/json");
    const chunks: unknown = await response.json();
    expect(Array.isArray(chunks) && chunks.length).toBeGreaterThan(1);
    expect(Array.isArray(chunks) && chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: "STOP" }],
    });
  });

  test("comes as it is written, not all at its end", async () => {
    world.upstream.script({ vendor: "openai" }, [{ stallAt: { chunk: 3, ms: 1_500 } }]);
    const response = await post("/v1beta/models/openai-gpt:streamGenerateContent");
    const startedMs = Date.now();
    const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await pieces?.read();
    expect(first?.value).toMatch(/^\[\{/);
    await pieces?.cancel();
    expect(Date.now() - startedMs).toBeLessThan(1_000);
  });
});

describe("a key", () => {
  test("is found in the URL, and never sent on", async () => {
    world.upstream.requests.splice(0);
    const response = await fetch(
      `${world.gateway.url}/v1beta/models/ai-studio:generateContent?key=${key}`,
      { method: "POST", body: HI },
    );
    expect(response.status).toBe(200);
    const [sent] = world.upstream.requests;
    expect(sent?.query).toEqual({});
    expect(JSON.stringify(sent?.headers)).not.toContain(key);
  });

  test("that nobody knows is refused in the SDK's words", async () => {
    const error = await failureOf(clientWith("sk-nobody"), "openai-gpt");
    expect(error).toMatchObject({ status: 401 });
    expect(JSON.parse(error.message)).toMatchObject({
      error: { code: 401, status: "UNAUTHENTICATED" },
    });
  });
});

async function failureOf(with_: GoogleGenAI, model: string): Promise<ApiError> {
  const error: unknown = await with_.models
    .generateContent({ model, contents: "Hello" })
    .catch((thrown: unknown) => thrown);
  if (error instanceof ApiError) return error;
  throw new Error("no ApiError was thrown", { cause: error });
}

describe("errors", () => {
  test.each(["openai-gpt", "bedrock-claude", "gemini-2"])(
    "carry the vendor's throttling on %s",
    async (model) => {
      const script = world.upstream.script({}, [{ throttle: { retryAfterSeconds: 34 } }], {
        sticky: true,
      });
      const error = await failureOf(client, model);
      script.remove();
      expect(error.status).toBe(429);
      expect(error.message).toContain(
        '{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}',
      );
    },
  );

  test("name the model that is not there", async () => {
    const error = await failureOf(client, "nobody");
    expect(JSON.parse(error.message)).toMatchObject({
      error: { code: 400, status: "INVALID_ARGUMENT" },
    });
    expect(error.message).toContain("nobody");
  });

  test("name the field at fault", async () => {
    const response = await post(
      "/v1beta/models/openai-gpt:generateContent",
      JSON.stringify({ contents: [{ role: "user", parts: [{ hologram: 1 }] }] }),
    );
    expect(await response.json()).toMatchObject({
      error: { status: "INVALID_ARGUMENT", message: /contents\.0\.parts\.0\.hologram/ },
    });
  });
});

describe.each(["openai-gpt", "bedrock-claude", "gemini-2", "ai-studio"])(
  "a stream that breaks in the middle (%s)",
  (model) => {
    test.each([{ cutAt: 3 }, { errorAt: 3 }, { cleanEndAt: 3 }])(
      "never looks like a success: %j",
      async (behaviour) => {
        const script = world.upstream.script({}, [behaviour]);
        const chunks: GenerateContentResponse[] = [];
        const reading = async (): Promise<void> => {
          const contents = "Say a few words about it";
          const stream = await client.models.generateContentStream({ model, contents });
          for await (const chunk of stream) chunks.push(chunk);
        };
        await expect(reading()).rejects.toThrow();
        script.remove();
        expect(chunks.some((chunk) => chunk.candidates?.[0]?.finishReason)).toBe(false);
      },
    );

    test("is no JSON either", async () => {
      const script = world.upstream.script({}, [{ cutAt: 4 }]);
      const body = JSON.stringify({
        contents: [{ parts: [{ text: "Say a few words about it" }] }],
      });
      const response = await post(`/v1beta/models/${model}:streamGenerateContent`, body);
      const text = await readAll(response);
      script.remove();
      expect(() => void JSON.parse(text)).toThrow();
      expect(text).toContain('"error":');
    });
  },
);

/** What came before the connection was cut. */
async function readAll(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
      text += piece.value;
    }
  } catch {
    // Cut, as it should be.
  }
  return text;
}

describe("the list of models", () => {
  test("is Google's for Google's clients", async () => {
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list()) names.push(model.name);
    expect(names).toContain("models/gemini-3");
    expect(names).toContain("models/team/the:model");
    const one = await client.models.get({ model: "bedrock-claude" });
    expect(one).toMatchObject({ name: "models/bedrock-claude", inputTokenLimit: 200_000 });
    await expect(client.models.get({ model: "nobody" })).rejects.toMatchObject({ status: 404 });
  });

  test.each([
    ["OpenAI's", {}, { object: "list" }],
    ["Anthropic's", { "anthropic-version": "2023-06-01" }, { has_more: false }],
  ])("is %s for others", async (_, headers, shape) => {
    const all = { headers: { authorization: `Bearer ${key}`, ...headers } };
    const listed = await fetch(`${world.gateway.url}/v1/models`, all);
    expect(await listed.json()).toMatchObject(shape);
    const one = await fetch(`${world.gateway.url}/v1/models/gemini-3`, all);
    expect(await one.json()).toMatchObject({ id: "gemini-3" });
  });
});

describe("a Gemini model asked in its own grammar", () => {
  test.each(GEMINIS)("is sent the caller's bytes (%s)", async (model) => {
    const body = `{ "contents": [ {"role":"user","parts":[{"text":"\\u0041 1.0"}]} ],  "safetySettings": [], "generationConfig":{"temperature":1.0}}`;
    world.upstream.requests.splice(0);
    const response = await post(`/v1beta/models/${model}:generateContent`, body);
    expect(response.status).toBe(200);
    const sent = world.upstream.requests.find((one) => one.vendor !== "google-token");
    expect(sent?.rawBody.toString()).toBe(body);
    expect(response.headers.get("x-litellm-response-cost")).toBeTruthy();
  });

  test.each([
    ["tools", { tools: [{ googleSearch: {} }] }],
    ["cachedContent", { cachedContent: "cachedContents/a" }],
  ])("may use %s, which no other model may", async (_, extra) => {
    const body = JSON.stringify({
      contents: [{ role: "user", parts: [{ text: "hi" }] }],
      ...extra,
    });
    expect((await post("/v1beta/models/gemini-2:generateContent", body)).status).toBe(200);
    expect((await post("/v1beta/models/openai-gpt:generateContent", body)).status).toBe(400);
  });

  test("answers within a budget that pays for less than the model could write", async () => {
    const poor = await world.gateway.createKey({ max_budget: 0.001 });
    world.upstream.requests.splice(0);
    const answer = await clientWith(poor).models.generateContent({
      model: "gemini-2",
      contents: "tokens:5000",
      config: { temperature: 0.5 },
    });
    const sent = world.upstream.requests.find((one) => one.vendor !== "google-token");
    expect(sent?.body).toMatchObject({ generationConfig: { temperature: 0.5 } });
    expect(answer.candidates?.[0]?.finishReason).toBe("MAX_TOKENS");
    const [row] = await world.rows(poor, 1);
    expect(row?.cost_nano_usd).toBeLessThanOrEqual(1_000_000);
  });
});
