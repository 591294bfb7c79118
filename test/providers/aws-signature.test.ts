import { describe, expect, it } from "vitest";
import { signAwsRequest } from "../../src/providers/aws-signature.ts";
import { NOW_MS } from "./deployment.ts";

const CREDENTIAL = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: undefined,
};
const HOST = "https://bedrock-runtime.us-east-1.amazonaws.com";
const BODY = '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}';

function sign(url: string, sessionToken?: string) {
  const request = { url, headers: { "content-type": "application/json" }, body: BODY };
  return signAwsRequest(request, { ...CREDENTIAL, sessionToken }, "us-east-1", NOW_MS);
}

describe("an AWS signature", () => {
  // Both values were computed by AWS's own SDK for the same requests.
  it.each([
    ["%3A", "6b18186d5132c71249f705372d764ddfd8a9890b662230fb355af564c05e1c35"],
    [":", "3000ee0b39c11845e77a3c9979563ac2bdac6e7b7fef737e2d82a8a148d9efe2"],
  ])("covers the path as it is sent, with %s in it", async (colon, signature) => {
    const headers = await sign(
      `${HOST}/model/us.anthropic.claude-sonnet-4-5-20250929-v1${colon}0/converse`,
    );
    expect(headers).toEqual({
      "content-type": "application/json",
      "x-amz-date": "20260102T030405Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, " +
        `SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`,
    });
  });

  it("covers the session token of temporary credentials", async () => {
    const headers = await sign(`${HOST}/model/m/invoke`, "FwoGZXIvYXdz");
    expect(headers["x-amz-security-token"]).toBe("FwoGZXIvYXdz");
    expect(headers.authorization).toContain(
      "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,",
    );
  });

  it("differs with the body, so that nobody can change it on the way", async () => {
    const url = `${HOST}/model/m/invoke`;
    const other = { url, headers: { "content-type": "application/json" }, body: `${BODY} ` };
    const changed = await signAwsRequest(other, CREDENTIAL, "us-east-1", NOW_MS);
    expect(changed.authorization).not.toBe((await sign(url)).authorization);
  });
});
