import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../src/core/config/deployment.ts";
import { vertexHost } from "../../src/providers/vertex-address.ts";
import { vertex } from "../../src/providers/vertex.ts";
import { objectIn } from "../core/parsed.ts";
import { rejectionOf } from "../core/thrown.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";
import { createTestAccount } from "./service-account.fixture.ts";

const ACCOUNT = JSON.stringify({
  client_email: "gateway@proj-1.iam.gserviceaccount.com",
  private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
  project_id: "proj-1",
});
const CONNECTION: Connection = { vertex_credentials: ACCOUNT, vertex_location: "us-east5" };
const HEADERS = { "content-type": "application/json", authorization: "Bearer ya29.token" };
const MODELS =
  "https://us-east5-aiplatform.googleapis.com/v1/projects/proj-1/locations/us-east5/publishers";
const SONNET = "vertex_ai/claude-sonnet-4-5@20250929";

const SHARED = {
  provider: vertex,
  required: ["vertex_credentials" as const],
  secrets: ["c2VjcmV0"],
  bytes: bytesOf('data: {"a":1}\r\n\r\ndata: {"b":"é"}\n\n'),
  frames: [{ data: '{"a":1}' }, { data: '{"b":"é"}' }],
};

describeProvider({
  ...SHARED,
  deployment: deploymentOf("vertex_ai/gemini-2.5-pro", CONNECTION),
  body: '{ "contents": [ {"role":"user","parts":[{"text":"\\u0041"}]} ], "generationConfig":{"temperature":1.0} }',
  untouched: [
    '"contents": [ {"role":"user","parts":[{"text":"\\u0041"}]} ], "generationConfig":{"temperature":1.0}',
  ],
  whole: { url: `${MODELS}/google/models/gemini-2.5-pro:generateContent`, headers: HEADERS },
  stream: {
    url: `${MODELS}/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    headers: HEADERS,
  },
});

describeProvider({
  ...SHARED,
  deployment: deploymentOf(SONNET, CONNECTION),
  body: '{ "max_tokens": 10, "messages": [ {"role":"user","content":"\\u0041"} ], "new": 1.0 }',
  untouched: ['"max_tokens": 10, "messages": [ {"role":"user","content":"\\u0041"} ], "new": 1.0'],
  whole: {
    url: `${MODELS}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`,
    headers: HEADERS,
  },
  stream: {
    url: `${MODELS}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`,
    headers: HEADERS,
  },
});

describe("Vertex AI's addresses", () => {
  const address = async (name: string, connection: Connection = {}) =>
    (
      await vertex.prepare(
        callOf(deploymentOf(name, { vertex_credentials: ACCOUNT, ...connection })),
        "{}",
        TOOLS,
      )
    ).url;

  it.each([
    ["global", "aiplatform.googleapis.com"],
    ["us", "aiplatform.us.rep.googleapis.com"],
    ["eu", "aiplatform.eu.rep.googleapis.com"],
    ["europe-west1", "europe-west1-aiplatform.googleapis.com"],
  ])("serve %s at %s", (location, host) => {
    expect(vertexHost(location)).toBe(host);
  });

  it("default to us-central1, and to global for models that are nowhere else", async () => {
    expect(await address("vertex_ai/gemini-2.5-flash")).toContain(
      "https://us-central1-aiplatform.googleapis.com/v1/",
    );
    expect(await address("vertex_ai/gemini-3-pro-preview")).toContain(
      "https://aiplatform.googleapis.com/v1/projects/proj-1/locations/global/",
    );
  });

  it("belong to the project that was named, else to the account's own", async () => {
    expect(await address("vertex_ai/gemini-2.5-pro", { vertex_project: "other" })).toContain(
      "/projects/other/",
    );
  });

  it.each([
    "http://127.0.0.1:1/vertex",
    "http://127.0.0.1:1/vertex/",
    "http://127.0.0.1:1/vertex/v1",
  ])("keep their path behind the stand-in %s", async (apiBase) => {
    expect(await address("vertex_ai/gemini-2.5-pro", { api_base: apiBase })).toBe(
      "http://127.0.0.1:1/vertex/v1/projects/proj-1/locations/us-central1/publishers/google/models/gemini-2.5-pro:generateContent",
    );
  });
});

describe("Vertex AI's settings", () => {
  it("lack a project when neither they nor the account name one", () => {
    const { project_id: _project, ...nameless } = objectIn(ACCOUNT);
    const credentials = { vertex_credentials: JSON.stringify(nameless) };
    expect(vertex.missing(deploymentOf(SONNET, credentials))).toEqual(["vertex_project"]);
    expect(vertex.missing(deploymentOf(SONNET, { ...credentials, vertex_project: "p" }))).toEqual(
      [],
    );
    expect(vertex.missing(deploymentOf(SONNET))).toEqual(["vertex_credentials", "vertex_project"]);
  });

  it("are refused by name when the credentials are a path", async () => {
    const deployment = deploymentOf(SONNET, { vertex_credentials: "/secrets/account.json" });
    expect(vertex.missing(deployment)).toEqual([]);
    const { code, message } = await rejectionOf(vertex.prepare(callOf(deployment), "{}", TOOLS));
    expect(code).toBe("not_configured");
    expect(message).toContain("vertex_credentials");
  });
});

describe("Claude on Vertex AI", () => {
  const deployment = deploymentOf(SONNET, CONNECTION);

  it("gets its version in the body, its flags in a header, and no version header", async () => {
    const call = callOf(deployment, {
      stream: true,
      betas: ["context-1m-2025-08-07", "effort-2025-11-24", "advanced-tool-use-2025-11-20"],
      anthropicVersion: "2023-06-01",
    });
    const { json } = adapted('{"model":"m","stream":true,"messages":[]}', (body) =>
      vertex.adaptBody(body, call),
    );
    expect(json).toEqual({ stream: true, messages: [], anthropic_version: "vertex-2023-10-16" });
    const { headers } = await vertex.prepare(call, "{}", TOOLS);
    expect(headers).toEqual({
      ...HEADERS,
      "anthropic-beta": "context-1m-2025-08-07,tool-search-tool-2025-10-19",
    });
  });

  it("has its tokens counted by a model of that name, with its own name in the body", async () => {
    const counter = vertex.countTokens;
    const call = callOf(deployment);
    const { json } = adapted('{"model":"team","messages":[]}', (body) =>
      counter?.adaptBody(body, call),
    );
    expect(json).toMatchObject({ model: "claude-sonnet-4-5@20250929", messages: [] });
    expect((await counter?.prepare(call, "{}", TOOLS))?.url).toBe(
      `${MODELS}/anthropic/models/count-tokens:rawPredict`,
    );
    expect(counter?.read({ input_tokens: 5 })).toBe(5);
  });
});

describe("Gemini's counter", () => {
  it("is given what the model reads", async () => {
    const call = callOf(deploymentOf("vertex_ai/gemini-2.5-pro", CONNECTION));
    const { text } = adapted(
      '{"contents":[1.0],"generationConfig":{},"toolConfig":{},"tools":[],"systemInstruction":{}}',
      (body) => vertex.countTokens?.adaptBody(body, call),
    );
    expect(text).toBe('{"contents":[1.0],"tools":[],"systemInstruction":{}}');
    expect((await vertex.countTokens?.prepare(call, "{}", TOOLS))?.url).toBe(
      `${MODELS}/google/models/gemini-2.5-pro:countTokens`,
    );
    expect(vertex.countTokens?.read({ totalTokens: 9 })).toBe(9);
  });
});

describe("Vertex AI's errors", () => {
  it("are understood in Google's words and in Anthropic's", () => {
    const read = (status: number, body: unknown) =>
      vertex.readFailure?.({ status, headers: new Headers(), body: JSON.stringify(body) });
    expect(
      read(429, [{ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m" } }]),
    ).toMatchObject({
      category: "rate-limit",
    });
    expect(
      read(400, {
        type: "error",
        error: { type: "invalid_request_error", message: "prompt is too long: 1 > 0" },
      }),
    ).toMatchObject({
      category: "context-length",
      message: "prompt is too long: 1 > 0",
    });
  });
});

describe("a token for Vertex AI", () => {
  let account: Awaited<ReturnType<typeof createTestAccount>>;
  beforeAll(async () => {
    account = await createTestAccount();
  });

  it("is asked for this deployment's account at this moment", async () => {
    const asked: [string, number][] = [];
    const tokens = {
      accessToken: async (json: string, nowMs: number) => {
        asked.push([json, nowMs]);
        return "t";
      },
      forget: () => undefined,
    };
    await vertex.prepare(callOf(deploymentOf(SONNET, { vertex_credentials: account.json })), "{}", {
      nowMs: 17,
      tokens,
    });
    expect(asked).toEqual([[account.json, 17]]);
  });
});
