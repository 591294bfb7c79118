import type { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ErrorContext, RenderedError } from "../dialect.ts";
import { errorHeaders } from "../error-headers.ts";
import type { Frame } from "../framing/frame.ts";

export function renderError(error: GatewayError, { requestId }: ErrorContext): RenderedError {
  return {
    body: errorBody(error, requestId),
    headers: { ...errorHeaders(error), "request-id": requestId },
  };
}

export function renderStreamError(error: GatewayError, { requestId }: ErrorContext): Frame {
  return { event: "error", data: JSON.stringify(errorBody(error, requestId)) };
}

function errorBody(error: GatewayError, requestId: string): JsonObject {
  return {
    type: "error",
    error: { type: error.row.anthropic, message: messageOf(error) },
    request_id: requestId,
  };
}

/** Agents of this grammar compact the conversation when they read one of these, word for word. */
const KNOWN_WORDS = /prompt is too long|^Input is too long\.$/;

function messageOf(error: GatewayError): string {
  const isForeign = error.code === "context_length_exceeded" && !KNOWN_WORDS.test(error.message);
  return isForeign ? `prompt is too long: ${error.message}` : error.message;
}
