import { toFile, type OpenAI } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { endpointModels, NANO_PER_TOKEN, tokensOf } from "./endpoint-models.ts";
import { startWorld, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld({ models: endpointModels });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

async function newClient(body: object = {}): Promise<{ key: string; client: OpenAI }> {
  const key = await world.gateway.createKey(body);
  return { key, client: world.openai(key) };
}

describe("reranking", () => {
  const question = {
    query: "which is long?",
    documents: ["short", "a longer document", "mid one"],
  };

  test.each(["/v1/rerank", "/rerank", "/v2/rerank"])(
    "%s is charged by the search",
    async (path) => {
      const { key } = await newClient();
      const response = await post(key, path, { model: "reranker", ...question, top_n: 2 });
      const body: unknown = await response.json();
      expect(body).toMatchObject({ results: [{ index: 1 }, { index: 2 }] });
      const [row] = await world.rows(key, 1);
      expect(row).toMatchObject({ call_type: "arerank", cost_nano_usd: 2_000_000 });
    },
  );

  test("a server of open models counts tokens instead", async () => {
    const { key } = await newClient();
    await post(key, "/v1/rerank", { model: "vllm-reranker", ...question });
    const [row] = await world.rows(key, 1);
    expect(row?.cost_nano_usd).toBe(tokensOf(question.documents) * NANO_PER_TOKEN);
  });
});

test("moderation is free where its price says so, and finds its model by itself", async () => {
  const { key, client } = await newClient();
  const answer = await client.moderations.create({ input: "plain violence" });
  expect(answer.results[0]?.flagged).toBe(true);
  const [row] = await world.rows(key, 1);
  expect(row).toMatchObject({ call_type: "amoderation", status: "success", cost_nano_usd: 0 });
});

describe("pictures", () => {
  test("are charged by the piece", async () => {
    const { key, client } = await newClient();
    const answer = await client.images.generate({ model: "painter", prompt: "a barrier", n: 2 });
    expect(answer.data).toHaveLength(2);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ call_type: "aimage_generation", cost_nano_usd: 80_000_000 });
  });

  test("or by their tokens, where the vendor counts them", async () => {
    const { key, client } = await newClient();
    await client.images.generate({ model: "token-painter", prompt: "four" });
    const [row] = await world.rows(key, 1);
    expect(row?.cost_nano_usd).toBe(1 * 5_000 + 1_056 * 40_000);
  });

  test("cannot cost more than was held for them", async () => {
    const { client } = await newClient({ max_budget: 0.07 });
    await expect(
      client.images.generate({ model: "painter", prompt: "x", n: 2 }),
    ).rejects.toMatchObject({ status: 429 });
    await client.images.generate({ model: "painter", prompt: "x" });
  });
});

describe("sound", () => {
  test("spoken arrives byte for byte and is charged by the character", async () => {
    const { key, client } = await newClient();
    const input = "こんにちは, world";
    const response = await client.audio.speech.create({ model: "speaker", voice: "alloy", input });
    expect(response.headers.get("content-type")).toBe("audio/mpeg");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfb, 0x90, 0x00]);
    expect(bytes.subarray(4).toString()).toBe(input);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ call_type: "aspeech", cost_nano_usd: [...input].length * 15_000 });
  });

  test("heard is charged by the second the vendor tells", async () => {
    const { key, client } = await newClient();
    const file = await toFile(Buffer.alloc(5_000, 0xfe), "speech.mp3");
    const answer = await client.audio.transcriptions.create({ model: "listener", file });
    expect(answer.text).toBe("heard 5000 bytes");
    const asked = world.upstream.requests[0]?.rawBody.toString("latin1") ?? "";
    expect(asked).toContain("whisper-1");
    expect(asked).not.toContain("listener");
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ call_type: "atranscription", cost_nano_usd: 9 * 100_000 });
  });

  test("whose length nobody tells is charged what was held for it", async () => {
    const { key, client } = await newClient();
    const file = await toFile(Buffer.alloc(2_560), "speech.mp3");
    const text: unknown = await client.audio.transcriptions.create({
      model: "listener",
      file,
      response_format: "text",
    });
    expect(text).toBe("heard 2560 bytes\n");
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ usage_source: "observed", cost_nano_usd: 10 * 100_000 });
  });

  test("without a price by the piece is refused", async () => {
    const { client } = await newClient();
    await expect(
      client.audio.speech.create({ model: "openai-3-large", voice: "alloy", input: "x" }),
    ).rejects.toThrow("input_cost_per_character");
  });
});

describe("completions of old", () => {
  test.each(["demo", "bedrock-claude", "gemini-2", "openai-gpt"])(
    "%s completes a prompt",
    async (model) => {
      const { key, client } = await newClient();
      const answer = await client.completions.create({
        model,
        prompt: "Once upon",
        max_tokens: 50,
      });
      expect(answer.object).toBe("text_completion");
      expect(answer.choices[0]?.text).toMatch(/\w/);
      expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
      const stream = await client.completions.create({
        model,
        prompt: ["Once upon"],
        max_tokens: 50,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = "";
      let counted = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.text ?? "";
        counted = chunk.usage?.completion_tokens ?? counted;
      }
      expect(text).toBe(answer.choices[0]?.text);
      expect(counted).toBe(answer.usage?.completion_tokens);
      const rows = await world.rows(key, 2);
      expect(rows.map((row) => row.status)).toEqual(["success", "success"]);
    },
  );

  test.each([
    ["echo", { echo: true }],
    ["suffix", { suffix: "end" }],
    ["logprobs", { logprobs: 3 }],
    ["best_of", { best_of: 2 }],
    ["prompt", { prompt: ["one", "two"] }],
    ["prompt", { prompt: [1, 2, 3] }],
  ] as const)("%s is refused by name", async (param, extra) => {
    const { key } = await newClient();
    const response = await post(key, "/v1/completions", { model: "demo", prompt: "x", ...extra });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});

function post(key: string, path: string, body: object): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
