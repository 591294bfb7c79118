import type { Usage } from "./chat.ts";
import type { JsonObject } from "./json.ts";
import type { ChoiceReason } from "./routing/choice.ts";

/**
 * One call, as it is remembered: a row in D1 and a log in every sink. Carries no text a caller or a
 * model wrote, except in `content`, which exists only where the operator switched it on.
 */
export interface CallRecord {
  /** The call's id (`x-litellm-call-id`); the row's primary key, which makes redelivery harmless. */
  requestId: string;
  /** The vendor's id of the answer, when it gave one. */
  responseId: string | null;
  sessionId: string | null;
  accountId: string;
  keyHash: string;
  keyAlias: string | null;
  teamId: string | null;
  teamAlias: string | null;
  userId: string | null;
  userEmail: string | null;
  organizationId: string | null;
  endUser: string | null;
  /** The route's path without its parameters: `/v1/messages`. */
  route: string;
  callType:
    | "acompletion"
    | "aresponses"
    | "agenerate_content"
    | "anthropic_messages"
    | "count_tokens"
    | "atext_completion"
    | "aembedding"
    | "arerank"
    | "amoderation"
    | "aimage_generation"
    | "atranscription"
    | "aspeech";
  stream: boolean;
  /** The name the caller asked for. */
  modelGroup: string;
  /** The vendor's model id; null when no deployment was reached. */
  model: string | null;
  deploymentId: string | null;
  provider: string | null;
  /** Origin and path of the upstream, no query, no credential. */
  apiBase: string | null;
  region: string | null;
  status: "success" | "failure";
  /** What the caller's status line said, even where a stream broke later. */
  statusCode: number;
  ending: EndingKind;
  /** A code of `core/errors.ts`, never the vendor's text. */
  errorCode: string | null;
  /** The answer was remembered from an identical call. */
  cacheHit: boolean;
  /** Upstream attempts, the successful one included. */
  attempts: number;
  /** Why that deployment was chosen, for the last attempt; null when none was. */
  routeReason: ChoiceReason | null;
  /** Tokens of the prompt a cache there was expected to hold; `usage` says how many it held. */
  cachedTokensExpected: number;
  /** The model the caller asked for, where another answered in its place; `modelGroup` is that other. */
  fallbackFrom: string | null;
  /** The part of the cost that a second deployment took, asked because the first was late. */
  hedgedNanoUsd: number;
  startedAtMs: number;
  firstTokenAtMs: number | null;
  endedAtMs: number;
  /** Time the gateway itself took before the upstream was asked. */
  overheadMs: number;
  usage: Usage;
  usageSource: UsageSource;
  costNanoUsd: number;
  cost: CostBreakdown;
  /** False when the price was a bound, not a price. */
  costKnown: boolean;
  /** Settled spend of the key before this call, and its budget. */
  keySpendNanoUsd: number;
  keyMaxBudgetNanoUsd: number | null;
  keyBudgetResetAtMs: number | null;
  priceSource: string | null;
  configVersion: string;
  tags: string[];
  keyMetadata: JsonObject;
  requesterIp: string | null;
  userAgent: string | null;
  /** Scalar request parameters that are not content: temperature, max_tokens. */
  parameters: JsonObject;
  /** Only where the operator switched message logging on. */
  content: { messages: unknown; response: unknown } | null;
}

export type EndingKind =
  /** The upstream said its last word. */
  | "finished"
  /** No deployment answered; nothing reached the caller but an error. */
  | "refused"
  /** The caller hung up. */
  | "caller-gone"
  /**
   * The upstream stopped in the middle, or said something that is not its grammar; or a fault of ours
   * lost what it said (`internal_error`).
   */
  | "broken"
  /** Nobody settled the lease in time; the account did. */
  | "unsettled";

/** Where the token counts come from. */
export type UsageSource =
  | "reported"
  /** The vendor did not say the final count; bounded from what was seen. */
  | "observed"
  /** Nothing final was seen; the reservation stands. */
  | "reserved"
  /** Nothing was used. */
  | "none";

/** Nano-USD, summing to the call's cost. */
export interface CostBreakdown {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

/** One message of the records queue: many records, because a queue charges by the message. */
export interface RecordsMessage {
  records: CallRecord[];
}
