import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Signature Version 4, checked from the published algorithm and from nothing the gateway uses. */
export interface SignedRequest {
  method: string;
  /** As on the wire, still percent-encoded. */
  path: string;
  rawQuery: string;
  /** Lower-cased names. */
  headers: Record<string, string>;
  rawBody: Buffer | string;
}

export interface AwsKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Set for temporary credentials; then the request must carry and sign it. */
  sessionToken?: string | undefined;
}

export interface Expected {
  keys: AwsKey[];
  region: string;
  service: string;
  now: Date;
}

export interface AwsFault {
  status: number;
  type: string;
  message: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** AWS tolerates five minutes between the signer's clock and its own. */
const CLOCK_SKEW_MS = 5 * 60_000;

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const UNKNOWN_TOKEN = "The security token included in the request is invalid.";

interface Authorization {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

/** Undefined means the signature is good. */
export function checkSignature(request: SignedRequest, expected: Expected): AwsFault | undefined {
  const authorization = parseAuthorization(request.headers["authorization"] ?? "");
  if (!authorization) return fault("IncompleteSignatureException", incomplete(request));
  const key = expected.keys.find(
    (candidate) => candidate.accessKeyId === authorization.accessKeyId,
  );
  if (!key) return fault("UnrecognizedClientException", UNKNOWN_TOKEN);
  return (
    checkScope(authorization, expected) ??
    checkDate(request, authorization, expected.now) ??
    checkSignedHeaders(request, authorization) ??
    checkToken(request, key) ??
    checkPayloadHash(request) ??
    checkValue(request, authorization, key)
  );
}

function parseAuthorization(header: string): Authorization | undefined {
  if (!header.startsWith(`${ALGORITHM} `)) return undefined;
  const parts = new Map(
    header
      .slice(ALGORITHM.length)
      .split(",")
      .map((part): [string, string] => {
        const at = part.indexOf("=");
        return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      }),
  );
  const scope = (parts.get("Credential") ?? "").split("/");
  const [accessKeyId, date, region, service, terminator] = scope;
  const signature = parts.get("Signature");
  const signedHeaders = parts.get("SignedHeaders")?.split(";");
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request")
    return undefined;
  if (!signature || !signedHeaders) return undefined;
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

function checkScope(authorization: Authorization, expected: Expected): AwsFault | undefined {
  // A signature names its region and service, so it cannot be replayed against another endpoint.
  if (authorization.region !== expected.region) {
    return fault("InvalidSignatureException", "Credential should be scoped to a valid region. ");
  }
  if (authorization.service !== expected.service) {
    return fault(
      "InvalidSignatureException",
      `Credential should be scoped to correct service: '${expected.service}'. `,
    );
  }
  return undefined;
}

function checkDate(
  request: SignedRequest,
  authorization: Authorization,
  now: Date,
): AwsFault | undefined {
  const stamp = request.headers["x-amz-date"] ?? "";
  const signedAtMs = parseStamp(stamp);
  if (signedAtMs === undefined) return fault("IncompleteSignatureException", incomplete(request));
  if (stamp.slice(0, 8) !== authorization.date) {
    const message = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${authorization.date}' != '${stamp.slice(0, 8)}', from '${stamp}'.`;
    return fault("InvalidSignatureException", message);
  }
  const earliest = now.getTime() - CLOCK_SKEW_MS;
  const latest = now.getTime() + CLOCK_SKEW_MS;
  if (signedAtMs < earliest) {
    const message = `Signature expired: ${stamp} is now earlier than ${formatStamp(earliest)} (${formatStamp(now.getTime())} - 5 min.)`;
    return fault("InvalidSignatureException", message);
  }
  if (signedAtMs > latest) {
    const message = `Signature not yet current: ${stamp} is still later than ${formatStamp(latest)} (${formatStamp(now.getTime())} + 5 min.)`;
    return fault("InvalidSignatureException", message);
  }
  return undefined;
}

/** `host` and every `x-amz-*` header must be covered, or a proxy could change them unnoticed. */
function checkSignedHeaders(
  request: SignedRequest,
  authorization: Authorization,
): AwsFault | undefined {
  const required = Object.keys(request.headers).filter(
    (name) => name === "host" || name.startsWith("x-amz-"),
  );
  const missing = required.find((name) => !authorization.signedHeaders.includes(name));
  if (missing === undefined) return undefined;
  const message = `'${missing === "host" ? "Host" : missing}' must be a 'SignedHeader' in the AWS Authorization.`;
  return fault("InvalidSignatureException", message);
}

/** Temporary keys are worthless without their token, and long-term keys have none. */
function checkToken(request: SignedRequest, key: AwsKey): AwsFault | undefined {
  const isSame = request.headers["x-amz-security-token"] === key.sessionToken;
  return isSame ? undefined : fault("UnrecognizedClientException", UNKNOWN_TOKEN);
}

function checkPayloadHash(request: SignedRequest): AwsFault | undefined {
  const claimed = request.headers["x-amz-content-sha256"];
  if (claimed === undefined || claimed === sha256(request.rawBody)) return undefined;
  return fault("InvalidSignatureException", MISMATCH);
}

function checkValue(
  request: SignedRequest,
  authorization: Authorization,
  key: AwsKey,
): AwsFault | undefined {
  const scope = `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`;
  const canonical = canonicalRequest(request, authorization.signedHeaders);
  const stringToSign = [ALGORITHM, request.headers["x-amz-date"], scope, sha256(canonical)].join(
    "\n",
  );
  const expected = Buffer.from(hmac(signingKey(key, authorization), stringToSign).toString("hex"));
  const actual = Buffer.from(authorization.signature);
  const isSame = actual.length === expected.length && timingSafeEqual(actual, expected);
  return isSame ? undefined : fault("InvalidSignatureException", MISMATCH);
}

function canonicalRequest(request: SignedRequest, signedHeaders: string[]): string {
  const headers = signedHeaders.map(
    (name) => `${name}:${canonicalValue(request.headers[name] ?? "")}\n`,
  );
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.rawQuery),
    headers.join(""),
    signedHeaders.join(";"),
    sha256(request.rawBody),
  ].join("\n");
}

/** Every service but S3 signs the wire path encoded once more: `%3A` becomes `%253A`, a raw `:` `%3A`. */
function canonicalPath(path: string): string {
  return path.split("/").map(encode).join("/") || "/";
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  return rawQuery
    .split("&")
    .map((pair) => {
      const at = pair.indexOf("=");
      const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`;
    })
    .sort()
    .join("&");
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ +/gu, " ");
}

/** RFC 3986, which encodes five characters more than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey(key: AwsKey, authorization: Authorization): Buffer {
  const date = hmac(`AWS4${key.secretAccessKey}`, authorization.date);
  return hmac(hmac(hmac(date, authorization.region), authorization.service), "aws4_request");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function parseStamp(stamp: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(stamp);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function formatStamp(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d+/gu, "");
}

function incomplete(request: SignedRequest): string {
  return `Authorization header requires 'Credential', 'Signature', 'SignedHeaders' and a 'X-Amz-Date' header. Authorization=${request.headers["authorization"]?.split(" ")[0] ?? ""}`;
}

function fault(type: string, message: string): AwsFault {
  return { status: 403, type, message };
}
