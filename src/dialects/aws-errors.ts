import type { GatewayError } from "../core/errors.ts";
import type { ErrorContext, RenderedError } from "./dialect.ts";
import { errorHeaders } from "./error-headers.ts";
import type { Frame } from "./framing/frame.ts";

/** An error before its stream began. AWS's SDKs choose an exception class by the header. */
export function renderAwsError(error: GatewayError, { requestId }: ErrorContext): RenderedError {
  const { status, name } = awsErrorOf(error);
  return {
    status,
    body: { message: messageOf(error) },
    headers: { "x-amzn-errortype": name, "x-amzn-requestid": requestId, ...errorHeaders(error) },
  };
}

/** An error inside a stream: a message that says it is an exception. */
export function renderAwsStreamError(error: GatewayError): Frame {
  return {
    event: streamExceptionOf(error),
    data: JSON.stringify({ message: messageOf(error) }),
  };
}

interface AwsError {
  status: number;
  name: string;
}

/** Bedrock's own pairs of status and name; its SDKs retry by both. */
function awsErrorOf({ code, row }: GatewayError): AwsError {
  // AWS's SDKs wait and ask again after any throttling, which is no help against an empty budget.
  if (row.status === 429 && !row.retry) return QUOTA;
  // Whatever class this becomes, it must not look like a fault of the caller's key.
  if (code === "upstream_credential") return { status: 502, name: "InternalServerException" };
  switch (row.status) {
    case 401:
      return { status: 403, name: "UnrecognizedClientException" };
    case 403:
      return { status: 403, name: "AccessDeniedException" };
    case 404:
      return { status: 404, name: "ResourceNotFoundException" };
    case 409:
      return { status: 400, name: "ConflictException" };
    case 429:
      return { status: 429, name: "ThrottlingException" };
    case 503:
      return { status: 503, name: "ServiceUnavailableException" };
    case 504:
      return { status: 408, name: "ModelTimeoutException" };
    default:
      return row.status < 500 || row.status === 501
        ? { status: row.status === 413 ? 413 : 400, name: "ValidationException" }
        : { status: 500, name: "InternalServerException" };
  }
}

const QUOTA: AwsError = { status: 400, name: "ServiceQuotaExceededException" };

/** The five exceptions that every stream of Bedrock's declares; an SDK has no class for others. */
function streamExceptionOf({ row }: GatewayError): string {
  if (row.status === 429) return "throttlingException";
  if (row.status === 503) return "serviceUnavailableException";
  if (row.status === 500) return "internalServerException";
  return row.status < 500 ? "validationException" : "modelStreamErrorException";
}

const KNOWN_WORDS = /prompt is too long|input is too long/i;

/** Agents shorten the conversation when they read AWS's words, or Anthropic's. */
function messageOf({ code, message }: GatewayError): string {
  const isForeign = code === "context_length_exceeded" && !KNOWN_WORDS.test(message);
  return isForeign
    ? `Input is too long for requested model (prompt is too long: ${message})`
    : message;
}
