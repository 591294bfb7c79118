import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/core/errors.ts";
import type { ErrorCode } from "../../src/core/errors.ts";
import { renderAwsError, renderAwsStreamError } from "../../src/dialects/aws-errors.ts";
import { createEventStreamDecoder, eventStream } from "../../src/dialects/framing/event-stream.ts";

const CASES: [ErrorCode, number, string, string][] = [
  ["invalid_request", 400, "ValidationException", "validationException"],
  ["unknown_model", 400, "ValidationException", "validationException"],
  ["request_too_large", 413, "ValidationException", "validationException"],
  ["not_found", 404, "ResourceNotFoundException", "validationException"],
  ["conflict", 400, "ConflictException", "validationException"],
  ["missing_key", 403, "UnrecognizedClientException", "validationException"],
  ["invalid_key", 403, "UnrecognizedClientException", "validationException"],
  ["model_access_denied", 403, "AccessDeniedException", "validationException"],
  ["rate_limited", 429, "ThrottlingException", "throttlingException"],
  ["budget_in_flight", 429, "ThrottlingException", "throttlingException"],
  ["budget_exceeded", 400, "ServiceQuotaExceededException", "throttlingException"],
  ["upstream_quota", 400, "ServiceQuotaExceededException", "throttlingException"],
  ["upstream_rate_limited", 429, "ThrottlingException", "throttlingException"],
  ["upstream_overloaded", 503, "ServiceUnavailableException", "serviceUnavailableException"],
  ["upstream_timeout", 408, "ModelTimeoutException", "modelStreamErrorException"],
  ["upstream_error", 500, "InternalServerException", "modelStreamErrorException"],
  ["upstream_credential", 502, "InternalServerException", "modelStreamErrorException"],
  ["internal_error", 500, "InternalServerException", "internalServerException"],
  ["not_supported", 400, "ValidationException", "modelStreamErrorException"],
];

describe.each(CASES)("%s", (code, status, name, exception) => {
  const error = new GatewayError(code, "what happened");

  it(`is a ${status} ${name} before the stream`, () => {
    const rendered = renderAwsError(error, { requestId: "r-1" });
    expect(rendered.status).toBe(status);
    expect(rendered.body).toEqual({ message: "what happened" });
    expect(rendered.headers).toMatchObject({
      "x-amzn-errortype": name,
      "x-amzn-requestid": "r-1",
    });
  });

  it(`is a ${exception} inside it`, () => {
    const bytes = eventStream.createEncoder().encode(renderAwsStreamError(error));
    const [message] = createEventStreamDecoder().push(bytes);
    expect(message?.headers).toEqual({
      ":message-type": "exception",
      ":exception-type": exception,
      ":content-type": "application/json",
    });
    expect(new TextDecoder().decode(message?.payload)).toBe('{"message":"what happened"}');
  });
});

it("tells agents that a prompt is too long in the words they wait for", () => {
  const said = (message: string) =>
    renderAwsError(new GatewayError("context_length_exceeded", message), { requestId: "r" }).body;
  expect(said("maximum context length is 5")).toEqual({
    message:
      "Input is too long for requested model (prompt is too long: maximum context length is 5)",
  });
  expect(said("Input is too long.")).toEqual({ message: "Input is too long." });
});

it("lets an error name its own type, as a wrong signature does", () => {
  const headers = { "x-amzn-errortype": "InvalidSignatureException" };
  const error = new GatewayError("invalid_key", "no", { headers });
  expect(renderAwsError(error, { requestId: "r" }).headers).toMatchObject(headers);
});
