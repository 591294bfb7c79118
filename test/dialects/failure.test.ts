import { describe, expect, it } from "vitest";
import type { FailureCategory } from "../../src/core/failure.ts";
import { failureOf, streamFailure } from "../../src/dialects/failure.ts";
import { ERROR_ANSWERS } from "../fixtures/failures.ts";

describe("failureOf", () => {
  it.each(ERROR_ANSWERS)("$says → $category", ({ status, body, headers, category }) => {
    expect(failureOf({ status, body, headers: new Headers(headers) })).toMatchObject({
      category,
      status,
    });
  });

  it.each([
    ["a message", '{"error":{"message":"words"}}', "words"],
    ["an error that is text", '{"error":"words"}', "words"],
    ["AWS's capital letter", '{"Message":"words"}', "words"],
    ["FastAPI's text", '{"detail":"words"}', "words"],
    [
      "FastAPI's list",
      '{"detail":[{"loc":["body","a"],"msg":"no"},{"loc":["body","b"],"msg":"nor"}]}',
      "body.a: no; body.b: nor",
    ],
    ["Mistral's nesting", '{"message":{"detail":[{"loc":["body"],"msg":"no"}]}}', "body: no"],
    ["plain text", "upstream connect error", "upstream connect error"],
    ["a page", "<html><title> 504 Gateway Time-out </title></html>", "504 Gateway Time-out"],
    ["a page without a title", "<html></html>", "the upstream answered 500"],
    ["nothing", "", "the upstream answered 500"],
    ["an empty object", "{}", "the upstream answered 500"],
  ])("finds the words in %s", (_, body, message) => {
    expect(failureOf({ status: 500, headers: new Headers(), body }).message).toBe(message);
  });

  it("obeys x-should-retry where it knows better than the status", () => {
    const limited = { status: 429, body: '{"error":{"type":"rate_limit_error","message":"m"}}' };
    expect(
      failureOf({ ...limited, headers: new Headers({ "x-should-retry": "false" }) }).category,
    ).toBe("quota");
    const odd = { status: 400, body: "{}", headers: new Headers({ "x-should-retry": "true" }) };
    expect(failureOf(odd).category).toBe("server-error");
  });

  it("lets a grammar say what it has already read", () => {
    const signals = {
      status: 400,
      headers: new Headers(),
      body: "{}",
      code: "context_length_exceeded",
      message: "m",
      param: "p",
    };
    expect(failureOf(signals)).toMatchObject({
      category: "context-length",
      message: "m",
      param: "p",
    });
  });

  it("bounds the message and keeps the answer untouched", () => {
    const body = JSON.stringify({ error: { message: "x".repeat(100_000) } });
    const failure = failureOf({ status: 400, headers: new Headers({ "request-id": "r" }), body });
    expect(failure.message.length).toBeLessThan(10_000);
    expect(failure.raw?.body).toBe(body);
    expect(failure.raw?.headers.get("request-id")).toBe("r");
  });
});

describe("streamFailure", () => {
  it.each<[string, FailureCategory]>([
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "overloaded"],
    ['{"error":{"code":429,"message":"slow down"}}', "rate-limit"],
    ['{"error":{"code":503,"message":"later","status":"UNAVAILABLE"}}', "overloaded"],
    ['{"error":"out of memory"}', "server-error"],
  ])("reads %s", (data, category) => {
    expect(streamFailure(data)).toMatchObject({ category, status: 0, raw: undefined });
  });
});
