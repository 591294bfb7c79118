import { ERRORS, GatewayError, type ErrorRow } from "../core/errors.ts";
import type { CallerDialect } from "../dialects/dialect.ts";
import { logFault } from "../platform/log.ts";

/** Any error as a response in the caller's grammar. What is not ours to show becomes a plain 500. */
export function errorResponse(
  thrown: unknown,
  dialect: CallerDialect,
  requestId: string,
): Response {
  const error = thrown instanceof GatewayError ? thrown : internalError(thrown);
  const { verbatim, headers: extra, provider } = error.details;
  const rendered = dialect.renderError(error, { requestId });
  const headers = new Headers({
    "content-type": "application/json",
    "x-litellm-call-id": requestId,
    "x-sekisho-error-origin": originOf(error.row, provider),
    ...rendered.headers,
    ...extra,
  });
  if (verbatim !== undefined) {
    return new Response(verbatim.body, { status: verbatim.status, headers });
  }
  const status = rendered.status ?? error.row.status;
  return new Response(JSON.stringify(rendered.body), { status, headers });
}

function originOf(row: ErrorRow, provider: string | undefined): string {
  return row.origin === "provider" && provider !== undefined ? `provider:${provider}` : row.origin;
}

/** A bug of ours. The message stays inside: an engine's message may quote what it choked on. */
function internalError(cause: unknown): GatewayError {
  logFault(cause);
  return new GatewayError(
    "internal_error",
    `Internal server error. If it happens again, report it with the request id; status ${ERRORS.internal_error.status}.`,
    { cause },
  );
}
