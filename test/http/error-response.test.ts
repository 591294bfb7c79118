import { afterEach, describe, expect, it, vi } from "vitest";
import { GatewayError, type ErrorDetails } from "../../src/core/errors.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import type { CallerDialect } from "../../src/dialects/dialect.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { errorResponse } from "../../src/http/error-response.ts";

async function shown(thrown: unknown, dialect: CallerDialect = openAiChat) {
  const response = errorResponse(thrown, dialect, "call-1");
  const text = await response.text();
  const body: unknown = JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body };
}

const errorWith = (details: ErrorDetails): GatewayError =>
  new GatewayError("upstream_invalid_request", "bad field", { provider: "azure", ...details });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an error", () => {
  it("is shown in OpenAI's grammar with its status as text", async () => {
    const { status, body } = await shown(errorWith({ param: "n" }));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { message: "bad field", type: "invalid_request_error", param: "n", code: "400" },
    });
  });

  it("is shown in Anthropic's grammar with the call's id", async () => {
    const { body, headers } = await shown(errorWith({}), anthropicMessages);
    expect(body).toEqual({
      type: "error",
      error: { type: "invalid_request_error", message: "bad field" },
      request_id: "call-1",
    });
    expect(headers.get("request-id")).toBe("call-1");
  });

  it.each([
    [new GatewayError("invalid_json", "x"), "client"],
    [new GatewayError("rate_limited", "x"), "gateway"],
    [errorWith({}), "provider:azure"],
    [new GatewayError("upstream_error", "x"), "provider"],
  ])("says whose it is (%#)", async (error, origin) => {
    const { headers } = await shown(error);
    expect(headers.get("x-sekisho-error-origin")).toBe(origin);
    expect(headers.get("x-litellm-call-id")).toBe("call-1");
  });

  it("says when to come again, in seconds and milliseconds, and nothing where it should not", async () => {
    const { headers } = await shown(
      new GatewayError("rate_limited", "x", { retryAfterMs: 1_200.4 }),
    );
    expect(headers.get("retry-after")).toBe("2");
    expect(headers.get("retry-after-ms")).toBe("1201");
    expect(headers.has("x-should-retry")).toBe(false);
    const final = await shown(new GatewayError("invalid_key", "x"));
    expect(final.headers.get("x-should-retry")).toBe("false");
    expect(final.headers.has("retry-after")).toBe(false);
  });

  it("of a vendor in the caller's grammar is passed on as it came, status and body", async () => {
    const verbatim = { status: 422, body: '{"error":{"message":"bad","type":"x"},"odd":1.0}' };
    const { status, text, headers } = await shown(errorWith({ verbatim }));
    expect([status, text]).toEqual([422, verbatim.body]);
    expect(headers.get("x-sekisho-error-origin")).toBe("provider:azure");
  });
});

describe("a bug of ours", () => {
  it.each([
    new TypeError("Cannot read 'secret prompt' of undefined"),
    "secret text",
    undefined,
    { message: "secret" },
    new Error("secret prompt\n    at secret line"),
  ])("is a plain 500 that quotes nothing, to nobody (%#)", async (thrown) => {
    const said: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line) => void said.push(String(line)));
    const { status, text } = await shown(thrown);
    expect(status).toBe(500);
    expect(text).not.toContain("secret");
    expect(said).toHaveLength(1);
    expect(said.join()).toContain("internal_error");
    expect(said.join()).not.toContain("secret prompt");
  });
});
