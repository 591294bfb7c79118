import { createHash, createHmac, createSign } from "node:crypto";
import { decodeFrames } from "../upstream/eventstream.ts";
import type { Frame } from "../upstream/eventstream.ts";
import { asArray, asObject, asString, parseJson } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import type { AwsKey } from "../upstream/sigv4.ts";
import type { Upstream } from "../upstream/upstream.ts";

/** A small caller of every vendor, written apart from the gateway and from the stand-in's own checks. */
export interface Signing {
  key: AwsKey;
  region?: string;
  service?: string;
  now?: Date;
  /** Leaves the session token outside the signature. */
  tokenUnsigned?: boolean;
}

export const SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0";
/** One transparent pixel. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

export function signedHeaders(url: string, body: string, signing: Signing): Record<string, string> {
  const { key, region = "us-east-1", service = "bedrock", now = new Date() } = signing;
  const address = new URL(url);
  const stamp = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/gu, "")}Z`;
  const sent: Record<string, string> = {
    "content-type": "application/json",
    host: address.host,
    "x-amz-date": stamp,
    ...(key.sessionToken !== undefined && { "x-amz-security-token": key.sessionToken }),
  };
  const names = Object.keys(sent)
    .filter((name) => !signing.tokenUnsigned || name !== "x-amz-security-token")
    .sort();
  const canonical = [
    "POST",
    address.pathname.split("/").map(encodeURIComponent).join("/"),
    "",
    ...names.map((name) => `${name}:${sent[name]}`),
    "",
    names.join(";"),
    hex(body),
  ].join("\n");
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const secret = [stamp.slice(0, 8), region, service, "aws4_request"].reduce<Buffer | string>(
    (previous, part) => createHmac("sha256", previous).update(part).digest(),
    `AWS4${key.secretAccessKey}`,
  );
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hex(canonical)}`;
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...headers } = sent;
  return { ...headers, authorization };
}

export function hex(data: string): string {
  return createHash("sha256").update(data).digest("hex");
}

export interface Assertion {
  header?: JsonObject;
  claims?: JsonObject;
  /** Signs with another key than the account's. */
  privateKeyPem?: string;
}

export function assertion(
  { credentials }: Upstream,
  { header, claims, privateKeyPem }: Assertion = {},
): string {
  const { google } = credentials;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const encode = (value: JsonObject): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = encode({ alg: "RS256", typ: "JWT", kid: google.privateKeyId, ...header });
  const body = encode({
    iss: google.clientEmail,
    scope: google.scope,
    aud: google.tokenUri,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    ...claims,
  });
  const signature = createSign("RSA-SHA256")
    .update(`${head}.${body}`)
    .sign(privateKeyPem ?? google.privateKeyPem);
  return `${head}.${body}.${signature.toString("base64url")}`;
}

export async function exchangeToken(
  upstream: Upstream,
  options: Assertion = {},
): Promise<Response> {
  const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const body = new URLSearchParams({
    grant_type: grantType,
    assertion: assertion(upstream, options),
  });
  return fetch(`${upstream.url}/token`, { method: "POST", body });
}

export async function accessToken(upstream: Upstream): Promise<string> {
  return asString((await objectOf(await exchangeToken(upstream)))["access_token"]);
}

export async function objectOf(response: Response): Promise<JsonObject> {
  return asObject(parseJson(await response.text()));
}

/** The message inside any vendor's error body. */
export async function errorOf(response: Response): Promise<string> {
  const body = parseJson(await response.text());
  const first = asObject(Array.isArray(body) ? body[0] : body);
  return asString(
    asObject(first["error"])["message"] ??
      first["message"] ??
      first["error_description"] ??
      first["error"],
  );
}

/** The events of an SSE stream as parsed JSON; `[DONE]` is left out. */
export async function eventsOf(response: Response): Promise<JsonObject[]> {
  return (await response.text())
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => asObject(parseJson(line.slice("data: ".length))));
}

export async function framesOf(response: Response): Promise<Frame[]> {
  return decodeFrames(Buffer.from(await response.arrayBuffer()));
}

