import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/core/config/deployment.ts";
import { encodeEventFrame, encodeEventStream } from "../../src/dialects/framing/event-stream.ts";
import { bedrock } from "../../src/providers/bedrock.ts";
import { thrownBy } from "../core/thrown.ts";
import { exception } from "./bedrock-messages.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf } from "./provider.contract.ts";

const CONNECTION = { aws_region_name: "us-east-1", api_key: "ABSKsecret" };
const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA = "us.amazon.nova-pro-v1:0";
const ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";

const at = (model: string, fields: Partial<Deployment> = {}): Deployment =>
  deploymentOf(`bedrock/${model}`, CONNECTION, fields);

describe("which surface of Bedrock's a deployment is reached by", () => {
  it.each([
    ["Claude", at(CLAUDE), "anthropic-messages"],
    ["Claude by Converse", at(CLAUDE, { route: "converse" }), "bedrock-converse"],
    ["Nova", at(NOVA), "bedrock-converse"],
    ["gpt-oss", at("openai.gpt-oss-120b-1:0"), "bedrock-converse"],
    ["a profile of one's own", at(ARN), "anthropic-messages"],
    ["a profile of Claude", at(ARN, { baseModel: CLAUDE }), "anthropic-messages"],
    ["a profile of Nova", at(ARN, { baseModel: NOVA }), "bedrock-converse"],
    [
      "an ARN that names Nova",
      at("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"),
      "bedrock-converse",
    ],
    [
      "an ARN that names Claude",
      at(`arn:aws:bedrock:us-east-1:1:inference-profile/${CLAUDE}`),
      "anthropic-messages",
    ],
  ] as const)("%s", (_, deployment, dialect) => {
    expect(bedrock.dialect(deployment, "openai-chat").name).toBe(dialect);
    expect(bedrock.dialect(deployment, "anthropic-messages").name).toBe(dialect);
  });

  it("is Converse for a caller who speaks it, unless invoke/ is written", () => {
    expect(bedrock.dialect(at(CLAUDE), "bedrock-converse").name).toBe("bedrock-converse");
    const invoked = at(CLAUDE, { route: "invoke" });
    expect(bedrock.dialect(invoked, "bedrock-converse").name).toBe("anthropic-messages");
  });
});

describe("a call by Converse", () => {
  const call = callOf(at(NOVA), { dialect: "bedrock-converse" });

  it.each([
    [false, "converse"],
    [true, "converse-stream"],
  ])("goes to its own address (stream: %s)", async (stream, operation) => {
    const { url, headers } = await bedrock.prepare({ ...call, stream }, "{}", TOOLS);
    expect(url).toBe(
      `https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-pro-v1%3A0/${operation}`,
    );
    expect(headers).toEqual({
      "content-type": "application/json",
      authorization: "Bearer ABSKsecret",
    });
  });

  it("is told nothing that the URL says, and keeps every other byte", () => {
    const body =
      '{ "model":"m","stream":true, "tags":["a"], "messages": [ {"role":"user","content":[{"text":"\\u0041 1.0"}]} ] }';
    const { text } = adapted(body, (patch) => bedrock.adaptBody(patch, call));
    expect(text).toBe('{ "messages": [ {"role":"user","content":[{"text":"\\u0041 1.0"}]} ] }');
  });

  it("is answered in messages under the names of their types", () => {
    const decoder = bedrock.createDecoder("bedrock-converse");
    const bytes = new Uint8Array([
      ...encodeEventFrame({ event: "messageStart", data: '{"role":"assistant"}' }),
      ...exception("throttlingException", { message: "slow" }),
      ...encodeEventStream({
        headers: {
          ":message-type": "error",
          ":error-code": "InternalFailure",
          ":error-message": "oops",
        },
        payload: bytesOf(""),
      }),
    ]);
    expect(decoder.push(bytes)).toEqual([
      { event: "messageStart", data: '{"role":"assistant"}' },
      { event: "throttlingException", data: '{"message":"slow"}' },
      { event: "internalServerException", data: '{"message":"oops"}' },
    ]);
    expect(decoder.end()).toEqual([]);
  });
});

describe("a call by InvokeModel", () => {
  const call = callOf(at(CLAUDE), {
    dialect: "anthropic-messages",
    betas: ["interleaved-thinking-2025-05-14", "context-1m-2025-08-07"],
  });

  it("is sent the flags Bedrock is known to take", () => {
    const { json } = adapted({ messages: [] }, (body) => bedrock.adaptBody(body, call));
    expect(json.anthropic_beta).toEqual(["context-1m-2025-08-07"]);
  });

  it("is sent all flags of a caller who wrote them for Bedrock", () => {
    const flags = ["interleaved-thinking-2025-05-14", "of-tomorrow-2027-01-01"];
    const { json } = adapted({ messages: [], anthropic_beta: flags }, (body) =>
      bedrock.adaptBody(body, call),
    );
    expect(json.anthropic_beta).toEqual([...flags, "context-1m-2025-08-07"]);
  });

  it("is for Claude alone, and an operator is told the way to the others", () => {
    const other = callOf(at(NOVA, { route: "invoke" }), { dialect: "anthropic-messages" });
    const refusal = thrownBy(() =>
      adapted('{"messages":[]}', (body) => bedrock.adaptBody(body, other)),
    );
    expect(refusal.code).toBe("not_supported");
    expect(refusal.message).toContain(`bedrock/converse/${NOVA}`);
  });
});
