import type { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
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
  return {
    error: {
      message: error.message,
      type: error.details.type ?? error.row.type,
      param: error.details.param ?? null,
      code: codeOf(error),
      provider_specific_fields: { origin: originOf(error), request_id: requestId },
    },
  };
}

/** LiteLLM sends the status as text. Two codes stay words, because agents shorten or stop by them. */
function codeOf(error: GatewayError): string {
  const { code } = error;
  const isKnownWord = code === "context_length_exceeded" || code === "content_policy_violation";
  return isKnownWord ? code : String(error.row.status);
}
