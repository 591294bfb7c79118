import { describe, expect, it } from "vitest";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { RATE_LIMITED } from "../../fixtures/gemini/answers.ts";

function failure(status: number, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return gemini.readFailure({ status, headers: new Headers(), body: text });
}

function google(code: number, status: string, message: string) {
  return { error: { code, status, message } };
}

describe("an error of Google's", () => {
  it("says how long to wait, also inside the array of a stream", () => {
    const expected = { category: "rate-limit", retryAfterMs: 34_400 };
    expect(failure(429, RATE_LIMITED)).toMatchObject(expected);
    expect(failure(429, [RATE_LIMITED])).toMatchObject(expected);
  });

  it("is not worth waiting for when the quota is a day's", () => {
    const violations = [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel" }];
    const error = { ...RATE_LIMITED.error, details: [{ violations }] };
    expect(failure(429, { error })).toMatchObject({ category: "quota" });
  });

  it.each([
    [400, "INVALID_ARGUMENT", 'Unknown name "foo": Cannot find field.', "invalid-request"],
    [
      400,
      "INVALID_ARGUMENT",
      "The input token count (1200000) exceeds the maximum number of tokens allowed",
      "context-length",
    ],
    [401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "credential"],
    [403, "PERMISSION_DENIED", "Permission denied on resource project.", "permission"],
    [404, "NOT_FOUND", "Publisher Model was not found", "not-found"],
    [500, "INTERNAL", "Internal error encountered.", "server-error"],
    [503, "UNAVAILABLE", "The service is currently unavailable.", "overloaded"],
    [504, "DEADLINE_EXCEEDED", "Deadline expired.", "timeout"],
  ])("%i %s is understood", (code, status, message, category) => {
    expect(failure(code, google(code, status, message))).toMatchObject({
      category,
      status: code,
      message,
    });
  });

  it("of the proxy, which counts bytes, is said in the words agents act on", () => {
    const message = "The request size (31500000 bytes) exceeds 30.000MB limit.";
    expect(failure(400, google(400, "INVALID_ARGUMENT", message))).toMatchObject({
      category: "context-length",
      message: "Input is too long.",
    });
  });

  it("may be no JSON at all", () => {
    expect(failure(502, "<html><title>502 Bad Gateway</title></html>")).toMatchObject({
      category: "server-error",
      message: "502 Bad Gateway",
    });
  });
});
