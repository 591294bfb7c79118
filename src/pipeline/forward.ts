import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Unit } from "../core/units.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import { textIn } from "../dialects/lenient.ts";
import { BEDROCK_INPUT_COUNT } from "../dialects/embeddings/cohere.ts";
import type { Operation } from "../providers/endpoint.ts";
import { readFormBody } from "./forward-form.ts";

/** What the line has to know of a call that is no conversation. */
export interface Forward {
  operation: Operation;
  /** What it may be sold by, other than tokens. */
  unit?: Unit;
  /** The most of that it can come to. */
  unitsMax(body: RequestBody): number;
  /** That number is the bill itself: so many pictures were asked for, so many come. */
  unitsAreAsked: boolean;
  /** The vendor counts tokens for it. */
  tokensAreTold: boolean;
  /** Recorded sound among the input, in bytes. */
  soundBytes(body: RequestBody): number;
  /** Writes the answer anew, where the caller's grammar is not the endpoints'. Throws `FramingError`. */
  renderAnswer?(answer: string, asked: RequestBody): string;
  /** What the vendor says of the answer beside it, and callers look for. */
  relayedHeaders?: readonly string[];
  /** What is wrong with asking this of a model whose provider does not serve it. */
  unserved?: string;
  /** Where the body is not JSON, how it is read. */
  readBody?(request: Request, bytesMax: number): Promise<RequestBody>;
}

const PLAIN = {
  unitsMax: () => 0,
  unitsAreAsked: false,
  tokensAreTold: true,
  soundBytes: () => 0,
} as const;

export const FORWARDS: Record<Operation, Forward> = {
  embeddings: { ...PLAIN, operation: "embeddings" },
  "invoked-embeddings": {
    ...PLAIN,
    operation: "invoked-embeddings",
    relayedHeaders: [BEDROCK_INPUT_COUNT],
    unserved:
      "is not on Bedrock, and only embedding models there are asked in the words of Titan or Cohere. POST /v1/embeddings serves every embedding model.",
  },
  moderations: { ...PLAIN, operation: "moderations" },
  rerank: { ...PLAIN, operation: "rerank", unit: "query", unitsMax: searchesMax },
  images: {
    ...PLAIN,
    operation: "images",
    unit: "image",
    unitsMax: ({ value }) => (typeof value.n === "number" ? value.n : 1),
    unitsAreAsked: true,
  },
  speech: {
    ...PLAIN,
    operation: "speech",
    unit: "character",
    unitsMax: ({ value }) => [...textIn(value.input)].length,
    unitsAreAsked: true,
    // The answer is sound and has no place for numbers.
    tokensAreTold: false,
  },
  transcriptions: {
    ...PLAIN,
    operation: "transcriptions",
    unit: "second",
    unitsMax: (body) => Math.ceil(soundBytesOf(body) / SOUND_BYTES_PER_SECOND),
    soundBytes: soundBytesOf,
    readBody: readFormBody,
  },
};

/** No codec that vendors accept needs fewer for a second of speech. */
const SOUND_BYTES_PER_SECOND = 256;

function soundBytesOf({ form }: RequestBody): number {
  let bytes = 0;
  for (const [, part] of form ?? []) if (typeof part !== "string") bytes += part.size;
  return bytes;
}

/** Cohere's measure: one search is one query over up to 100 pieces, a piece up to 500 tokens. */
const PIECES_PER_SEARCH = 100;
const TOKENS_PER_PIECE = 500;

function searchesMax({ value }: RequestBody): number {
  const { documents } = value;
  const query = bytesOf(value.query);
  const pieces = (Array.isArray(documents) ? documents : []).map(
    // A piece holds the query too, and a byte is at most a token.
    (document) => 1 + Math.floor((bytesOf(document) + query) / TOKENS_PER_PIECE),
  );
  const total = pieces.reduce((sum, count) => sum + count, 0);
  return Math.max(Math.ceil(total / PIECES_PER_SEARCH), 1);
}

function bytesOf(value: Json | JsonObject | undefined): number {
  const text = isJsonObject(value) || Array.isArray(value) ? JSON.stringify(value) : textIn(value);
  return new TextEncoder().encode(text).byteLength;
}
