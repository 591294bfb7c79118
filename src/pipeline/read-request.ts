import { GatewayError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import { decompress, findDecoder } from "./decompress.ts";

export async function readJsonBody(request: Request, bytesMax: number): Promise<RequestBody> {
  const text = decode(await readBytes(request, bytesMax));
  if (nestsDeeperThan(text, DEPTH_MAX)) {
    throw new GatewayError(
      "invalid_json",
      `The request body nests deeper than ${DEPTH_MAX} levels. Flatten it and send it again.`,
    );
  }
  const value = parseJson(text);
  if (!isJsonObject(value)) {
    throw new GatewayError(
      "invalid_json",
      value === undefined
        ? "The request body is not valid JSON. Send one JSON object with Content-Type: application/json."
        : "The request body must be a JSON object.",
    );
  }
  return { text, value };
}

/** No client nests tool schemas this deep, and recursive code downstream stays safe. */
const DEPTH_MAX = 128;

/** The body without its compression. What is limited is what it comes to, and also what was sent. */
export async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const decoder = findDecoder(request.headers);
  const sent = await readSent(request, bytesMax);
  if (decoder === undefined) return sent;
  const plain = decompress(sent, decoder, bytesMax);
  if (plain === undefined) throw tooLarge(bytesMax);
  return plain;
}

async function readSent(request: Request, bytesMax: number): Promise<Uint8Array> {
  const patienceBytes = bytesMax * READ_OUT_FACTOR;
  if (Number(request.headers.get("content-length")) > patienceBytes) throw tooLarge(bytesMax);
  const chunks: Uint8Array[] = [];
  let total = 0;
  const body: ReadableStream<Uint8Array> | null = request.body;
  for await (const chunk of body ?? []) {
    total += chunk.byteLength;
    // A chunked body announces no length, so it is counted as it comes.
    if (total > patienceBytes) throw tooLarge(bytesMax);
    if (total > bytesMax) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (total > bytesMax) throw tooLarge(bytesMax);
  return join(chunks, total);
}

/**
 * A body that is a little too large is read to its end all the same: a client that still writes when
 * the connection closes is told of a broken pipe and never sees why.
 */
const READ_OUT_FACTOR = 2;

function join(chunks: Uint8Array[], total: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new GatewayError("invalid_json", "The request body is not valid UTF-8 text.");
  }
}

function tooLarge(bytesMax: number): GatewayError {
  // Counted as max_request_size_mb is.
  const megabytes = Number((bytesMax / 1_048_576).toPrecision(3));
  return new GatewayError(
    "request_too_large",
    `The request body is larger than ${megabytes} MB. Send less, or ask an administrator to raise general_settings.max_request_size_mb.`,
  );
}

/** One pass over the text; brackets inside strings do not count. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
