import type { FailureCategory } from "./failure.ts";

/**
 * The one table of everything that can go wrong in front of a caller.
 *
 * `type` and the statuses follow LiteLLM's newer releases (1.84 and later), so that scripts which
 * compare them keep working. `anthropic` is the type word of Anthropic's envelope for the same
 * thing. `retry: false` is sent as `x-should-retry: false`, which SDKs and Claude Code obey.
 */
const TABLE = {
  // The caller's request.
  invalid_json: row(400, "invalid_request_error", "invalid_request_error", "client"),
  invalid_request: row(400, "invalid_request_error", "invalid_request_error", "client"),
  unsupported_parameter: row(400, "invalid_request_error", "invalid_request_error", "client"),
  unknown_response: row(400, "invalid_request_error", "invalid_request_error", "client"),
  unknown_model: row(400, "invalid_request_error", "invalid_request_error", "client"),
  request_too_large: row(413, "invalid_request_error", "request_too_large", "client"),
  unsupported_encoding: row(415, "invalid_request_error", "invalid_request_error", "client"),
  not_found: row(404, "not_found_error", "not_found_error", "client"),
  method_not_allowed: row(405, "invalid_request_error", "invalid_request_error", "client"),
  /** Seen by nobody but the record; the status is nginx's word for it. */
  caller_gone: row(499, "invalid_request_error", "invalid_request_error", "client"),
  conflict: row(409, "bad_request_error", "invalid_request_error", "client"),
  // The caller's key.
  missing_key: row(401, "auth_error", "authentication_error", "client", false),
  invalid_key: row(401, "token_not_found_in_db", "authentication_error", "client", false),
  expired_key: row(401, "expired_key", "authentication_error", "client", false),
  blocked: row(401, "auth_error", "authentication_error", "client", false),
  admin_only: row(403, "auth_error", "permission_error", "client", false),
  route_denied: row(403, "auth_error", "permission_error", "client", false),
  address_denied: row(403, "auth_error", "permission_error", "client", false),
  missing_parameter: row(400, "invalid_request_error", "invalid_request_error", "client"),
  model_access_denied: row(403, "key_model_access_denied", "permission_error", "client", false),
  /** No deployment serves the call's tags. */
  tags_denied: row(401, "auth_error", "authentication_error", "client", false),
  /** No deployment is where the prompt may be read. */
  region_denied: row(403, "auth_error", "permission_error", "client", false),
  // Limits of the key, its team or its user.
  rate_limited: row(429, "throttling_error", "rate_limit_error", "gateway"),
  budget_exceeded: row(429, "budget_exceeded", "billing_error", "gateway", false),
  /** The money is there, but calls in flight hold it: worth another try in a moment. */
  budget_in_flight: row(429, "budget_exceeded", "rate_limit_error", "gateway"),
  /** Every deployment of the model is at its limit, or rests. */
  no_deployment_free: row(429, "throttling_error", "rate_limit_error", "gateway"),
  // The operator's set-up.
  unpriced_model: row(400, "invalid_request_error", "invalid_request_error", "gateway", false),
  not_configured: row(503, "service_unavailable_error", "api_error", "gateway", false),
  unavailable: row(503, "service_unavailable_error", "api_error", "gateway"),
  internal_error: row(500, "internal_server_error", "api_error", "gateway"),
  not_supported: row(501, "not_supported", "not_supported", "gateway", false),
  // The upstream.
  upstream_rate_limited: row(429, "throttling_error", "rate_limit_error", "provider"),
  upstream_quota: row(429, "insufficient_quota", "rate_limit_error", "provider", false),
  // 503 and not 529: Claude Code gives up after three 529 but goes on for 503.
  upstream_overloaded: row(503, "service_unavailable_error", "overloaded_error", "provider"),
  upstream_error: row(502, "internal_server_error", "api_error", "provider"),
  upstream_timeout: row(504, "timeout_error", "timeout_error", "provider"),
  // Never 401: a client would log its user out over a credential that is ours.
  upstream_credential: row(502, "internal_server_error", "api_error", "provider", false),
  upstream_permission: row(403, "permission_error", "permission_error", "provider", false),
  upstream_not_found: row(404, "not_found_error", "not_found_error", "provider", false),
  upstream_invalid_request: row(400, "invalid_request_error", "invalid_request_error", "provider"),
  upstream_too_large: row(413, "invalid_request_error", "request_too_large", "provider"),
  context_length_exceeded: row(400, "invalid_request_error", "invalid_request_error", "provider"),
  content_policy_violation: row(400, "invalid_request_error", "invalid_request_error", "provider"),
} as const;

export type ErrorCode = keyof typeof TABLE;
export type Origin = "client" | "gateway" | "provider";

export interface ErrorRow {
  status: number;
  type: string;
  anthropic: string;
  origin: Origin;
  /** Whether sending the same call again can help. */
  retry: boolean;
}

function row(
  status: number,
  type: string,
  anthropic: string,
  origin: Origin,
  retry = status === 429 || status >= 500,
): ErrorRow {
  return { status, type, anthropic, origin, retry };
}

export const ERRORS: Record<ErrorCode, ErrorRow> = TABLE;

export interface ErrorDetails {
  /** The field at fault, as the caller spelled it: `messages.0.content`. */
  param?: string;
  retryAfterMs?: number;
  /** Which provider, for errors of origin `provider`. */
  provider?: string;
  /** More response headers that belong to this error. */
  headers?: Record<string, string>;
  /** Where the table's word is too coarse: `team_model_access_denied` for a team's list. */
  type?: string;
  /** Where the operator wants an older release's status. */
  status?: number;
  /** The vendor's own answer, shown as it is to callers who speak the vendor's grammar. */
  verbatim?: { status: number; body: string };
  cause?: unknown;
}

/** Leaves the line. Its message is for the caller: what happened, and what to do next. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "GatewayError";
    this.code = code;
    this.details = details;
  }

  get row(): ErrorRow {
    const known = ERRORS[this.code];
    const { status } = this.details;
    return status === undefined ? known : { ...known, status };
  }
}

/** What a caller is told when the upstream failed and no other deployment could help. */
export function codeOfFailure(category: FailureCategory): ErrorCode {
  switch (category) {
    case "rate-limit":
      return "upstream_rate_limited";
    case "quota":
      return "upstream_quota";
    case "overloaded":
      return "upstream_overloaded";
    case "server-error":
    case "connection":
    case "broken-stream":
      return "upstream_error";
    case "timeout":
      return "upstream_timeout";
    case "context-length":
      return "context_length_exceeded";
    case "content-policy":
      return "content_policy_violation";
    case "invalid-request":
      return "upstream_invalid_request";
    case "too-large":
      return "upstream_too_large";
    case "credential":
      return "upstream_credential";
    case "permission":
      return "upstream_permission";
    case "not-found":
      return "upstream_not_found";
  }
}
