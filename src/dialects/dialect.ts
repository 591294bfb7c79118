import type { BodyPatch } from "../core/body-patch.ts";
import type { ChatEvent, ChatRequest, Usage } from "../core/chat.ts";
import type { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Capabilities } from "../core/capabilities.ts";
import type { CallerFraming } from "./framing/caller-framing.ts";
import type { Frame } from "./framing/frame.ts";

/** A grammar. One grammar may travel in several envelopes: Anthropic's also inside Bedrock's frames. */
export type DialectName =
  | "openai-chat"
  | "openai-responses"
  | "openai-text"
  | "anthropic-messages"
  | "gemini"
  | "bedrock-converse"
  | "cohere-chat";

/** What a caller said in the URL and not in the body. */
export interface RouteTarget {
  model?: string;
  stream?: boolean;
  /** The operator of this model prefers an answer without a parameter to a refusal. */
  dropParams?: boolean;
}

/** A request body: its exact text for passing through, its value for looking into. */
export interface RequestBody {
  text: string;
  value: JsonObject;
  /** The parts of a body that is a form with a file; `value` has its plain fields. */
  form?: FormData;
}

/**
 * A grammar as callers speak it to us. Pure: text and JSON in, text and JSON out.
 * Every implementation passes `test/dialects/caller.contract.ts`.
 */
export interface CallerDialect {
  readonly name: DialectName;

  /** What carries this grammar's streams to its callers. */
  readonly framing: CallerFraming;

  /**
   * Takes a body out of an envelope of its own, so that it reads like any other of its grammar.
   * Absent where bodies come as the grammar has them.
   */
  unwrap?(body: RequestBody, target: RouteTarget): Unwrapped;

  /**
   * Reads the few fields the gateway itself needs, without touching the rest. Runs on every call.
   * Throws `GatewayError` ("invalid_request") naming the field when one has the wrong type.
   */
  readEnvelope(body: JsonObject, target?: RouteTarget): Envelope;

  /**
   * Reads the whole body. Runs only when another grammar must be spoken upstream. Throws
   * `GatewayError` naming the field ("messages.0.content") when it cannot be understood.
   */
  parseRequest(body: JsonObject, target?: RouteTarget): ChatRequest;

  /**
   * What of a body is left when another grammar is spoken upstream, where that is less than all of it:
   * without hosted tools, which could bring in any amount of text. The call is bounded by it.
   */
  translatable?(body: JsonObject): JsonObject;

  /** Writes a streamed answer. Made per answer. */
  createWriter(context: AnswerContext): AnswerWriter;

  /** Answers "how many tokens is this?", for clients who expect another answer than Anthropic's. */
  renderTokenCount?(inputTokens: number): JsonObject;

  /** Writes a whole answer from the events of one. */
  renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject;

  /**
   * Names the model that was asked for in a vendor's answer, or in one frame of it, of the same grammar.
   * Absent where callers are told the vendor's own id.
   */
  restamp?(answer: string, model: string): string;

  /** The body and the extra headers of an error, as this grammar's clients expect them. */
  renderError(error: GatewayError, context: ErrorContext): RenderedError;

  /** The last frame of a stream that broke after its first byte. */
  renderStreamError(error: GatewayError, context: ErrorContext): Frame;

  /** Sent in long silences so that no client gives up. `undefined` means the framing's own. */
  readonly keepAlive: Frame | undefined;
}

export interface Unwrapped {
  body: RequestBody;
  /** Flags other callers send as `anthropic-beta` headers. */
  betas: string[];
}

/** What the gateway reads from every request, in any grammar. Cheap: no message is walked. */
export interface Envelope {
  model: string;
  stream: boolean;
  /** `undefined` when the caller left the length to the model. */
  maxOutputTokens: number | undefined;
  /** How many answers are asked for (`n`). */
  choices: number;
  /** The caller asked for token counts inside the stream; otherwise ours are taken out again. */
  streamUsage: boolean;
  endUser: string | undefined;
  /** `metadata.tags` and the like, for the record. */
  tags: string[];
}

export interface AnswerContext {
  /** The model name the caller sent; answers carry it back. */
  model: string;
  /** Minted when the upstream gave no id of its own. */
  id: string;
  createdAtMs: number;
  streamUsage: boolean;
  /** The caller's body, for grammars whose answers repeat parts of it. */
  request?: JsonObject;
  /** The clock, for grammars whose answers say how long they took. */
  nowMs?(): number;
}

export interface ErrorContext {
  requestId: string;
  /** The id under which the answer began that is now breaking off. */
  answerId?: string;
}

export interface RenderedError {
  /** Where the grammar has statuses of its own; otherwise the error table's. */
  status?: number;
  body: JsonObject;
  headers: Record<string, string>;
}

export interface AnswerWriter {
  /** The frames this event becomes; often none. */
  write(event: ChatEvent): Frame[];
}

/**
 * A grammar as upstreams speak it to us.
 * Every implementation passes `test/dialects/upstream.contract.ts`.
 */
export interface UpstreamDialect {
  readonly name: DialectName;

  /**
   * Writes the request body for a model with these capabilities. `notes.dropped` collects the names
   * of parameters the target cannot express and whose absence is cosmetic; what would change the
   * answer throws `GatewayError` ("unsupported_parameter") naming the parameter.
   */
  renderRequest(request: ChatRequest, target: RenderTarget): JsonObject;

  /**
   * Limits how long the answer to a body of this grammar may become. Absent where the member for it
   * depends on the model (`Capabilities.maxTokensField`).
   */
  limitOutput?(body: BodyPatch, outputTokensMax: number): void;

  /** Reads a streamed answer. Made per answer. */
  createReader(): AnswerReader;

  /** Reads a whole answer as the events that would have streamed it. Throws `FramingError`. */
  readAnswer(body: Json): ChatEvent[];

  /** Reads the token counts of a whole answer; `undefined` when it carries none. */
  readUsage(body: Json): Usage | undefined;

  /** Reads an error answer of the vendor. `body` may be anything: JSON, HTML, empty. */
  readFailure(response: FailedResponse): Failure;
}

export interface RenderTarget {
  /** The vendor's model id. */
  model: string;
  /** What model that is, where its id is a private name. */
  baseModel?: string;
  capabilities: Capabilities;
  /** Collects what was left out, for the `x-sekisho-dropped-params` header. */
  dropped: string[];
}

export interface AnswerReader {
  /** The events in one frame. Throws `FramingError` when its data is not what the grammar promises. */
  read(frame: Frame): ChatEvent[];
  /**
   * Call when the bytes end. Emits "end" where the grammar has no final frame of its own and the
   * answer is complete; an "error" event (category "broken-stream") when the answer is not.
   */
  end(): ChatEvent[];
}

export interface FailedResponse {
  status: number;
  headers: Headers;
  body: string;
}