/** The Anthropic events inside Bedrock's chunk frames. */
export function bedrockEvents(frames: Frame[]): JsonObject[] {
  return frames
    .filter((frame) => frame.headers[":event-type"] === "chunk")
    .map((frame) => asString(asObject(parseJson(frame.payload.toString()))["bytes"]))
    .map((bytes) => asObject(parseJson(Buffer.from(bytes, "base64").toString())));
}

/** The text of a Claude message, streamed or not. */
export function claudeText(source: JsonObject | JsonObject[]): string {
  if (!Array.isArray(source))
    return asArray(source["content"])
      .map((block) => asString(asObject(block)["text"]))
      .join("");
  return source.map((event) => asString(asObject(event["delta"])["text"])).join("");
}

export function firstChoice(source: JsonObject): JsonObject {
  return asObject(asArray(source["choices"])[0]);
}

export interface Caller {
  /** Bedrock InvokeModel; fields of `body` replace those of a minimal valid one. */
  bedrock(body?: JsonObject, options?: BedrockOptions): Promise<Response>;
  anthropic(body?: JsonObject, headers?: Record<string, string>): Promise<Response>;
  openai(body?: JsonObject): Promise<Response>;
  azure(address: string, body?: JsonObject, headers?: Record<string, string>): Promise<Response>;
  gemini(token: string, body?: JsonObject, options?: GeminiOptions): Promise<Response>;
  vertexClaude(
    token: string,
    body?: JsonObject,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

export interface BedrockOptions {
  model?: string;
  region?: string;
  stream?: boolean;
  signing?: Partial<Signing>;
  bearer?: string;
  /** Sent in place of the signed body. */
  tampered?: string;
  signal?: AbortSignal;
}

export interface GeminiOptions {
  model?: string;
  method?: string;
  location?: string;
  project?: string;
}

const HELLO = [{ role: "user", content: "hello there" }];

export function createCaller(upstream: Upstream): Caller {
  const { url, credentials } = upstream;
  const post = async (
    address: string,
    body: JsonObject,
    headers: Record<string, string>,
  ): Promise<Response> =>
    fetch(url + address, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return {
    async bedrock(
      body = {},
      { model = SONNET, region = "us-east-1", stream, signing, bearer, tampered, signal } = {},
    ) {
      const address = `${url}/bedrock/${region}/model/${model}/invoke${stream ? "-with-response-stream" : ""}`;
      const text = JSON.stringify({
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 1000,
        messages: HELLO,
        ...body,
      });
      const headers =
        bearer === undefined
          ? signedHeaders(address, text, { key: credentials.aws, region, ...signing })
          : { "content-type": "application/json", authorization: `Bearer ${bearer}` };
      return fetch(address, {
        method: "POST",
        headers,
        body: tampered ?? text,
        signal: signal ?? null,
      });
    },
    anthropic: async (body = {}, headers = {}) =>
      post(
        "/anthropic/v1/messages",
        { model: "claude-sonnet-4-5", max_tokens: 1000, messages: HELLO, ...body },
        {
          "x-api-key": credentials.anthropicApiKey,
          "anthropic-version": "2023-06-01",
          ...headers,
        },
      ),
    openai: async (body = {}) =>
      post(
        "/openai/v1/chat/completions",
        { model: "gpt-4.1", messages: HELLO, ...body },
        { authorization: `Bearer ${credentials.openaiApiKey}` },
      ),
    azure: async (address, body = {}, headers = {}) =>
      post(
        `/azure${address}`,
        { messages: HELLO, ...body },
        { "api-key": credentials.azureApiKey, ...headers },
      ),
    async gemini(
      token,
      body = {},
      {
        model = "gemini-2.5-flash",
        method = "generateContent",
        location = "global",
        project = credentials.google.projectId,
      } = {},
    ) {
      const address = `/vertex/v1/projects/${project}/locations/${location}/publishers/google/models/${model}:${method}`;
      return post(
        address,
        { contents: [{ role: "user", parts: [{ text: "hello there" }] }], ...body },
        { authorization: `Bearer ${token}` },
      );
    },
    vertexClaude: async (token, body = {}, headers = {}) =>
      post(
        `/vertex/v1/projects/${credentials.google.projectId}/locations/global/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`,
        { anthropic_version: "vertex-2023-10-16", max_tokens: 1000, messages: HELLO, ...body },
        { authorization: `Bearer ${token}`, ...headers },
      ),
  };
}
