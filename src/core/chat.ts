import type { Failure } from "./failure.ts";
import type { Json, JsonObject } from "./json.ts";

/**
 * One conversation turn, asked and answered, in words that belong to no vendor. Built only when the
 * caller's grammar and the upstream's differ; otherwise bytes are passed through and only read.
 */
export interface ChatRequest {
  model: string;
  stream: boolean;
  /** The caller asked for token counts inside the stream (OpenAI's `stream_options.include_usage`). */
  streamUsage: boolean;
  /** System turns stay where the caller put them; a grammar that wants them apart hoists them. */
  messages: Message[];
  tools: Tool[];
  toolChoice?: ToolChoice;
  /** `false` asks for at most one tool call per turn. */
  parallelToolCalls?: boolean;
  maxOutputTokens?: number;
  stopSequences: string[];
  sampling: Sampling;
  reasoning?: Reasoning;
  outputFormat?: OutputFormat;
  endUser?: string;
  /** Parameters that only the caller's grammar has and whose absence is cosmetic, by name. */
  ignored?: string[];
  /** Those among them that one vendor has a word for, too, and their values. */
  extensions?: JsonObject;
}

export interface Sampling {
  temperature?: number;
  topP?: number;
  topK?: number;
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
}

export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export interface Reasoning {
  /** `adaptive` lets the model choose; a budget or an effort bounds it. */
  mode: "off" | "adaptive" | "bounded";
  budgetTokens?: number;
  effort?: Effort;
  /** The caller can show a summary of the thoughts. */
  visible?: boolean;
}

export type OutputFormat =
  | { type: "json" }
  | { type: "schema"; name: string; schema: Json; strict?: boolean };

export type ToolChoice =
  | { mode: "auto" }
  | { mode: "none" }
  | { mode: "required" }
  | { mode: "tool"; name: string };

export interface Tool {
  name: string;
  description?: string;
  /** JSON Schema of the arguments. */
  schema: JsonObject;
  strict?: boolean;
  cache?: CacheMark;
}

/** The prompt up to and including this part may be cached by the vendor. */
export interface CacheMark {
  ttl: "5m" | "1h";
}

export type Role = "system" | "user" | "assistant";

export interface Message {
  role: Role;
  parts: Part[];
}

export type Part = TextPart | MediaPart | ReasoningPart | ToolCallPart | ToolResultPart;

export interface TextPart {
  type: "text";
  text: string;
  cache?: CacheMark;
  /** The words are those of a document the answer shall cite. Grammars that cannot cite read `text`. */
  document?: CitableText;
}

export interface CitableText {
  title?: string;
  /** What the caller says about the document; it is not cited. */
  context?: string;
  /** Where a search found it. Absent for documents that no search brought up. */
  foundAt?: string;
  /** Its words, in pieces where the caller wants pieces cited and not characters. */
  words: string | string[];
}

export interface MediaPart {
  type: "media";
  kind: "image" | "document" | "audio";
  /** e.g. `image/png`; empty when only a URL is known. */
  mediaType: string;
  source: { base64: string } | { url: string };
  name?: string;
  /** The answer shall say which of its words lean on this. */
  citable?: boolean;
  cache?: CacheMark;
}

export interface ReasoningPart {
  type: "reasoning";
  /** Empty when the vendor hid the thought and gave only its proof. */
  text: string;
  proof?: Proof;
}

export interface ToolCallPart {
  type: "tool-call";
  id: string;
  name: string;
  /** Raw JSON text as the model wrote it; may be empty (no arguments) or even invalid. */
  arguments: string;
  proof?: Proof;
  cache?: CacheMark;
}

export interface ToolResultPart {
  type: "tool-result";
  id: string;
  parts: (TextPart | MediaPart)[];
  isError: boolean;
  cache?: CacheMark;
}

export type Issuer = "anthropic" | "google" | "openai";

