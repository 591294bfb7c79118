/**
 * AWS's Signature Version 4, verified. Signing is aws4fetch's work, in the providers; this is the
 * other side, for clients who hold one of our access keys.
 */
export interface SignedRequest {
  method: string;
  /** As it came, percent-encoding included: the signature covers these very bytes. */
  url: string;
  headers: Headers;
}

/** What an `Authorization` header says about itself. */
export interface SignatureClaim {
  accessKeyId: string;
  /** `20260102`, part of the scope. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** When it was signed, from the date header. */
  signedAtMs: number;
  /** The body's hash, where the client says it (`x-amz-content-sha256`). */
  payloadHash: string | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** AWS tolerates as much between the signer's clock and its own. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** True when the header's value is a signature, good or bad. */
export function isSignature(authorization: string): boolean {
  return authorization.startsWith(`${ALGORITHM} `);
}

const CREDENTIAL = /Credential=([\w-]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;
const HASH = /^[0-9a-f]{64}$/;

/** Reads the claim; a string says what is wrong with it. Looks at no secret. */
export function readSignature({ headers }: SignedRequest): SignatureClaim | string {
  const authorization = headers.get("authorization") ?? "";
  const [, accessKeyId = "", date = "", region = "", service = ""] =
    CREDENTIAL.exec(authorization) ?? [];
  const signedHeaders = /SignedHeaders=([a-z0-9;-]+)/.exec(authorization)?.[1]?.split(";") ?? [];
  const signature = /Signature=([0-9a-f]{64})(,|$)/.exec(authorization)?.[1];
  if (accessKeyId === "" || signature === undefined) {
    return "The Authorization header needs Credential, SignedHeaders and Signature.";
  }
  const stamp = headers.get("x-amz-date") ?? "";
  const signedAtMs = parseStamp(stamp);
  if (signedAtMs === undefined) return "The request needs an x-amz-date header.";
  if (stamp.slice(0, 8) !== date) return "The credential's date is not that of x-amz-date.";
  const payloadHash = headers.get("x-amz-content-sha256") ?? undefined;
  if (payloadHash !== undefined && !HASH.test(payloadHash)) {
    return "The body must be signed: x-amz-content-sha256 has to be its SHA-256 in hexadecimal.";
  }
  // A proxy could change what is not covered without anybody noticing.
  const needed = ["host", "x-amz-date", ...(payloadHash === undefined ? [] : [HASH_HEADER])];
  const missing = needed.find((name) => !signedHeaders.includes(name));
  if (missing !== undefined) return `The header ${missing} must be among the SignedHeaders.`;
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders,
    signature,
    signedAtMs,
    payloadHash,
  };
}

const HASH_HEADER = "x-amz-content-sha256";

/** What is wrong with when and for what it was signed; undefined when nothing is. */
export function scopeProblem(claim: SignatureClaim, nowMs: number): string | undefined {
  if (claim.service !== "bedrock") {
    return "Credential should be scoped to correct service: 'bedrock'.";
  }
  const skewMs = nowMs - claim.signedAtMs;
  if (skewMs > CLOCK_SKEW_MS) return "Signature expired: the client's clock is behind.";
  if (skewMs < -CLOCK_SKEW_MS) return "Signature not yet current: the client's clock is ahead.";
  return undefined;
}

/** Whether this secret, and nothing but it, can have made the signature over a body of this hash. */
export async function isSignedWith(
  secretAccessKey: string,
  request: SignedRequest,
  claim: SignatureClaim,
  payloadHash: string,
): Promise<boolean> {
  const { date, region, service, signature, signedAtMs } = claim;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash);
  const text = [ALGORITHM, stampOf(signedAtMs), scope, await sha256(canonical)].join("\n");
  let key = utf8.encode(`AWS4${secretAccessKey}`);
  for (const part of [date, region, service, "aws4_request"]) key = await hmac(key, part);
  return equal(hex(await hmac(key, text)), signature);
}

/** SHA-256 in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(text))));
}

function canonicalRequest(
  { method, url, headers }: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const { path, query, host } = partsOf(url);
  const valueOf = (name: string): string =>
    (name === "host" ? (headers.get("host") ?? host) : (headers.get(name) ?? ""))
      .trim()
      .replaceAll(/ +/g, " ");
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${valueOf(name)}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** `URL` would do, but for its habit of changing what it parses. */
function partsOf(url: string): { host: string; path: string; query: string } {
  const [, host = "", path = "/", query = ""] =
    /^[a-z]+:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
  return { host, path: path || "/", query };
}

/** Every service but S3 signs the path as it is on the wire, encoded once more: `%3A` is `%253A`. */
function canonicalPath(path: string): string {
  const segments = path.split("/").filter(Boolean).map(encode);
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs = query.split("&").map((pair) => {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    return `${encode(decode(name))}=${encode(decode(value))}`;
  });
  return pairs.sort().join("&");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986, which encodes five characters more than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const utf8 = new TextEncoder();

async function hmac(key: Uint8Array, text: string): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8.encode(text)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `20260102T030405Z` */
function parseStamp(stamp: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function stampOf(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
}

/** Looks at every character, so that time does not tell where the first wrong one is. */
function equal(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
