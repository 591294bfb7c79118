import type { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ErrorContext, RenderedError } from "../dialect.ts";
import { errorHeaders, originOf } from "../error-headers.ts";
import type { Frame } from "../framing/frame.ts";

export function renderError(error: GatewayError, { requestId }: ErrorContext): RenderedError {
  return { body: errorBody(error, requestId), headers: errorHeaders(error) };
}

export function renderStreamError(error: GatewayError, { requestId }: ErrorContext): Frame {
  return { data: JSON.stringify(errorBody(error, requestId)) };
}

function errorBody(error: GatewayError, requestId: string): JsonObject {
  const code = error.row.status;
  return {
    error: {
      code,
      message: error.message,
      status: STATUSES.get(code) ?? (code < 500 ? "INVALID_ARGUMENT" : "INTERNAL"),
      details: detailsOf(error, requestId),
    },
  };
}

/** The word that Google's APIs put beside an HTTP status. */
const STATUSES = new Map([
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [501, "UNIMPLEMENTED"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

const TYPES = "type.googleapis.com/google.rpc";

function detailsOf(error: GatewayError, requestId: string): Json[] {
  const { param } = error.details;
  const waitMs = waitOf(error);
  const reason = error.code.toUpperCase();
  const details: Json[] = [
    {
      "@type": `${TYPES}.ErrorInfo`,
      reason,
      domain: "sekisho",
      metadata: { origin: originOf(error) },
    },
    { "@type": `${TYPES}.RequestInfo`, requestId },
  ];
  if (param !== undefined) {
    const fieldViolations = [{ field: param, description: error.message }];
    details.push({ "@type": `${TYPES}.BadRequest`, fieldViolations });
  }
  if (waitMs !== undefined) {
    const retryDelay = `${Math.ceil(waitMs) / 1000}s`;
    details.push({ "@type": `${TYPES}.RetryInfo`, retryDelay });
  }
  return details;
}

/**
 * Google's clients know no header that forbids trying again, and take every 429 for a short one.
 * Gemini CLI stops, and shows the message, when it is told to wait for more than five minutes.
 */
const NOT_TODAY_MS = 24 * 60 * 60 * 1_000;

function waitOf({ row, details }: GatewayError): number | undefined {
  return details.retryAfterMs ?? (row.status === 429 && !row.retry ? NOT_TODAY_MS : undefined);
}
