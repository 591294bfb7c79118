import { describe, expect, it } from "vitest";
import { codeOfFailure, ERRORS, GatewayError } from "../../src/core/errors.ts";
import { failurePolicy, type FailureCategory } from "../../src/core/failure.ts";

const CATEGORIES: Record<FailureCategory, true> = {
  "rate-limit": true,
  quota: true,
  overloaded: true,
  "server-error": true,
  timeout: true,
  connection: true,
  "broken-stream": true,
  "context-length": true,
  "content-policy": true,
  "invalid-request": true,
  "too-large": true,
  credential: true,
  permission: true,
  "not-found": true,
};
const categories = Object.keys(CATEGORIES) as FailureCategory[];

describe("the table of errors", () => {
  it.each(Object.entries(ERRORS))("%s is an error with words in both grammars", (_code, row) => {
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect(row.type).toMatch(/^[a-z_]+$/);
    expect(row.anthropic).toMatch(/^[a-z_]+$/);
  });

  it("blames the caller only with a 4xx, and never asks it to repeat the same", () => {
    for (const { status, origin, retry } of Object.values(ERRORS)) {
      if (origin !== "client") continue;
      expect(status).toBeLessThan(500);
      expect(retry).toBe(false);
    }
  });

  it("says 401 only of the caller's own key", () => {
    const unauthorized = Object.values(ERRORS).filter(({ status }) => status === 401);
    expect(unauthorized.length).toBeGreaterThan(0);
    expect(unauthorized.every(({ origin }) => origin === "client")).toBe(true);
  });
});

describe("a vendor's failure", () => {
  it.each(categories)("%s is told as the provider's", (category) => {
    const { origin, retry, status } = ERRORS[codeOfFailure(category)];
    expect(origin).toBe("provider");
    // A caller is asked to come again only where asking again can help.
    if (retry) expect(failurePolicy({ category, status, message: "" }).retry).toBe(true);
  });

  it("that asking again may mend is passed on to another deployment first", () => {
    for (const category of categories) {
      const { retry, failover } = failurePolicy({ category, status: 0, message: "" });
      if (retry) expect(failover).toBe(true);
    }
  });
});

it("an error keeps its cause and knows its row", () => {
  const cause = new Error("inner");
  const error = new GatewayError("rate_limited", "slow down", { cause, retryAfterMs: 5 });
  expect(error).toBeInstanceOf(Error);
  expect(error.cause).toBe(cause);
  expect(error.row).toBe(ERRORS.rate_limited);
});
