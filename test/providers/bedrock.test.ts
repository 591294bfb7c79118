import { describe, expect, it } from "vitest";
import type { Connection, Deployment } from "../../src/core/config/deployment.ts";
import { bedrock } from "../../src/providers/bedrock.ts";
import { textOfBase64 } from "../../src/providers/base64.ts";
import { objectIn } from "../core/parsed.ts";
import { thrownBy } from "../core/thrown.ts";
import { chunk, exception } from "./bedrock-messages.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { describeProvider } from "./provider.contract.ts";

const KEYS: Connection = {
  aws_access_key_id: "AKIDEXAMPLE",
  aws_secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  aws_region_name: "us-east-1",
};
const SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const SONNET_PATH = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0";
const PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123";

const sonnet = deploymentOf(`bedrock/${SONNET}`, { ...KEYS, api_key: "ABSKsecret" });
const BODY =
  '{ "max_tokens": 100, "messages": [ {"role":"user", "content":"\\u0041 1.0"} ],\n "metadata":{"user_id":"u"}, "x_new": [1.0, 12345678901234567890] }';

const START = { type: "message_start", message: { id: "msg_bdrk_1", usage: { input_tokens: 3 } } };
const STOP = { type: "message_stop", "amazon-bedrock-invocationMetrics": { inputTokenCount: 3 } };

describeProvider({
  provider: bedrock,
  deployment: sonnet,
  required: ["aws_region_name"],
  secrets: ["ABSKsecret", "wJalrXUtnFEMI"],
  body: BODY,
  untouched: [
    '"max_tokens": 100',
    '"messages": [ {"role":"user", "content":"\\u0041 1.0"} ]',
    '"metadata":{"user_id":"u"}',
    '"x_new": [1.0, 12345678901234567890]',
  ],
  whole: {
    url: `https://bedrock-runtime.us-east-1.amazonaws.com${SONNET_PATH}/invoke`,
    headers: { "content-type": "application/json", authorization: "Bearer ABSKsecret" },
  },
  stream: {
    url: `https://bedrock-runtime.us-east-1.amazonaws.com${SONNET_PATH}/invoke-with-response-stream`,
    headers: { "content-type": "application/json", authorization: "Bearer ABSKsecret" },
  },
  bytes: new Uint8Array([
    ...chunk(START),
    ...chunk(STOP),
    ...exception("throttlingException", { message: "slow" }),
  ]),
  frames: [
    { event: "message_start", data: JSON.stringify(START) },
    { event: "message_stop", data: JSON.stringify(STOP) },
    {
      event: "error",
      data: '{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}',
    },
  ],
});

describe("reaching Bedrock", () => {
  const address = async (deployment: Deployment) =>
    (await bedrock.prepare(callOf(deployment), "{}", TOOLS)).url;

  it.each([
    [
      `bedrock/${SONNET}`,
      {},
      `https://bedrock-runtime.us-east-1.amazonaws.com${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/invoke/${SONNET}`,
      {},
      `https://bedrock-runtime.us-east-1.amazonaws.com${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/eu-central-1/${SONNET}`,
      {},
      `https://bedrock-runtime.eu-central-1.amazonaws.com${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/us-gov-west-1/${SONNET}`,
      {},
      `https://bedrock-runtime.us-gov-west-1.amazonaws.com${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/invoke/cn-north-1/${SONNET}`,
      {},
      `https://bedrock-runtime.cn-north-1.amazonaws.com.cn${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/${PROFILE}`,
      { aws_region_name: undefined },
      "https://bedrock-runtime.eu-west-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fabc123/invoke",
    ],
    [
      `bedrock/${encodeURIComponent(PROFILE)}`,
      { aws_region_name: undefined },
      `https://bedrock-runtime.eu-west-1.amazonaws.com/model/${encodeURIComponent(PROFILE)}/invoke`,
    ],
    [
      `bedrock/${SONNET}`,
      { model_id: PROFILE },
      `https://bedrock-runtime.us-east-1.amazonaws.com/model/${encodeURIComponent(PROFILE)}/invoke`,
    ],
    [
      `bedrock/${SONNET}`,
      { aws_bedrock_runtime_endpoint: "http://127.0.0.1:9999/bedrock/us-east-1/" },
      `http://127.0.0.1:9999/bedrock/us-east-1${SONNET_PATH}/invoke`,
    ],
    [
      `bedrock/${SONNET}`,
      { api_base: "https://vpce.example" },
      `https://vpce.example${SONNET_PATH}/invoke`,
    ],
  ])("finds %s %j", async (name, connection, expected) => {
    expect(await address(deploymentOf(name, { ...KEYS, ...connection }))).toBe(expected);
  });

  it("signs with keys, the session token included, when there is no bearer key", async () => {
    const deployment = deploymentOf(`bedrock/${SONNET}`, {
      ...KEYS,
      aws_session_token: "FwoGZXIvYXdz",
    });
    const { headers } = await bedrock.prepare(callOf(deployment), "{}", TOOLS);
    expect(Object.keys(headers).toSorted()).toEqual([
      "authorization",
      "content-type",
      "x-amz-date",
      "x-amz-security-token",
    ]);
    expect(headers.authorization).toContain("/us-east-1/bedrock/aws4_request");
    expect(headers.authorization).toContain("x-amz-security-token");
  });

  it("signs for the region in the path, not for the configured one", async () => {
    const { headers } = await bedrock.prepare(
      callOf(deploymentOf(`bedrock/eu-west-3/${SONNET}`, KEYS)),
      "{}",
      TOOLS,
    );
    expect(headers.authorization).toContain("/eu-west-3/bedrock/");
  });

  it("prefers a bearer key to signing", async () => {
    const deployment = deploymentOf(`bedrock/${SONNET}`, {
      ...KEYS,
      aws_bearer_token: "ABSKother",
    });
    const { headers } = await bedrock.prepare(callOf(deployment), "{}", TOOLS);
    expect(headers).toEqual({
      "content-type": "application/json",
      authorization: "Bearer ABSKother",
    });
  });

  it("names the keys and the region that are missing", () => {
    expect(bedrock.missing(deploymentOf(`bedrock/${SONNET}`))).toEqual([
      "aws_access_key_id",
      "aws_secret_access_key",
      "aws_region_name",
    ]);
    expect(bedrock.missing(deploymentOf(`bedrock/us-west-2/${SONNET}`, { api_key: "k" }))).toEqual(
      [],
    );
  });
});

