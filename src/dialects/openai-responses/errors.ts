import type { ErrorCode, GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ErrorContext, RenderedError } from "../dialect.ts";
import { errorHeaders, originOf } from "../error-headers.ts";
import type { Frame } from "../framing/frame.ts";
import { frameOf } from "./write-stream.ts";

export function renderError(error: GatewayError, { requestId }: ErrorContext): RenderedError {
  const body: JsonObject = {
    error: {
      message: error.message,
      type: error.details.type ?? error.row.type,
      param: error.details.param ?? null,
      // LiteLLM sends the status as text where there is no word.
      code: WORDS[error.code] ?? String(error.row.status),
      provider_specific_fields: { origin: originOf(error), request_id: requestId },
    },
  };
  return { body, headers: errorHeaders(error) };
}

/**
 * An answer that failed. Its id has to be that of its beginning, or OpenAI's SDK takes it for another
 * answer's.
 */
export function renderStreamError(
  error: GatewayError,
  { requestId, answerId }: ErrorContext,
): Frame {
  const response = {
    id: answerId ?? requestId,
    object: "response",
    status: "failed",
    error: { code: WORDS[error.code] ?? "server_error", message: error.message },
    incomplete_details: null,
    output: [],
    usage: null,
  };
  return frameOf({ type: "response.failed", response }, SEQUENCE_NUMBER_LAST);
}

/** Nobody here knows how many events went before; this is more than any answer has. */
const SEQUENCE_NUMBER_LAST = 2_147_483_647;

/**
 * The codes Codex acts on. It shortens the conversation when the context is full, stops when money or
 * permission is missing, and waits when a limit passes by itself. There is none for an overloaded
 * upstream: Codex gives up at OpenAI's, and tries again where there is no word it knows.
 */
const WORDS: Partial<Record<ErrorCode, string>> = {
  context_length_exceeded: "context_length_exceeded",
  content_policy_violation: "invalid_prompt",
  budget_exceeded: "insufficient_quota",
  upstream_quota: "insufficient_quota",
  budget_in_flight: "rate_limit_exceeded",
  rate_limited: "rate_limit_exceeded",
  no_deployment_free: "rate_limit_exceeded",
  upstream_rate_limited: "rate_limit_exceeded",
  missing_key: "invalid_api_key",
  invalid_key: "invalid_api_key",
  expired_key: "invalid_api_key",
  unknown_model: "model_not_found",
  unknown_response: "previous_response_not_found",
  unsupported_parameter: "unsupported_parameter",
};
