import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { crc32, decodeFrames, encodeFrame } from "../upstream/eventstream.ts";
import { asObject } from "../upstream/json.ts";
import { checkSignature } from "../upstream/sigv4.ts";
import type { SignedRequest } from "../upstream/sigv4.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
  PIXEL,
  SONNET,
  bedrockEvents,
  claudeText,
  createCaller,
  errorOf,
  framesOf,
  objectOf,
} from "./upstream-client.ts";
import type { Caller } from "./upstream-client.ts";

const EXAMPLE_KEY = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

describe("Signature Version 4", () => {
  const getVanilla: SignedRequest = {
    method: "GET",
    path: "/",
    rawQuery: "",
    rawBody: "",
    headers: {
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31`,
    },
  };
  const vanilla = {
    keys: [EXAMPLE_KEY],
    region: "us-east-1",
    service: "service",
    now: new Date("2015-08-30T12:36:00Z"),
  };

  it("accepts the published example of AWS", () => {
    expect(checkSignature(getVanilla, vanilla)).toBeUndefined();
  });

  it("accepts the published example with a query and one with a body", () => {
    const query = withSignature(
      { ...getVanilla, rawQuery: "Param2=value2&Param1=value1" },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    );
    const posted = withSignature(
      { ...getVanilla, method: "POST" },
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    );
    expect(checkSignature(query, vanilla)).toBeUndefined();
    expect(checkSignature(posted, vanilla)).toBeUndefined();
  });

  it.each([
    ["%3A", "6b18186d5132c71249f705372d764ddfd8a9890b662230fb355af564c05e1c35"],
    [":", "3000ee0b39c11845e77a3c9979563ac2bdac6e7b7fef737e2d82a8a148d9efe2"],
  ])("encodes the wire path once more, with a model id written with %s", (colon, signature) => {
    const request: SignedRequest = {
      method: "POST",
      path: `/model/us.anthropic.claude-sonnet-4-5-20250929-v1${colon}0/converse`,
      rawQuery: "",
      rawBody: '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}',
      headers: {
        "content-type": "application/json",
        host: "bedrock-runtime.us-east-1.amazonaws.com",
        "x-amz-date": "20260102T030405Z",
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`,
      },
    };
    const expected = {
      keys: [EXAMPLE_KEY],
      region: "us-east-1",
      service: "bedrock",
      now: new Date("2026-01-02T03:04:05Z"),
    };
    expect(checkSignature(request, expected)).toBeUndefined();
  });

  it("refuses one changed character of the signature", () => {
    const forged = withSignature(
      getVanilla,
      "0fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    );
    expect(checkSignature(forged, vanilla)?.type).toBe("InvalidSignatureException");
  });

  function withSignature(request: SignedRequest, signature: string): SignedRequest {
    const authorization =
      request.headers["authorization"]?.replace(/Signature=.*/u, `Signature=${signature}`) ?? "";
    return { ...request, headers: { ...request.headers, authorization } };
  }
});

describe("event-stream frames", () => {
  it("computes the checksum every CRC-32 is tested with", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
  });

  it("reads back what it wrote and notices a flipped bit", () => {
    const frame = encodeFrame({ ":event-type": "chunk" }, '{"a":"ä"}');
    expect(decodeFrames(Buffer.concat([frame, frame]))).toHaveLength(2);
    expect(decodeFrames(frame)[0]?.payload.toString()).toBe('{"a":"ä"}');
    frame.writeUInt8(frame.readUInt8(20) ^ 1, 20);
    expect(() => decodeFrames(frame)).toThrow("checksum");
  });
});

