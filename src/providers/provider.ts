import type { BodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { DialectName, FailedResponse, UpstreamDialect } from "../dialects/dialect.ts";
import type { ReadableThoughts } from "../dialects/openai-responses/readable-thoughts.ts";
import type { FrameDecoder } from "../dialects/framing/frame.ts";
import type { Failure } from "../core/failure.ts";
import type { JsonObject } from "../core/json.ts";
import type { Endpoints } from "./endpoint.ts";
import type { TokenMint } from "./google-token.ts";

/**
 * An address and a signature. A provider knows where a deployment lives, how its requests are
 * authenticated, and which grammar it speaks; it never parses what is said.
 * Every provider passes `test/providers/provider.contract.ts`.
 */
export interface Provider {
  /** LiteLLM's name for it: the part of `litellm_params.model` before the first slash. */
  readonly name: string;

  /** The grammar this deployment speaks; where it speaks several, the caller's if that is one of them. */
  dialect(deployment: Deployment, caller: DialectName): UpstreamDialect;

  /** Names of credentials this deployment still lacks; empty when it can be called. */
  missing(deployment: Deployment): string[];

  /**
   * Adapts a body of the right grammar to this surface: fields that travel in the URL leave it,
   * fields the surface wants enter it. Changes nothing else, so that the prompt's bytes survive.
   */
  adaptBody(body: BodyPatch, call: UpstreamCall): void;

  /** Address, headers and signature over the final bytes. */
  prepare(call: UpstreamCall, body: string, tools: ProviderTools): Promise<PreparedRequest>;

  /** What carries a streamed answer; callers of the same framing can be forwarded its bytes. */
  readonly framing: "sse" | "event-stream";

  /** How a streamed answer in this grammar is cut into frames. */
  createDecoder(dialect: DialectName): FrameDecoder;

  /**
   * Its answers keep its grammar's letter and not its use: counts and thoughts stand in other places,
   * endings have other names. They are written anew for callers of the same grammar too.
   */
  readonly answersInOwnWords?: boolean;

  /** Reads an error answer, where the surface has error bodies other than its grammar's. */
  readFailure?(response: FailedResponse): Failure;

  /** Answers by itself, without any network: the built-in demo model. */
  answerLocally?(body: JsonObject, call: UpstreamCall): Response;

  /**
   * Drops the kept credential that this request carried and the vendor answered 401 to, so that the
   * next `prepare` gets another. Absent where there is no other.
   */
  forgetCredential?(
    call: UpstreamCall,
    refused: Pick<PreparedRequest, "headers">,
    tools: ProviderTools,
  ): void;

  /** Where tokens can be counted by the vendor, how. Absent when the surface cannot. */
  countTokens?: TokenCounter;

  /** What it serves beside conversations. */
  endpoints?: Endpoints;

  /** What the vendor keeps of answers it gave over Responses; absent where nobody gives that grammar. */
  responses?: ResponseKeeper;
}

/** Answers lie in an account of the vendor's, and hidden thoughts can be read there and nowhere else. */
export interface ResponseKeeper {
  /**
   * What tells one account from another, best first the vendor's own words for it; a credential only
   * where nothing else does. Never shown to anybody: see `vendorAccountOf`.
   */
  account(deployment: Deployment): string[];
  /** Where a kept answer is (`/resp_1`), or something about it (`/resp_1/input_items`). */
  address(deployment: Deployment, path: string): { url: string; headers: Record<string, string> };
}

export interface TokenCounter {
  adaptBody(body: BodyPatch, call: UpstreamCall): void;
  prepare(call: UpstreamCall, body: string, tools: ProviderTools): Promise<PreparedRequest>;
  /** The count in the vendor's answer; `undefined` when there is none. */
  read(answer: JsonObject): number | undefined;
}

export interface UpstreamCall {
  deployment: Deployment;
  /** The grammar of the body; surfaces that speak several have an address for each. */
  dialect: DialectName;
  stream: boolean;
  /** The caller's `anthropic-beta` flags, one per item; empty for other grammars. */
  betas: readonly string[];
  /** Collects flags the body needs beside those, where they travel outside it; `prepare` sends them. */
  addedBetas?: string[];
  /** The caller's `anthropic-version`, when it sent one. */
  anthropicVersion: string | undefined;
  /** Collects the parameters this surface lacks and whose absence is cosmetic, for a header. */
  dropped?: string[];
  /** Which hidden thoughts of a caller's history can be read here; absent where the vendor hides none. */
  thoughts?: ReadableThoughts;
}

export interface PreparedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What providers may use of the outside world. */
export interface ProviderTools {
  nowMs: number;
  tokens: TokenMint;
}
