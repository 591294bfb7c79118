import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/core/config/deployment.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Endpoint, Operation } from "../../src/providers/endpoint.ts";
import { findProvider } from "../../src/providers/index.ts";
import { callOf, deploymentOf, TOOLS } from "./deployment.ts";

const ACCOUNT = JSON.stringify({ project_id: "p" });

/** Who serves what, and at which address. */
const SERVED: [model: string, operation: Operation, connection: Connection, url: string][] = [
  ["openai/e", "embeddings", {}, "https://api.openai.com/v1/embeddings"],
  ["openai/m", "moderations", {}, "https://api.openai.com/v1/moderations"],
  ["openai/i", "images", {}, "https://api.openai.com/v1/images/generations"],
  ["openai/s", "speech", {}, "https://api.openai.com/v1/audio/speech"],
  ["openai/t", "transcriptions", {}, "https://api.openai.com/v1/audio/transcriptions"],
  ["hosted_vllm/r", "rerank", { api_base: "http://gpu/v1/" }, "http://gpu/v1/rerank"],
  [
    "azure/e",
    "embeddings",
    { api_base: "https://r.openai.azure.com", api_version: "2024-10-21" },
    "https://r.openai.azure.com/openai/deployments/e/embeddings?api-version=2024-10-21",
  ],
  [
    "azure/e",
    "embeddings",
    { api_base: "https://r.openai.azure.com/openai/v1" },
    "https://r.openai.azure.com/openai/v1/embeddings",
  ],
  ["mistral/mistral-embed", "embeddings", {}, "https://api.mistral.ai/v1/embeddings"],
  ["cohere/e", "embeddings", {}, "https://api.cohere.com/v2/embed"],
  [
    "cohere/r",
    "rerank",
    { api_base: "https://eu.cohere.example/compatibility/v1" },
    "https://eu.cohere.example/v2/rerank",
  ],
  [
    "bedrock/amazon.titan-embed-text-v2:0",
    "embeddings",
    { aws_region_name: "us-east-1", aws_bearer_token: "b" },
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.titan-embed-text-v2%3A0/invoke",
  ],
  [
    "bedrock/cohere.embed-multilingual-v3",
    "invoked-embeddings",
    { aws_region_name: "us-east-1", aws_bearer_token: "b" },
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/cohere.embed-multilingual-v3/invoke",
  ],
  [
    "gemini/gemini-embedding-001",
    "embeddings",
    {},
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents",
  ],
  [
    "vertex_ai/text-embedding-005",
    "embeddings",
    { vertex_credentials: ACCOUNT, vertex_project: "p" },
    "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/text-embedding-005:predict",
  ],
  [
    "vertex_ai/gemini-embedding-2",
    "embeddings",
    { vertex_credentials: ACCOUNT, vertex_project: "p", vertex_location: "global" },
    "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-embedding-2:embedContent",
  ],
];

function endpointOf(model: string, operation: Operation): Endpoint {
  const endpoint = findProvider(model.split("/")[0] ?? "")?.endpoints?.[operation];
  if (endpoint === undefined) throw new Error(`${model} does not serve ${operation}`);
  return endpoint;
}

function bodiesOf(model: string, operation: Operation, value: JsonObject): (string | FormData)[] {
  const asked = { text: JSON.stringify(value), value };
  return endpointOf(model, operation).bodies(asked, callOf(deploymentOf(model)));
}

