import { AzureOpenAI, type OpenAI } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { vectorOf } from "../upstream/embeddings.ts";
import { EMBEDDING_MODELS, endpointModels, NANO_PER_TOKEN, tokensOf } from "./endpoint-models.ts";
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

describe.each(EMBEDDING_MODELS)("client.embeddings.create on %s", (model) => {
  const TEXTS = ["The first text", "日本語の文章", "A third one, somewhat longer than the others"];

  test("turns several texts into vectors, in their order, and is charged for what was counted", async () => {
    const { key, client } = await newClient();
    const { data, response } = await client.embeddings
      .create({ model, input: TEXTS, dimensions: 256 })
      .withResponse();
    expect(data.object).toBe("list");
    expect(data.data.map((one) => one.index)).toEqual([0, 1, 2]);
    for (const [index, text] of TEXTS.entries()) {
      expect(Array.from(data.data[index]?.embedding ?? [])).toEqual(vectorOf(text, 256));
    }
    expect(data.usage.prompt_tokens).toBe(tokensOf(TEXTS));
    const cost = tokensOf(TEXTS) * NANO_PER_TOKEN;
    expect(Number(response.headers.get("x-litellm-response-cost"))).toBeCloseTo(cost / 1e9, 12);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({
      model_group: model,
      status: "success",
      usage_source: "reported",
      input_tokens: tokensOf(TEXTS),
      output_tokens: 0,
      cost_nano_usd: cost,
      call_type: "aembedding",
    });
  });

  test.each(["float", "base64"] as const)("answers one text as %s", async (encoding_format) => {
    const { client } = await newClient();
    const answer = await client.embeddings.create({ model, input: "Just one", encoding_format });
    const [first] = answer.data;
    if (encoding_format === "float") return expect(Array.isArray(first?.embedding)).toBe(true);
    const packed: unknown = first?.embedding;
    const bytes = Buffer.from(String(packed), "base64");
    const size = bytes.length / 4;
    const floats = Array.from({ length: size }, (_, index) => bytes.readFloatLE(index * 4));
    expect(floats).toEqual(vectorOf("Just one", size));
  });
});

describe("what the vendors are asked", () => {
  test("tells Cohere what the vectors are for, and a search from a document", async () => {
    const { client } = await newClient();
    const ask = (extra: object): Promise<unknown> =>
      client.embeddings.create({ model: "cohere-embed", input: "x", ...extra });
    await ask({});
    await ask({ input_type: "search_query" });
    expect(world.upstream.requests.map((one) => one.body)).toMatchObject([
      { input_type: "search_document", model: "embed-v4.0" },
      { input_type: "search_query" },
    ]);
  });

  test("asks Titan for one text at a time, and Cohere for 96", async () => {
    const { client } = await newClient();
    const input = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    const titan = await client.embeddings.create({ model: "titan-v2", input, dimensions: 256 });
    expect(world.upstream.requests).toHaveLength(100);
    expect(Array.from(titan.data[99]?.embedding ?? [])).toEqual(vectorOf("text 99", 256));
    world.upstream.reset();
    const cohere = await client.embeddings.create({
      model: "bedrock-cohere",
      input,
      dimensions: 256,
    });
    expect(world.upstream.requests).toHaveLength(2);
    expect(Array.from(cohere.data[99]?.embedding ?? [])).toEqual(vectorOf("text 99", 256));
  });

  test("passes the numbers of tokens to OpenAI, and says who else cannot read them", async () => {
    const { client } = await newClient();
    const input = [
      [1, 2, 3],
      [4, 5],
    ];
    const answer = await client.embeddings.create({ model: "openai-3-large", input });
    expect(answer.data).toHaveLength(2);
    await expect(client.embeddings.create({ model: "titan-v2", input })).rejects.toMatchObject({
      status: 400,
      param: "input",
    });
  });

  test("another deployment answers when the first is throttled", async () => {
    world.upstream.script({ vendor: "openai" }, [{ throttle: { retryAfterSeconds: 60 } }]);
    const { key, client } = await newClient();
    const answer = await client.embeddings.create({
      model: "two-of-them",
      input: "x",
      dimensions: 256,
    });
    expect(Array.from(answer.data[0]?.embedding ?? [])).toEqual(vectorOf("x", 256));
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ provider: "bedrock", attempts: 2 });
  });

  test("nothing is charged and the vendor's word arrives when a request is refused", async () => {
    const { key, client } = await newClient();
    await expect(
      client.embeddings.create({ model: "titan-v2", input: "x", dimensions: 300 }),
    ).rejects.toThrow("300 is not a valid");
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ status: "failure", cost_nano_usd: 0 });
  });
});

describe("money", () => {
  test("knows OpenAI's list, and refuses what nobody priced", async () => {
    const { key, client } = await newClient();
    await client.embeddings.create({ model: "listed", input: "a".repeat(4_000) });
    const [row] = await world.rows(key, 1);
    expect(row?.cost_nano_usd).toBe(1_000 * 20);
    await expect(client.embeddings.create({ model: "no-price", input: "x" })).rejects.toMatchObject(
      {
        status: 400,
        param: "model",
      },
    );
  });

  test("holds a budget", async () => {
    const { client } = await newClient({ max_budget: 0.000001 });
    await expect(
      client.embeddings.create({ model: "openai-3-large", input: "a".repeat(40_000) }),
    ).rejects.toMatchObject({ status: 429 });
    expect(world.upstream.requests).toEqual([]);
  });
});

describe("the caller's ways to ask", () => {
  test.each([
    "/v1/embeddings",
    "/embeddings",
    "/openai/v1/embeddings",
    "/engines/titan-v2/embeddings",
  ])("%s", async (path) => {
    const { key } = await newClient();
    const response = await post(key, path, { model: "titan-v2", input: "x" });
    expect(response.status).toBe(200);
  });

  test("Azure's SDK names the deployment in the path", async () => {
    const { key } = await newClient();
    const azure = new AzureOpenAI({
      apiKey: key,
      endpoint: world.gateway.url,
      apiVersion: "2024-10-21",
      deployment: "azure-3-large",
    });
    const answer = await azure.embeddings.create({
      model: "azure-3-large",
      input: "x",
      dimensions: 8,
    });
    expect(Array.from(answer.data[0]?.embedding ?? [])).toEqual(vectorOf("x", 8));
  });

  test("what is missing is named, and a model without vectors says so", async () => {
    const { client } = await newClient();
    await expect(client.embeddings.create({ model: "titan-v2", input: "" })).rejects.toMatchObject({
      status: 400,
      param: "input",
    });
    await expect(
      client.embeddings.create({ model: "claude-only", input: "x" }),
    ).rejects.toMatchObject({ status: 501 });
  });
});

function post(key: string, path: string, body: object): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
