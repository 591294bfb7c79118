import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../src/core/errors.ts";
import type { ErrorCode } from "../../../src/core/errors.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";

const TYPES = "type.googleapis.com/google.rpc";

describe("an error in Google's words", () => {
  it.each<[ErrorCode, number, string]>([
    ["invalid_request", 400, "INVALID_ARGUMENT"],
    ["invalid_key", 401, "UNAUTHENTICATED"],
    ["model_access_denied", 403, "PERMISSION_DENIED"],
    ["not_found", 404, "NOT_FOUND"],
    ["budget_exceeded", 429, "RESOURCE_EXHAUSTED"],
    ["internal_error", 500, "INTERNAL"],
    ["upstream_error", 502, "INTERNAL"],
    ["upstream_overloaded", 503, "UNAVAILABLE"],
    ["upstream_timeout", 504, "DEADLINE_EXCEEDED"],
  ])("%s is %i %s", (code, status, word) => {
    const { body } = gemini.renderError(new GatewayError(code, "m"), { requestId: "r" });
    expect(body).toMatchObject({ error: { code: status, message: "m", status: word } });
  });

  it("says how long to wait where SDKs look for it", () => {
    const error = new GatewayError("rate_limited", "m", { retryAfterMs: 34_400 });
    const { body } = gemini.renderError(error, { requestId: "r" });
    expect(body).toMatchObject({
      error: {
        details: [
          {
            "@type": `${TYPES}.ErrorInfo`,
            reason: "RATE_LIMITED",
            metadata: { origin: "gateway" },
          },
          { "@type": `${TYPES}.RequestInfo`, requestId: "r" },
          { "@type": `${TYPES}.RetryInfo`, retryDelay: "34.4s" },
        ],
      },
    });
  });

  it("asks for a day's patience where trying again cannot help, and for none elsewhere", () => {
    const render = (code: ErrorCode) =>
      JSON.stringify(gemini.renderError(new GatewayError(code, "m"), { requestId: "r" }).body);
    expect(render("budget_exceeded")).toContain('"retryDelay":"86400s"');
    expect(render("rate_limited")).not.toContain("retryDelay");
    expect(render("invalid_key")).not.toContain("retryDelay");
  });

  it("names the field at fault", () => {
    const error = new GatewayError("invalid_request", "contents: m", { param: "contents" });
    const { body } = gemini.renderError(error, { requestId: "r" });
    expect(JSON.stringify(body)).toContain('"fieldViolations":[{"field":"contents"');
  });

  it("is an element of its own in a stream", () => {
    const { event, data } = gemini.renderStreamError(new GatewayError("upstream_error", "cut"), {
      requestId: "r",
    });
    expect(event).toBeUndefined();
    expect(JSON.parse(data)).toMatchObject({ error: { code: 502, message: "cut" } });
  });
});
