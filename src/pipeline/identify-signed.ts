import { readAwsAccessKey } from "../core/aws-access-key.ts";
import { GatewayError } from "../core/errors.ts";
import { isSignedWith, readSignature, scopeProblem, sha256 } from "../core/sigv4.ts";
import type { SignedRequest } from "../core/sigv4.ts";
import type { Deps } from "./deps.ts";
import type { Caller } from "./caller.ts";

/**
 * A request signed as AWS's clients sign → caller. Ids that were not issued here are turned away
 * before the body is read, and so are signatures that cannot be true of any body; without I/O.
 */
export async function identifySigned(request: SignedRequest, deps: Deps): Promise<Caller> {
  const claim = readSignature(request);
  if (typeof claim === "string") throw refused(claim, "IncompleteSignatureException");
  const key = await readAwsAccessKey(claim.accessKeyId, deps.signer);
  if (key === undefined) throw refused(UNKNOWN_KEY, "UnrecognizedClientException");
  const problem = scopeProblem(claim, deps.nowMs());
  if (problem !== undefined) throw refused(problem, MISMATCH_TYPE);
  const { accountId, keyHash, secretAccessKey } = key;
  const check = async (payloadHash: string): Promise<void> => {
    if (await isSignedWith(secretAccessKey, request, claim, payloadHash)) return;
    throw refused(MISMATCH, MISMATCH_TYPE);
  };
  const { payloadHash: stated } = claim;
  if (stated !== undefined) await check(stated);
  return {
    accountId,
    keyHash,
    async confirmBody(text) {
      const payloadHash = await sha256(text);
      if (stated === undefined) await check(payloadHash);
      else if (stated !== payloadHash) throw refused(MISMATCH, MISMATCH_TYPE);
    },
  };
}

const UNKNOWN_KEY =
  "The access key id in this request was not issued by this gateway. An administrator can issue one with POST /key/generate and aws_access_key.";

/** AWS's own words, which its SDKs know. */
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
/** SDKs whose clock is wrong correct it when they read this type. */
const MISMATCH_TYPE = "InvalidSignatureException";

function refused(message: string, type: string): GatewayError {
  return new GatewayError("invalid_key", message, { headers: { "x-amzn-errortype": type } });
}