describe("Bedrock", () => {
  let upstream: Upstream;
  let call: Caller;
  beforeAll(async () => {
    upstream = await startUpstream();
    call = createCaller(upstream);
  });
  beforeEach(() => upstream.reset());
  afterAll(() => upstream.stop());

  it("answers a signed call and reports its usage in headers too", async () => {
    const response = await call.bedrock();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-amzn-bedrock-input-token-count")).toBe("3");
    const message = await objectOf(response);
    expect(claudeText(message)).toBe("You said: hello there");
    expect(message["usage"]).toMatchObject({ input_tokens: 3, output_tokens: 4 });
    expect(upstream.requests).toMatchObject([
      { vendor: "bedrock", region: "us-east-1", model: "claude-sonnet-4-5", status: 200 },
    ]);
  });

  it("takes a raw colon, temporary credentials, an inference profile's ARN and a bearer key", async () => {
    const arn = encodeURIComponent(upstream.credentials.bedrockProfileArn);
    const answers = await Promise.all([
      call.bedrock({}, { model: SONNET.replace("%3A", ":") }),
      call.bedrock({}, { signing: { key: upstream.credentials.awsSession } }),
      call.bedrock({}, { model: arn }),
      call.bedrock({}, { bearer: upstream.credentials.bedrockApiKey }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  });

  it("refuses a wrong secret, region, service, date, body and an unsigned or missing session token", async () => {
    const { aws, awsSession } = upstream.credentials;
    const bare = {
      accessKeyId: awsSession.accessKeyId,
      secretAccessKey: awsSession.secretAccessKey,
    };
    const refusals = await Promise.all([
      call.bedrock({}, { signing: { key: { ...aws, secretAccessKey: "other" } } }),
      call.bedrock({}, { signing: { region: "us-west-2" } }),
      call.bedrock({}, { signing: { service: "bedrock-runtime" } }),
      call.bedrock({}, { signing: { now: new Date(Date.now() - 6 * 60_000) } }),
      call.bedrock({}, { signing: { now: new Date(Date.now() + 6 * 60_000) } }),
      call.bedrock({}, { tampered: "{}" }),
      call.bedrock({}, { signing: { key: awsSession, tokenUnsigned: true } }),
      call.bedrock({}, { signing: { key: bare } }),
      call.bedrock({}, { signing: { key: { ...aws, accessKeyId: "AKIAUNKNOWN" } } }),
      call.bedrock({}, { bearer: "ABSKwrong" }),
    ]);
    expect(refusals.map((refusal) => refusal.status)).toEqual(
      Array.from({ length: 10 }, () => 403),
    );
    const types = refusals.map((refusal) => refusal.headers.get("x-amzn-errortype")?.split(":")[0]);
    const invalid = "InvalidSignatureException";
    const unknown = "UnrecognizedClientException";
    expect(types).toEqual([
      invalid,
      invalid,
      invalid,
      invalid,
      invalid,
      invalid,
      invalid,
      unknown,
      unknown,
      "AccessDeniedException",
    ]);
    expect(await errorOf(refusals[3] ?? new Response())).toContain("Signature expired");
  });

  it("knows which models live where", async () => {
    const ids = [
      "eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0",
      "anthropic.claude-opus-5-5",
      "us.anthropic.claude-9",
      "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fother",
    ];
    const refusals = await Promise.all(ids.map((model) => call.bedrock({}, { model })));
    expect(refusals.map((refusal) => refusal.status)).toEqual([400, 400, 400, 404]);
    expect(await Promise.all(refusals.map(errorOf))).toEqual([
      "The provided model identifier is invalid.",
      expect.stringContaining("on-demand throughput isn’t supported"),
      "The provided model identifier is invalid.",
      expect.stringContaining("Could not resolve the foundation model"),
    ]);
  });

  it("streams frames with good checksums and ends with the metrics it bills by", async () => {
    const response = await call.bedrock(
      { messages: [{ role: "user", content: "tokens:30" }] },
      { stream: true },
    );
    expect(response.headers.get("content-type")).toBe("application/vnd.amazon.eventstream");
    const events = bedrockEvents(await framesOf(response));
    expect(claudeText(events).split(" ")).toHaveLength(30);
    expect(events[0]?.["type"]).toBe("message_start");
    expect(asObject(events.at(-1))).toMatchObject({
      type: "message_stop",
      "amazon-bedrock-invocationMetrics": { inputTokenCount: 3, outputTokenCount: 30 },
    });
  });

  it("sends its errors inside the stream as exception frames", async () => {
    upstream.script({ vendor: "bedrock" }, [
      { errorAt: 2 },
      { errorAt: { chunk: 0, type: "modelStreamErrorException", message: "broken" } },
    ]);
    const [throttled, broken] = [
      await call.bedrock({}, { stream: true }),
      await call.bedrock({}, { stream: true }),
    ];
    const frames = await framesOf(throttled);
    expect(frames).toHaveLength(3);
    expect(frames[2]?.headers).toMatchObject({
      ":message-type": "exception",
      ":exception-type": "throttlingException",
    });
    expect((await framesOf(broken))[0]?.payload.toString()).toBe('{"message":"broken"}');
  });

  it("refuses what InvokeModel does not know", async () => {
    const bodies = {
      "anthropic_version: Field required": { anthropic_version: undefined },
      "anthropic_version: Input should be 'bedrock-2023-05-31'": {
        anthropic_version: "2023-06-01",
      },
      "model: Extra inputs are not permitted": { model: "claude-sonnet-4-5" },
      "stream: Extra inputs are not permitted": { stream: true },
      "max_tokens: Field required": { max_tokens: undefined },
      "n: Extra inputs are not permitted": { n: 1 },
      "invalid beta flag": { anthropic_beta: ["claude-code-20250219"] },
      "context_management: Extra inputs are not permitted": { context_management: { edits: [] } },
      "tools.0.custom.eager_input_streaming: Extra inputs are not permitted": {
        tools: [tool({ eager_input_streaming: true })],
      },
      "tools.0.custom.custom: Extra inputs are not permitted": { tools: [tool({ custom: {} })] },
      "tools.0.custom.defer_loading: Extra inputs are not permitted": {
        tools: [tool({ defer_loading: true })],
      },
      "system.0.cache_control.ephemeral.scope: Extra inputs are not permitted": {
        system: [
          { type: "text", text: "a", cache_control: { type: "ephemeral", scope: "global" } },
        ],
      },
    };
    for (const [message, body] of Object.entries(bodies)) {
      const response = await call.bedrock(body);
      expect([response.status, await errorOf(response)]).toEqual([400, message]);
    }
    const guarded = await call.bedrock({
      anthropic_beta: ["tool-search-tool-2025-10-19"],
      tools: [tool({ defer_loading: true })],
    });
    expect(guarded.status).toBe(200);
  });

  it("takes pictures by value only and says what it saw", async () => {
    const image = (source: object): object => ({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image", source },
          ],
        },
      ],
    });
    const seen = await call.bedrock({
      ...image({ type: "base64", media_type: "image/png", data: PIXEL }),
    });
    expect(claudeText(await objectOf(seen))).toBe("You said: look image:image/png:70 bytes");
    const linked = await call.bedrock({
      ...image({ type: "url", url: "https://example.com/a.png" }),
    });
    expect(await errorOf(linked)).toContain("Input tag 'url' found using 'type'");
    const mislabelled = await call.bedrock({
      ...image({ type: "base64", media_type: "image/jpeg", data: PIXEL }),
    });
    expect(await errorOf(mislabelled)).toContain("appears to be a image/png image");
  });

  it("keeps a cache for each region", async () => {
    const body = {
      system: [
        { type: "text", text: "s".repeat(400), cache_control: { type: "ephemeral", ttl: "1h" } },
      ],
    };
    const usages = [];
    for (const region of ["us-east-1", "us-east-1", "us-west-2"]) {
      usages.push((await objectOf(await call.bedrock(body, { region })))["usage"]);
    }
    const written = {
      input_tokens: 3,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 100 },
    };
    expect(usages).toMatchObject([
      written,
      { input_tokens: 3, cache_creation_input_tokens: 0, cache_read_input_tokens: 100 },
      written,
    ]);
  });

  it("serves no operation it does not know", async () => {
    const response = await fetch(`${upstream.url}/bedrock/us-east-1/model/${SONNET}/speak`, {
      method: "POST",
      headers: { authorization: `Bearer ${upstream.credentials.bedrockApiKey}` },
      body: "{}",
    });
    expect(response.status).toBe(404);
  });
});

function tool(more: object): object {
  return { name: "weather", input_schema: { type: "object", properties: {} }, ...more };
}