/**
 * An opaque token by which a vendor recognises its own thoughts: a thinking signature, encrypted
 * reasoning, a thought signature. It goes back only to the issuer who can verify it.
 */
export interface Proof {
  issuer: Issuer;
  kind: "signature" | "encrypted" | "redacted";
  data: string;
  /** Where not all of the issuer's accounts can read it: the one that can, in the gateway's name for it. */
  account?: string;
}

/** Token counts of one call. A snapshot: a later one replaces an earlier one, they are never added. */
export interface Usage {
  /** Everything the model read, cache reads and writes included. */
  inputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  /** Everything the model wrote, reasoning included. */
  outputTokens: number;
  reasoningTokens: number;
  /** What the vendor says it charges for the call, where its answers say so. */
  toldNanoUsd?: number;
}

export type FinishReason =
  | "stop"
  | "length"
  | "tool-calls"
  | "content-filter"
  | "context-full"
  | "paused"
  | "malformed";

/** What opens a block of the answer. Blocks are numbered from 0 and never reused. */
export type BlockOpening =
  | { kind: "text" }
  | { kind: "refusal" }
  | { kind: "reasoning" }
  | { kind: "redacted-reasoning"; proof: Proof }
  | { kind: "tool-call"; id: string; name: string; proof?: Proof };

/** What a piece of the answer leans on. */
export interface Citation {
  /** The piece, where it is less than its whole block. */
  span?: Span;
  /** The source's own words; "" when the vendor does not quote them. */
  quote: string;
  title?: string;
  source: CitedSource;
}

/** Characters (code points, as vendors count them) of a block's text; the end is not part of it. */
export interface Span {
  start: number;
  end: number;
}

export type CitedSource =
  /** `reference` is the token by which Anthropic recognises its own search's result. */
  | { kind: "web"; url: string; reference?: string }
  /** One of the caller's documents, counted from 0; the end of the place is not part of it. */
  | ({ kind: "document"; index: number; unit: "character" | "page" | "piece" } & Span)
  /** One of the caller's search results, and which pieces of it. */
  | ({ kind: "search-result"; index: number; foundAt: string } & Span)
  /** A file the vendor keeps; its name is the title. */
  | { kind: "file"; id: string; containerId?: string };

/** Everything an upstream can say, in the order it says it. A whole answer is the same, collected. */
export type ChatEvent =
  | { type: "start"; id: string; model: string; usage?: Usage }
  | { type: "block-start"; block: number; opening: BlockOpening }
  /** More text of the block: words, thoughts, or a piece of a tool call's argument JSON. */
  | { type: "block-delta"; block: number; text: string }
  | { type: "block-proof"; block: number; proof: Proof }
  /** Of a text block, at any time while it is open: some vendors cite before they speak. */
  | { type: "block-citation"; block: number; citation: Citation }
  | { type: "block-end"; block: number }
  | { type: "usage"; usage: Usage }
  | { type: "finish"; reason: FinishReason; stopSequence?: string }
  | { type: "ping" }
  | { type: "error"; failure: Failure }
  /** The upstream said its last word. A stream that stops without it was cut. */
  | { type: "end" };

/** True for the first event after which the caller has seen part of the answer. */
export function isMeaningful(event: ChatEvent): boolean {
  switch (event.type) {
    case "block-start":
      // Vendors open an empty text block before they know whether they can fill it.
      return event.opening.kind === "tool-call" || event.opening.kind === "redacted-reasoning";
    case "block-delta":
    case "block-proof":
    case "finish":
    case "end":
      return true;
    case "start":
    case "block-citation":
    case "block-end":
    case "usage":
    case "ping":
    case "error":
      return false;
  }
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** Reads a vendor's count: absent, negative, fractional or absurd values become a whole number ≥ 0. */
export function tokenCount(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) return 0;
  return Math.min(Math.ceil(value), TOKEN_COUNT_MAX);
}

/** No model reads or writes this much in a call; a larger figure is a vendor's mistake. */
const TOKEN_COUNT_MAX = 100_000_000;
