import { AwsV4Signer } from "aws4fetch";

export interface AwsCredential {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

export interface AwsRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * The request's headers with its signature (SigV4) among them. The URL is signed as it stands, so
 * it must be the one that is sent, byte for byte.
 */
export async function signAwsRequest(
  request: AwsRequest,
  credential: AwsCredential,
  region: string,
  nowMs: number,
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    ...request,
    ...credential,
    method: "POST",
    region,
    // aws4fetch would guess `bedrock-runtime` from the host, which AWS does not accept.
    service: "bedrock",
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    // It leaves `content-type` unsigned otherwise, where AWS's own SDKs sign it.
    allHeaders: true,
    cache: signingKeys,
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

/** Signing keys are derived from the day, the region and the secret: four HMACs saved per call. */
const signingKeys = new Map<string, ArrayBuffer>();