describe("a body for Bedrock", () => {
  it("loses what the URL says and gains AWS's version", () => {
    const { text } = adapted(
      '{"model":"team","stream":true,"max_tokens":5,"messages":[]}',
      (body) => bedrock.adaptBody(body, callOf(sonnet, { stream: true })),
    );
    expect(text).toBe('{"max_tokens":5,"messages":[],"anthropic_version":"bedrock-2023-05-31"}');
  });

  it("carries the flags AWS knows, by AWS's names", () => {
    const betas = [
      "claude-code-20250219",
      "advanced-tool-use-2025-11-20",
      "context-1m-2025-08-07",
      "new-2027-01-01",
    ];
    const { json } = adapted('{"messages":[]}', (body) =>
      bedrock.adaptBody(body, callOf(sonnet, { betas })),
    );
    expect(json.anthropic_beta).toEqual(["tool-search-tool-2025-10-19", "context-1m-2025-08-07"]);
  });

  it("turns the tools' streaming of arguments into a flag", () => {
    const tools = [{ name: "f", input_schema: { type: "object" }, eager_input_streaming: true }];
    const { json } = adapted({ messages: [], tools }, (body) =>
      bedrock.adaptBody(body, callOf(sonnet)),
    );
    expect(json.anthropic_beta).toEqual(["fine-grained-tool-streaming-2025-05-14"]);
    expect(json.tools).toEqual([{ name: "f", input_schema: { type: "object" } }]);
  });

  it("is refused for a model that is not Claude, unless only its ARN is known", () => {
    const adaptFor = (name: string) => () =>
      adapted('{"messages":[]}', (body) =>
        bedrock.adaptBody(body, callOf(deploymentOf(name, KEYS))),
      );
    expect(thrownBy(adaptFor("bedrock/amazon.nova-pro-v1:0")).code).toBe("not_supported");
    expect(adaptFor(`bedrock/${PROFILE}`)).not.toThrow();
  });
});

describe("an error of Bedrock's", () => {
  it.each([
    [429, "ThrottlingException:http://internal.amazon.com/", "Too many requests", "rate-limit"],
    [
      429,
      "ThrottlingException",
      "Too many tokens per day, please wait before trying again.",
      "quota",
    ],
    [400, "ServiceQuotaExceededException", "quota", "quota"],
    [400, "ValidationException", "max_tokens: Field required", "invalid-request"],
    [400, "ValidationException", "Input is too long for requested model.", "context-length"],
    [403, "AccessDeniedException", "You don't have access to the model", "permission"],
    [
      403,
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      "credential",
    ],
    [
      403,
      "InvalidSignatureException",
      "The request signature we calculated does not match",
      "credential",
    ],
    [
      403,
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "credential",
    ],
    [404, "ResourceNotFoundException", "Could not resolve the foundation model", "not-found"],
    [408, "ModelTimeoutException", "The model timed out", "timeout"],
    [424, "ModelErrorException", "The model crashed", "server-error"],
    [429, "ModelNotReadyException", "The model is warming up", "overloaded"],
    [500, "InternalServerException", "oops", "server-error"],
    [503, "ServiceUnavailableException", "busy", "overloaded"],
  ])("%i %s: %s", (status, type, message, category) => {
    const headers = new Headers({ "x-amzn-errortype": type });
    const failure = bedrock.readFailure?.({ status, headers, body: JSON.stringify({ message }) });
    expect(failure).toMatchObject({ category, status, message });
  });
});

describe("counting tokens on Bedrock", () => {
  const counter = bedrock.countTokens;
  const call = callOf(sonnet);

  it("wraps the body of an invocation, with room above the thinking budget and without empty tools", async () => {
    const { text } = adapted(
      {
        model: "m",
        messages: [{ role: "user", content: "日本" }],
        tools: [],
        thinking: { type: "enabled", budget_tokens: 2_000 },
      },
      (body) => counter?.adaptBody(body, call),
    );
    const request = await counter?.prepare(call, text, TOOLS);
    expect(request?.url).toBe(
      `https://bedrock-runtime.us-east-1.amazonaws.com${SONNET_PATH}/count-tokens`,
    );
    const [, wrapped = ""] =
      /^\{"input":\{"invokeModel":\{"body":"([^"]+)"\}\}\}$/.exec(request?.body ?? "") ?? [];
    expect(objectIn(textOfBase64(wrapped))).toEqual({
      messages: [{ role: "user", content: "日本" }],
      thinking: { type: "enabled", budget_tokens: 2_000 },
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 2_001,
    });
  });

  it("is not supported for an application inference profile, so that clients count by themselves", () => {
    const profile = callOf(deploymentOf(`bedrock/${PROFILE}`, KEYS));
    const refusal = thrownBy(() =>
      adapted('{"messages":[]}', (body) => counter?.adaptBody(body, profile)),
    );
    expect(refusal.code).toBe("not_supported");
  });

  it("reads the count", () => {
    expect(counter?.read({ inputTokens: 42 })).toBe(42);
    expect(counter?.read({})).toBeUndefined();
  });
});
