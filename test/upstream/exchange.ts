import type { Behaviour, UsageOverride } from "./script.ts";

/** The parts one stand-in plays. `google-token` is Google's OAuth endpoint. */
export type Vendor =
  | "bedrock"
  | "anthropic"
  | "vertex"
  | "ai-studio"
  | "google-token"
  | "azure"
  | "openai"
  | "compatible"
  | "others"
  | "datadog";

/** One request as it came off the wire; the path is not decoded, because signatures cover its bytes. */
export interface Exchange {
  method: string;
  path: string;
  rawQuery: string;
  query: URLSearchParams;
  /** Lower-cased names. */
  headers: Record<string, string>;
  rawBody: Buffer;
  /** Undefined when the body is not JSON. */
  body: unknown;
  now: Date;
}

export interface Reply {
  kind: "reply";
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/** A stream as whole frames or events, so that a script can act between or inside them. */
export interface Stream {
  kind: "stream";
  headers: Record<string, string>;
  chunks: Buffer[];
}

/** What a script may wish of an answer. */
export interface Wish {
  reply?: string | undefined;
  usage?: UsageOverride | "none" | undefined;
}

/** What a script may wish of an in-band error. */
export interface Fault {
  type?: string | undefined;
  message?: string | undefined;
}

/** What only the vendor knows about how it fails. */
export interface Failures {
  /** HTTP 429 in the vendor's words. */
  throttle(retryAfterSeconds: number | undefined): Reply;
  /** A plain 5xx in the vendor's words. */
  failure(fault: Fault): Reply;
  /** The vendor's error inside a running stream, after `index` chunks. */
  errorChunk(fault: Fault, index: number): Buffer;
  /** The same chunk, broken so that a careful reader notices. */
  corrupt(chunk: Buffer): Buffer;
}

/** A request that passed every check. */
export interface Call {
  kind: "call";
  vendor: Vendor;
  region?: string | undefined;
  deployment?: string | undefined;
  model?: string | undefined;
  failures: Failures;
  /** Side effects (cache writes, stored items) happen here, so a throttled call has none. */
  answer(wish: Wish): Reply | Stream;
}

/** A request the vendor would not accept. */
export interface Refusal {
  kind: "refusal";
  vendor: Vendor;
  reason: string;
  reply: Reply;
  region?: string | undefined;
  deployment?: string | undefined;
  model?: string | undefined;
}

export type Outcome = Call | Refusal;

/** What a test can read back about one request. */
export interface RecordedRequest {
  vendor: Vendor | "unknown";
  method: string;
  /** As on the wire, still percent-encoded, without the query. */
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
  rawBody: Buffer;
  region?: string | undefined;
  deployment?: string | undefined;
  model?: string | undefined;
  /** Why the stand-in refused it; undefined when it passed every check. */
  refusal?: string | undefined;
  behaviour?: Behaviour | undefined;
  status?: number | undefined;
  chunksSent: number;
  receivedAtMs: number;
  /** When the answer was written to its end, however it was meant to end. */
  finishedAtMs?: number | undefined;
  /** When the client closed before the end. */
  abortedAtMs?: number | undefined;
}

export function jsonReply(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Reply {
  return {
    kind: "reply",
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** OpenAI and Azure say the same in milliseconds as well. */
export function waitHeaders(
  retryAfterSeconds: number | undefined,
  alsoMs = false,
): Record<string, string> {
  if (retryAfterSeconds === undefined) return {};
  const wait = { "retry-after": String(retryAfterSeconds) };
  return alsoMs ? { ...wait, "retry-after-ms": String(retryAfterSeconds * 1000) } : wait;
}

/** One unnamed server-sent event. */
export function dataEvent(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

/** Text chunks lose their last brace, so the JSON inside no longer parses. */
export function corruptText(chunk: Buffer): Buffer {
  const text = chunk.toString("utf8");
  const at = text.lastIndexOf("}");
  return Buffer.from(at < 0 ? text.slice(1) : text.slice(0, at) + text.slice(at + 1));
}
