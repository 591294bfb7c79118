import { describe, expect, it } from "vitest";
import { issueAwsAccessKey, readAwsAccessKey } from "../../src/core/aws-access-key.ts";
import { createKeySigner } from "../../src/core/key-format.ts";
import {
  isSignature,
  isSignedWith,
  readSignature,
  scopeProblem,
  sha256,
} from "../../src/core/sigv4.ts";
import type { SignatureClaim, SignedRequest } from "../../src/core/sigv4.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

function claimOf(request: SignedRequest): SignatureClaim {
  const claim = readSignature(request);
  if (typeof claim === "string") throw new Error(claim);
  return claim;
}

async function isGood(request: SignedRequest, body: string, secret = SECRET): Promise<boolean> {
  return isSignedWith(secret, request, claimOf(request), await sha256(body));
}

function authorization(scope: string, signedHeaders: string, signature: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** AWS's published examples (the suite of 2015), all for the service `service`. */
const PUBLISHED: [string, string, string, string][] = [
  [
    "a plain GET",
    "GET",
    "https://example.amazonaws.com/",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  ],
  [
    "a query whose order changes",
    "GET",
    "https://example.amazonaws.com/?Param2=value2&Param1=value1",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  [
    "a POST without a body",
    "POST",
    "https://example.amazonaws.com/",
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
];

describe("AWS's published signatures", () => {
  it.each(PUBLISHED)("hold for %s", async (_, method, url, signature) => {
    const headers = new Headers({
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      authorization: authorization("20150830/us-east-1/service", "host;x-amz-date", signature),
    });
    expect(await isGood({ method, url, headers }, "")).toBe(true);
  });
});

const BODY = '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}';
const SIGNED_AT_MS = Date.parse("2026-01-02T03:04:05Z");

function bedrockRequest(colon: string, signature: string): SignedRequest {
  return {
    method: "POST",
    url: `https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-20250929-v1${colon}0/converse`,
    headers: new Headers({
      host: "bedrock-runtime.us-east-1.amazonaws.com",
      "content-type": "application/json",
      "x-amz-date": "20260102T030405Z",
      authorization: authorization(
        "20260102/us-east-1/bedrock",
        "content-type;host;x-amz-date",
        signature,
      ),
    }),
  };
}

const ENCODED = bedrockRequest(
  "%3A",
  "6b18186d5132c71249f705372d764ddfd8a9890b662230fb355af564c05e1c35",
);
const RAW = bedrockRequest(":", "3000ee0b39c11845e77a3c9979563ac2bdac6e7b7fef737e2d82a8a148d9efe2");

describe("a signed call of Bedrock", () => {
  it("is good however the colon of its model id is written", async () => {
    expect(await isGood(ENCODED, BODY)).toBe(true);
    expect(await isGood(RAW, BODY)).toBe(true);
  });

  it("is told by its header", () => {
    expect(isSignature(ENCODED.headers.get("authorization") ?? "")).toBe(true);
    expect(isSignature("Bearer sk-1")).toBe(false);
  });

  const changed = (changes: Record<string, string>): SignedRequest => {
    const headers = new Headers(ENCODED.headers);
    for (const [name, value] of Object.entries(changes)) headers.set(name, value);
    return { ...ENCODED, headers };
  };

  it.each<[string, SignedRequest, string]>([
    ["another body", ENCODED, `${BODY} `],
    ["another method", { ...ENCODED, method: "GET" }, BODY],
    ["another path", { ...ENCODED, url: ENCODED.url.replace("v1%3A0", "v1%3A1") }, BODY],
    ["the path written otherwise", { ...ENCODED, url: RAW.url }, BODY],
    ["another operation", { ...ENCODED, url: `${ENCODED.url}-stream` }, BODY],
    ["a query that was not signed", { ...ENCODED, url: `${ENCODED.url}?a=1` }, BODY],
    ["another host", changed({ host: "gateway.example" }), BODY],
    ["another signed header", changed({ "content-type": "text/plain" }), BODY],
  ])("is bad with %s", async (_, request, body) => {
    expect(await isGood(request, body)).toBe(false);
  });

  it("is bad with another secret, and with any digit of its signature changed", async () => {
    expect(await isGood(ENCODED, BODY, `${SECRET}x`)).toBe(false);
    const claim = claimOf(ENCODED);
    const hash = await sha256(BODY);
    for (let at = 0; at < claim.signature.length; at += 7) {
      const digit = claim.signature[at] === "0" ? "1" : "0";
      const signature = claim.signature.slice(0, at) + digit + claim.signature.slice(at + 1);
      expect(await isSignedWith(SECRET, ENCODED, { ...claim, signature }, hash)).toBe(false);
    }
  });

  it.each([
    ["without a signature", { authorization: "AWS4-HMAC-SHA256 Credential=A/20260102/r/s/x" }],
    ["without a date", { "x-amz-date": "" }],
    ["of another day than its scope", { "x-amz-date": "20260103T030405Z" }],
    ["whose body is not signed", { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }],
    ["whose body is signed in pieces", { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256" }],
    ["whose body's hash is not signed", { "x-amz-content-sha256": "0".repeat(64) }],
    [
      "whose host is not signed",
      { authorization: authorization("20260102/r/bedrock", "x-amz-date", "0".repeat(64)) },
    ],
  ])("cannot be read %s", (_, changes) => {
    expect(readSignature(changed(changes))).toBeTypeOf("string");
  });

  it.each([
    [0, undefined],
    [299_000, undefined],
    [-299_000, undefined],
    [301_000, "expired"],
    [-301_000, "not yet current"],
  ])("%i ms after it was signed is %s", (laterMs, problem) => {
    const said = scopeProblem(claimOf(ENCODED), SIGNED_AT_MS + laterMs);
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(problem);
  });

  it("is for Bedrock and for no other service", () => {
    const other = changed({
      authorization: authorization("20260102/r/s3", "host;x-amz-date", "0".repeat(64)),
    });
    expect(scopeProblem(claimOf(other), SIGNED_AT_MS)).toContain("bedrock");
  });
});

describe("an access key of ours", () => {
  const signer = createKeySigner("a-key-secret-for-tests-of-access-keys");
  const owner = { accountId: "a".repeat(20), keyHash: "b".repeat(64) };

  it("names its owner, and its secret is made again from its id", async () => {
    const { accessKeyId, secretAccessKey } = await issueAwsAccessKey(owner, signer);
    expect(accessKeyId.length).toBeLessThanOrEqual(128);
    expect(await readAwsAccessKey(accessKeyId, signer)).toEqual({ ...owner, secretAccessKey });
  });

  it("is not recognised by another deployment, nor with a changed owner", async () => {
    const { accessKeyId } = await issueAwsAccessKey(owner, signer);
    const stranger = createKeySigner("another-key-secret-of-another-deployment");
    expect(await readAwsAccessKey(accessKeyId, stranger)).toBeUndefined();
    const stolen = accessKeyId.replace("bbbb", "cccc");
    expect(await readAwsAccessKey(stolen, signer)).toBeUndefined();
    expect(await readAwsAccessKey("AKIDEXAMPLE", signer)).toBeUndefined();
  });

  it("has a secret of its own for every id", async () => {
    const one = await issueAwsAccessKey(owner, signer);
    const two = await issueAwsAccessKey({ ...owner, accountId: "c".repeat(20) }, signer);
    expect(one.secretAccessKey).not.toBe(two.secretAccessKey);
    expect(one.secretAccessKey).toMatch(/^[0-9A-Za-z]{32}$/);
  });
});
