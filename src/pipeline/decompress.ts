import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import { GatewayError } from "../core/errors.ts";

type Decoder = (bytes: Uint8Array, maxOutputLength: number) => Uint8Array;

/**
 * RFC 9659 lets nobody use a larger window over HTTP. A frame may ask for one of gigabytes, and the
 * decoder would allocate it before the first byte is written.
 */
const ZSTD_WINDOW_LOG_MAX = 23;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  deflate: (bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength }),
  br: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
  zstd: (bytes, maxOutputLength) =>
    zstdDecompressSync(bytes, {
      maxOutputLength,
      params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
    }),
};

const ACCEPTED = Object.keys(DECODERS).join(", ");

/** How a body was compressed; `undefined` when it was not. Throws when nobody here can read it. */
export function findDecoder(headers: Headers): Decoder | undefined {
  const encoding = (headers.get("content-encoding") ?? "").trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return undefined;
  // HTTP's older name for the same.
  const name = encoding === "x-gzip" ? "gzip" : encoding;
  if (Object.hasOwn(DECODERS, name)) return DECODERS[name];
  throw new GatewayError(
    "unsupported_encoding",
    `Request bodies may be compressed with one of ${ACCEPTED}, not with "${encoding.slice(0, ENCODING_CHARACTERS_SHOWN)}". Send it so, or uncompressed.`,
    { headers: { "accept-encoding": ACCEPTED } },
  );
}

const ENCODING_CHARACTERS_SHOWN = 40;

/**
 * The body as it was before it was compressed; `undefined` when that is larger than `bytesMax`. A small
 * body that would become an endless one is stopped on the way, and costs no more than a large one.
 */
export function decompress(
  bytes: Uint8Array,
  decode: Decoder,
  bytesMax: number,
): Uint8Array | undefined {
  try {
    const plain = decode(bytes, STEP_FACTOR * bytesMax + STEP_BYTES);
    return plain.byteLength > bytesMax ? undefined : plain;
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw new GatewayError(
      "invalid_request",
      "The request body is not compressed the way its Content-Encoding says, or was cut.",
      { cause },
    );
  }
}

/**
 * The runtime's decoders grow their buffer in steps, and give up when a step, not the text, would pass
 * the limit: measured, up to half of it below 200 KB. So they get room, and the text is measured after.
 */
const STEP_FACTOR = 2;
const STEP_BYTES = 65_536;