describe("endpoints", () => {
  it.each(SERVED)("%s serves %s", async (model, operation, connection, url) => {
    const deployment = deploymentOf(model, { api_key: "k", ...connection });
    const asked = await endpointOf(model, operation).prepare(callOf(deployment), "{}", TOOLS);
    expect(asked.url).toBe(url);
    expect(asked.body).toBe("{}");
    expect(JSON.stringify(asked.headers)).toMatch(/Bearer (k|b|ya29\.token)|api-key":"k"/);
  });

  it("are not invented for those who have none", () => {
    expect(findProvider("anthropic")?.endpoints).toBeUndefined();
    expect(findProvider("bedrock")?.endpoints?.rerank).toBeUndefined();
  });
});

describe("a body that is forwarded", () => {
  it("names the vendor's model and keeps every other byte", () => {
    const text = '{ "model":"ours", "input": ["\\u0041"], "dimensions": 256.0 }';
    const asked = { text, value: { model: "ours", input: ["A"], dimensions: 256 } };
    const call = callOf(deploymentOf("openai/text-embedding-3-small"));
    expect(endpointOf("openai/e", "embeddings").bodies(asked, call)).toEqual([
      '{ "model":"text-embedding-3-small", "input": ["\\u0041"], "dimensions": 256.0 }',
    ]);
  });

  it("keeps what is meant for the gateway from the vendor", () => {
    const [body] = bodiesOf("openai/e", "embeddings", {
      model: "m",
      input: "a",
      tags: ["t"],
      metadata: {},
    });
    expect(body).toBe('{"model":"e","input":"a"}');
  });

  it("is told of no task in Google's words, and the caller hears that it was dropped", () => {
    const google = { title: "t", autoTruncate: true };
    const value = { model: "e", input: "a", input_type: "CLUSTERING", google };
    const dropped: string[] = [];
    const call = { ...callOf(deploymentOf("openai/e")), dropped };
    const asked = { text: JSON.stringify(value), value };
    expect(endpointOf("openai/e", "embeddings").bodies(asked, call)).toEqual([
      '{"model":"e","input":"a"}',
    ]);
    expect(dropped).toEqual(["title", "autoTruncate", "taskType"]);
  });

  it("keeps an `input_type` that is not Google's: some servers have one", () => {
    const value = { model: "e", input: "a", input_type: "query" };
    const asked = { text: JSON.stringify(value), value };
    const bodies = endpointOf("nvidia_nim/e", "embeddings").bodies(
      asked,
      callOf(deploymentOf("nvidia_nim/e")),
    );
    expect(bodies).toEqual([JSON.stringify(value)]);
  });

  it("for an embedding model on Bedrock is invoked as it is, and for no other model", () => {
    const endpoint = endpointOf("bedrock/m", "invoked-embeddings");
    const text = '{ "inputText":"\\u0041" }';
    const asked = { text, value: { inputText: "A" } };
    const bodiesOf = (model: string, modelInfo: Record<string, unknown> = {}) =>
      endpoint.bodies(asked, callOf({ ...deploymentOf(model), modelInfo }));
    expect(bodiesOf("bedrock/amazon.titan-embed-text-v2:0")).toEqual([text]);
    const profile = "bedrock/arn:aws:bedrock:us-east-1:1:application-inference-profile/a";
    expect(bodiesOf(profile, { mode: "embedding" })).toEqual([text]);
    for (const model of ["bedrock/amazon.titan-text-express-v1", profile]) {
      expect(() => bodiesOf(model)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    }
  });

  it("speaks Mistral's words to Mistral", () => {
    const value = { model: "m", input: "a", dimensions: 8, encoding_format: "base64", user: "u" };
    const [body] = bodiesOf("mistral/e", "embeddings", value);
    expect(body).toBe('{"model":"e","input":"a","output_dimension":8}');
  });

  it("with a file has its other parts and the vendor's model", () => {
    const form = new FormData();
    form.append("model", "ours");
    form.append("timestamp_granularities[]", "word");
    form.append("timestamp_granularities[]", "segment");
    form.append("file", new File(["abc"], "a.mp3"));
    const call = callOf(deploymentOf("openai/whisper-1"));
    const [body] = endpointOf("openai/t", "transcriptions").bodies(
      { text: "", value: {}, form },
      call,
    );
    if (!(body instanceof FormData)) throw new Error("not a form");
    expect(body.getAll("model")).toEqual(["whisper-1"]);
    expect(body.getAll("timestamp_granularities[]")).toEqual(["word", "segment"]);
    expect(body.get("file")).toMatchObject({ name: "a.mp3", size: 3 });
    // The next deployment gets the same from us.
    expect(form.get("model")).toBe("ours");
  });
});

describe("what an answer is charged by", () => {
  const read = (operation: Operation, answer: unknown) => {
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    const asked = { text: "{}", value: {} };
    const call = callOf(deploymentOf("openai/m"));
    const told = endpointOf("openai/m", operation).read(
      [{ text, headers: new Headers() }],
      asked,
      call,
    );
    expect(told.text).toBe(text);
    return { input: told.usage?.inputTokens, output: told.usage?.outputTokens, units: told.units };
  };

  it.each([
    ["embeddings", { usage: { prompt_tokens: 5, total_tokens: 5 } }, { input: 5, output: 0 }],
    ["images", { usage: { input_tokens: 5, output_tokens: 7 } }, { input: 5, output: 7 }],
    ["rerank", { usage: { total_tokens: 9 } }, { input: 9, output: 0 }],
    [
      "rerank",
      { meta: { billed_units: { search_units: 2 } } },
      { units: { unit: "query", count: 2 } },
    ],
    [
      "transcriptions",
      { usage: { type: "duration", seconds: 9 } },
      { units: { unit: "second", count: 9 } },
    ],
    ["transcriptions", { duration: 8.5 }, { units: { unit: "second", count: 8.5 } }],
    ["moderations", { results: [] }, {}],
    ["transcriptions", "plain words", {}],
    ["embeddings", { usage: "lots" }, {}],
  ] as const)("%s: %j", (operation, answer, expected) => {
    const nothing = { input: undefined, output: undefined, units: undefined };
    expect(read(operation, answer)).toEqual({ ...nothing, ...expected });
  });
});

describe("an answer of what was invoked", () => {
  const { read } = endpointOf("bedrock/m", "invoked-embeddings");
  const call = callOf(deploymentOf("bedrock/amazon.titan-embed-text-v2:0"));
  const asked = { text: "", value: {} };

  it.each([
    ["Titan's body", '{ "embedding":[1], "inputTextTokenCount":3 }', {}],
    ["Bedrock's header", '{ "embeddings":[[1]] }', { "x-amzn-bedrock-input-token-count": "3" }],
  ])("keeps its bytes and is counted by %s", (_what, text, headers) => {
    const answer = read([{ text, headers: new Headers(Object.entries(headers)) }], asked, call);
    expect(answer).toMatchObject({ text, usage: { inputTokens: 3, outputTokens: 0 } });
  });

  it("has no count where nobody tells one", () => {
    const answer = read([{ text: '{"embeddings":[[1]]}', headers: new Headers() }], asked, call);
    expect(answer.usage).toBeUndefined();
  });
});

describe("an answer made of several", () => {
  const call = callOf(deploymentOf("bedrock/amazon.titan-embed-text-v2:0"));
  const endpoint = endpointOf("bedrock/x", "embeddings");
  const asked = { text: "", value: { model: "ours", input: ["a", "b"] } };
  const answer = (embedding: unknown, count?: number) => ({
    headers: new Headers(),
    text: JSON.stringify({ embedding, inputTextTokenCount: count }),
  });

  it("is in the order of what was asked, and counts them all", () => {
    expect(endpoint.bodies(asked, call)).toEqual(['{"inputText":"a"}', '{"inputText":"b"}']);
    const { text, usage } = endpoint.read([answer([1], 2), answer([3], 4)], asked, call);
    expect(JSON.parse(text)).toMatchObject({
      model: "ours",
      data: [{ embedding: [1] }, { embedding: [3], index: 1 }],
      usage: { prompt_tokens: 6 },
    });
    expect(usage?.inputTokens).toBe(6);
  });

  it("has no count when one of them has none, and is no answer when one is missing", () => {
    expect(endpoint.read([answer([1], 2), answer([3])], asked, call).usage).toBeUndefined();
    expect(() => endpoint.read([answer([1], 2)], asked, call)).toThrow(/as many vectors/);
    expect(() =>
      endpoint.read([{ text: "<html>", headers: new Headers() }], asked, call),
    ).toThrow();
  });
});
