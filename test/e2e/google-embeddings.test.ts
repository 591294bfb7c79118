import { GoogleGenAI, type EmbedContentResponse } from "@google/genai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asObject, parseJson, type JsonObject } from "../upstream/json.ts";
import { vectorOf } from "../upstream/embeddings.ts";
import { EMBEDDING_MODELS, endpointModels, NANO_PER_TOKEN, tokensOf } from "./endpoint-models.ts";
import { startWorld, type World } from "./world.ts";

/** Embeddings asked in Google's words. */
let world: World;

beforeAll(async () => {
  world = await startWorld({ models: endpointModels });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const TEXTS = ["The first text", "日本語の文章", "A third one, somewhat longer than the others"];

function studio(key: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: world.gateway.url } });
}

function onVertex(key: string): GoogleGenAI {
  const httpOptions = { baseUrl: world.gateway.url };
  return new GoogleGenAI({ vertexai: true, apiKey: key, httpOptions });
}

function vectorsOf(answer: EmbedContentResponse): (number[] | undefined)[] {
  return (answer.embeddings ?? []).map(({ values }) => values);
}

describe.each(EMBEDDING_MODELS)("Google's SDK on %s", (model) => {
  const config = { outputDimensionality: 256 };

  test("turns several contents into vectors, in their order, and is charged as OpenAI's are", async () => {
    const key = await world.gateway.createKey();
    // For models by this name the SDK makes one content of several.
    const contents = model === "gemini-embedding-2" ? TEXTS.slice(0, 1) : TEXTS;
    const answer = await studio(key).models.embedContent({ model, contents, config });
    expect(vectorsOf(answer)).toEqual(contents.map((text) => vectorOf(text, 256)));
    expect(answer.usageMetadata?.promptTokenCount).toBe(tokensOf(contents));
    const headers = new Headers(answer.sdkHttpResponse?.headers);
    const cost = tokensOf(contents) * NANO_PER_TOKEN;
    expect(Number(headers.get("x-litellm-response-cost"))).toBeCloseTo(cost / 1e9, 12);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({
      model_group: model,
      status: "success",
      usage_source: "reported",
      input_tokens: tokensOf(contents),
      cost_nano_usd: cost,
      call_type: "aembedding",
    });
  });

  test("takes the gateway for Vertex AI", async () => {
    const key = await world.gateway.createKey();
    // For models by Gemini's name this SDK asks `embedContent`, one content at a time; else `predict`.
    const contents = model.includes("gemini") ? TEXTS.slice(0, 1) : TEXTS;
    const answer = await onVertex(key).models.embedContent({
      model,
      contents,
      config: { ...config, taskType: "RETRIEVAL_QUERY" },
    });
    expect(vectorsOf(answer)).toEqual(contents.map((text) => vectorOf(text, 256)));
    const counts = answer.embeddings?.map((one) => one.statistics?.tokenCount ?? 0) ?? [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(tokensOf(contents));
  });
});

describe("what the vendors are told", () => {
  const ask = async (model: string, config: object): Promise<[JsonObject, string | undefined]> => {
    const google = studio(await world.gateway.createKey());
    const answer = await google.models.embedContent({ model, contents: ["x"], config });
    const asked = world.upstream.requests.findLast((one) => one.vendor !== "google-token");
    const headers = new Headers(answer.sdkHttpResponse?.headers);
    return [asObject(asked?.body), headers.get("x-sekisho-dropped-params") ?? undefined];
  };
  const config = { taskType: "QUESTION_ANSWERING", title: "A title", outputDimensionality: 256 };

  test("Google's own: everything, in its own words", async () => {
    expect(await ask("studio-embedding", config)).toEqual([
      {
        requests: [
          { model: "models/gemini-embedding-001", content: { parts: [{ text: "x" }] }, ...config },
        ],
      },
      undefined,
    ]);
    expect(await ask("vertex-005", config)).toEqual([
      {
        instances: [{ content: "x", task_type: "QUESTION_ANSWERING", title: "A title" }],
        parameters: { outputDimensionality: 256 },
      },
      undefined,
    ]);
    expect(await ask("gemini-embedding-2", config)).toEqual([
      { content: { parts: [{ text: "x" }] }, ...config },
      undefined,
    ]);
  });

  test("Cohere's: the nearest task it has, and no title", async () => {
    const [body, dropped] = await ask("bedrock-cohere", config);
    expect(body).toMatchObject({ input_type: "search_query", output_dimension: 256 });
    expect(dropped).toBe("title");
  });

  test.each(["openai-3-large", "azure-3-large", "mistral-embed", "titan-v2"])(
    "%s: nothing it does not know, and the caller hears of it",
    async (model) => {
      const [body, dropped] = await ask(model, config);
      for (const name of ["google", "input_type", "taskType", "title"]) {
        expect(body).not.toHaveProperty(name);
      }
      expect(dropped?.split(",").toSorted()).toEqual(["taskType", "title"]);
    },
  );
});

describe("the paths", () => {
  const content = { parts: [{ text: "Just one" }] };
  const project = "/v1/projects/p/locations/l/publishers/google/models";

  test.each([
    ["/v1beta/models/titan-v2:embedContent", { content }],
    ["/genai/v1beta/models/titan-v2:embedContent", { content }],
    ["/gemini/v1/models/titan-v2%3AembedContent", { content, output_dimensionality: 1024 }],
    ["/v1beta1/publishers/google/models/titan-v2:embedContent", { content }],
    ["/vertex_ai/v1/publishers/google/models/titan-v2:embedContent", { content }],
  ])("%s", async (path, body) => {
    const key = await world.gateway.createKey();
    const answer = await post(key, path, body);
    expect(await answer.json()).toMatchObject({
      embedding: { values: vectorOf("Just one", 1024) },
      usageMetadata: { promptTokenCount: tokensOf(["Just one"]) },
    });
  });

  test.each([project, `/vertex-ai${project}`, "/vertex_ai/v1beta1/publishers/google/models"])(
    "%s/…:predict, with the parameters of older SDKs",
    async (base) => {
      const key = await world.gateway.createKey();
      const answer = await post(key, `${base}/openai-3-large:predict`, {
        instances: ["a", "bcd efg"].map((content) => ({ content, taskType: "CLUSTERING" })),
        parameters: { output_dimensionality: 8, autoTruncate: true },
      });
      const { predictions } = asObject(parseJson(await answer.text()));
      const embedded = (text: string, count: number): object => ({
        embeddings: {
          values: vectorOf(text, 8),
          statistics: { truncated: false, token_count: count },
        },
      });
      // Three tokens in all, shared by length.
      expect(predictions).toEqual([embedded("a", 0), embedded("bcd efg", 3)]);
    },
  );

  test("several parts are one text", async () => {
    const key = await world.gateway.createKey();
    const parts = [{ text: "one" }, { text: "two" }];
    const answer = await post(key, "/v1beta/models/titan-v2:embedContent", { content: { parts } });
    expect(await answer.json()).toMatchObject({
      embedding: { values: vectorOf("one\ntwo", 1024) },
    });
  });
});

describe("refusals", () => {
  test.each([
    ["no content", "embedContent", {}, "content"],
    ["no parts", "embedContent", { content: { parts: [] } }, "content.parts"],
    [
      "a picture",
      "embedContent",
      { content: { parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] } },
      "content.parts.0",
    ],
    ["no requests", "batchEmbedContents", { requests: [] }, "requests"],
    [
      "one without a text",
      "batchEmbedContents",
      { requests: [{ content: { parts: [{ text: "a" }] } }, { content: { parts: [{}] } }] },
      "requests.1.content.parts.0",
    ],
    [
      "tasks that differ",
      "batchEmbedContents",
      {
        requests: ["CLUSTERING", "CLASSIFICATION"].map((taskType) => ({
          content: { parts: [{ text: "a" }] },
          taskType,
        })),
      },
      "taskType",
    ],
    [
      "a word for a size",
      "predict",
      { instances: [{ content: "a", title: 5 }] },
      "instances.0.title",
    ],
    ["a prompt for a picture", "predict", { instances: [{ prompt: "a" }] }, "instances.0.content"],
  ])("%s is named in Google's grammar", async (_what, method, body, field) => {
    const key = await world.gateway.createKey();
    const response = await post(key, `/v1beta/models/titan-v2:${method}`, body);
    expect(response.status).toBe(400);
    const error = asObject(asObject(parseJson(await response.text()))["error"]);
    expect(error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
    expect(error["details"]).toContainEqual(
      expect.objectContaining({ fieldViolations: [expect.objectContaining({ field })] }),
    );
    expect(world.upstream.requests).toEqual([]);
  });

  test("a stranger, a model without vectors and an empty budget are told as Google tells them", async () => {
    const key = await world.gateway.createKey();
    const contents = "x";
    await expect(
      studio("sk-nobody").models.embedContent({ model: "titan-v2", contents }),
    ).rejects.toMatchObject({ status: 401 });
    await expect(
      studio(key).models.embedContent({ model: "claude-only", contents }),
    ).rejects.toMatchObject({ status: 501 });
    const poor = await world.gateway.createKey({ max_budget: 0.000001 });
    const asking = studio(poor).models.embedContent({
      model: "openai-3-large",
      contents: "a".repeat(40_000),
    });
    await expect(asking).rejects.toMatchObject({ status: 429 });
    await expect(asking).rejects.toThrow("RESOURCE_EXHAUSTED");
  });

  test("the vendor's word on the request arrives, and is free", async () => {
    const key = await world.gateway.createKey();
    const config = { outputDimensionality: 300 };
    const asking = studio(key).models.embedContent({ model: "titan-v2", contents: "x", config });
    await expect(asking).rejects.toThrow("300 is not a valid");
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ status: "failure", cost_nano_usd: 0 });
  });

  test("a vendor that throttles is left for the next", async () => {
    world.upstream.script({ vendor: "openai" }, [{ throttle: { retryAfterSeconds: 60 } }]);
    const key = await world.gateway.createKey();
    const config = { outputDimensionality: 256 };
    const answer = await studio(key).models.embedContent({
      model: "two-of-them",
      contents: "x",
      config,
    });
    expect(vectorsOf(answer)).toEqual([vectorOf("x", 256)]);
  });
});

function post(key: string, path: string, body: object): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { "x-goog-api-key": key, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
