import { describe, expect, it } from "vitest";
import { ERRORS } from "../../src/core/errors.ts";
import { codesOf, outcomeOf, OUTCOMES } from "../../src/core/usage-outcome.ts";

describe("outcomeOf", () => {
  it.each([
    ["success", "success"],
    ["budget_exceeded", "blocked"],
    ["rate_limited", "blocked"],
    ["model_access_denied", "blocked"],
    ["upstream_rate_limited", "provider_error"],
    ["upstream_timeout", "provider_error"],
    ["upstream_credential", "provider_error"],
    ["context_length_exceeded", "client_error"],
    ["content_policy_violation", "client_error"],
    ["invalid_request", "client_error"],
    ["caller_gone", "client_error"],
    ["internal_error", "gateway_error"],
    ["429", "blocked"],
    ["400", "client_error"],
    ["502", "provider_error"],
    ["0", "gateway_error"],
  ])("tells whose doing %s was", (ending, outcome) => {
    expect(outcomeOf(ending)).toBe(outcome);
  });

  it("has one kind for every code", () => {
    const codes = OUTCOMES.flatMap(codesOf);
    expect(codes.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });
});
