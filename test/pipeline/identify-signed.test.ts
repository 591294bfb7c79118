import { describe, expect, it } from "vitest";
import { issueAwsAccessKey } from "../../src/core/aws-access-key.ts";
import { hashKey } from "../../src/core/key-format.ts";
import { identify, identifySender } from "../../src/pipeline/identify.ts";
import { signAwsRequest } from "../../src/providers/aws-signature.ts";
import { rejectionOf } from "../core/thrown.ts";
import { threeGpts, worldWith } from "./world.ts";

/** Nobody may be asked anything: the id of an access key says whose it is. */
const deps = worldWith(threeGpts(), undefined, {
  findAccountOfKey: () => Promise.reject(new Error("looked up")),
  account: () => {
    throw new Error("woken");
  },
});
const owner = { accountId: "a".repeat(20), keyHash: await hashKey("sk-whose-key-it-is") };
const access = await issueAwsAccessKey(owner, deps.signer);

const URL = "https://gateway.example/bedrock/model/us.amazon.nova-pro-v1%3A0/converse";
const BODY = '{"messages":[{"role":"user","content":[{"text":"日本"}]}]}';

/** What AWS's own signers make of it; `changes` happen on the way. */
async function signed(
  changes: { accessKeyId?: string; secretAccessKey?: string; agoMs?: number; hash?: string } = {},
): Promise<Request> {
  const { agoMs = 0, hash, ...keys } = changes;
  const headers = {
    "content-type": "application/json",
    host: "gateway.example",
    ...(hash === undefined ? {} : { "x-amz-content-sha256": hash }),
  };
  const credential = { ...access, sessionToken: undefined, ...keys };
  const nowMs = deps.nowMs() - agoMs;
  return new Request(URL, {
    method: "POST",
    headers: await signAwsRequest(
      { url: URL, headers, body: BODY },
      credential,
      "eu-west-3",
      nowMs,
    ),
    body: BODY,
  });
}

describe("a signed call", () => {
  it("is its key's, once its body is known to be the one that was signed", async () => {
    const caller = await identifySender(await signed(), deps);
    expect(caller).toMatchObject(owner);
    await expect(caller.confirmBody?.(BODY)).resolves.toBeUndefined();
  });

  it("is nobody's when its body is another", async () => {
    const caller = await identifySender(await signed(), deps);
    const error = await rejectionOf(Promise.resolve(caller.confirmBody?.(`${BODY} `)));
    expect(error.code).toBe("invalid_key");
    expect(error.details.headers).toEqual({ "x-amzn-errortype": "InvalidSignatureException" });
  });

  it("that states its body's hash is held to it", async () => {
    const hash = await hashKey(BODY);
    const caller = await identifySender(await signed({ hash }), deps);
    await expect(caller.confirmBody?.(BODY)).resolves.toBeUndefined();
    const error = await rejectionOf(Promise.resolve(caller.confirmBody?.("{}")));
    expect(error.code).toBe("invalid_key");
  });

  it("that states its body's hash is refused for a bad signature before the body is read", async () => {
    const hash = await hashKey(BODY);
    const request = await signed({ hash, secretAccessKey: "x".repeat(32) });
    const error = await rejectionOf(identifySender(request, deps));
    expect(error.details.headers).toEqual({ "x-amzn-errortype": "InvalidSignatureException" });
    expect(request.bodyUsed).toBe(false);
  });

  it.each([
    ["by an id nobody issued", { accessKeyId: "AKIDEXAMPLE" }, "UnrecognizedClientException"],
    [
      "by an id whose owner was changed",
      { accessKeyId: access.accessKeyId.replace("aaaa", "aaab") },
      "UnrecognizedClientException",
    ],
    ["too long ago", { agoMs: 301_000 }, "InvalidSignatureException"],
    ["in the future", { agoMs: -301_000 }, "InvalidSignatureException"],
    ["without its body", { hash: "UNSIGNED-PAYLOAD" }, "IncompleteSignatureException"],
  ])("signed %s is refused before its body is read", async (_, changes, type) => {
    const request = await signed(changes);
    const error = await rejectionOf(identifySender(request, deps));
    expect(error.code).toBe("invalid_key");
    expect(error.details.headers).toEqual({ "x-amzn-errortype": type });
    expect(request.bodyUsed).toBe(false);
  });

  it("is heard only where a body can be confirmed", async () => {
    const { headers, url } = await signed();
    expect((await rejectionOf(identify(headers, deps, url))).code).toBe("invalid_key");
  });
});
