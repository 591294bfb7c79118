import { describe, expect, it } from "vitest";
import type { BudgetRefusal, RateStanding, Refusal } from "../../src/core/ledger.ts";
import { errorHeaders } from "../../src/dialects/error-headers.ts";
import { errorOfRefusal } from "../../src/pipeline/refusals.ts";

const NOW = Date.UTC(2026, 10, 21, 9, 0, 0);
const TOMORROW = Date.UTC(2026, 10, 22);

function refused(refusal: Refusal) {
  const error = errorOfRefusal(refusal, { model: "gpt", nowMs: NOW });
  return { error, status: error.row.status, headers: errorHeaders(error) };
}

describe("a key that may not call", () => {
  it.each<[Refusal, string, string, RegExp]>([
    [{ reason: "unknown-key" }, "invalid_key", "token_not_found_in_db", /deleted or never existed/],
    [
      { reason: "expired", expiredAtMs: NOW - 1_000 },
      "expired_key",
      "expired_key",
      /Key Expiry time 2026-11-21T08:59:59.000Z and current time 2026-11-21T09:00:00.000Z/,
    ],
    [{ reason: "blocked", scope: "key", name: "a" }, "blocked", "auth_error", /Key is blocked/],
    [
      { reason: "blocked", scope: "team", name: "tea" },
      "blocked",
      "auth_error",
      /Team=tea is blocked/,
    ],
    [
      { reason: "blocked", scope: "user", name: "eve" },
      "blocked",
      "auth_error",
      /User=eve is blocked/,
    ],
  ])(
    "because of %o is told with a 401 that is not worth repeating",
    (refusal, code, type, text) => {
      const { error, status, headers } = refused(refusal);
      expect([status, error.code, error.row.type]).toEqual([401, code, type]);
      expect(error.message).toMatch(text);
      expect(headers["x-should-retry"]).toBe("false");
    },
  );

  it.each(["key", "team", "user"] as const)(
    "use a model by the list of its %s is told that list",
    (scope) => {
      const { error, status } = refused({ reason: "model-denied", scope, allowed: ["a", "b/*"] });
      expect(status).toBe(403);
      expect(error.details).toMatchObject({ param: "model", type: `${scope}_model_access_denied` });
      expect(error.message).toContain(`only access models=['a', 'b/*']. Tried to access gpt`);
    },
  );
});

describe("a rate limit", () => {
  const limitOf = (changes: Partial<RateStanding>): Refusal => ({
    reason: "rate-limit",
    name: "svc-a",
    limit: { scope: "key", unit: "requests", limit: 10, remaining: 0, resetMs: 30_500, ...changes },
  });

  it("names whose, which, how much and until when", () => {
    const { error, status, headers } = refused(limitOf({}));
    expect(status).toBe(429);
    expect(error.message).toBe(
      "Rate limit exceeded for api_key: svc-a. Limit type: requests. Current limit: 10, Remaining: 0. Limit resets at: 2026-11-21 09:00:30 UTC",
    );
    expect(headers).toMatchObject({
      "retry-after": "31",
      "retry-after-ms": "30500",
      rate_limit_type: "requests",
      reset_at: "2026-11-21 09:00:30",
    });
    expect(headers).not.toHaveProperty("x-should-retry");
  });

  it.each([
    [{ unit: "tokens" } as const, /api_key.*Limit type: tokens/],
    [{ unit: "parallel", scope: "team" } as const, /for team: svc-a.*max_parallel_requests/],
    [{ scope: "user" } as const, /for user: svc-a/],
  ])("of %o is told in LiteLLM's words", (changes, text) => {
    expect(refused(limitOf(changes)).error.message).toMatch(text);
  });

  it("that is free at once still asks for a second's pause", () => {
    expect(refused(limitOf({ unit: "parallel", resetMs: 0 })).headers["retry-after"]).toBe("1");
  });
});

describe("a budget", () => {
  const spent: BudgetRefusal = {
    scope: "key",
    name: "sk-...W8TA",
    spentNanoUsd: 1_000_000_000,
    heldNanoUsd: 0,
    limitNanoUsd: 1_000_000_000,
    neededNanoUsd: 30_000_000,
    resetAtMs: null,
  };

  it("that is spent for good is not worth repeating", () => {
    const { error, status, headers } = refused({ reason: "budget", ...spent });
    expect([status, error.row.type]).toEqual([429, "budget_exceeded"]);
    expect(error.message).toBe(
      "Budget has been exceeded! Key=sk-...W8TA Current cost: 1, Max budget: 1. It does not reset.",
    );
    expect(headers).toEqual({ "x-should-retry": "false" });
  });

  it("that has something left says how much and what the call could cost", () => {
    const { error, headers } = refused({
      reason: "budget",
      ...spent,
      scope: "team",
      name: "tea",
      spentNanoUsd: 990_000_000,
      resetAtMs: TOMORROW,
    });
    expect(error.message).toContain("Team=tea Current cost: 0.99, Max budget: 1.");
    expect(error.message).toContain("$0.01 is left and this call could cost $0.03");
    expect(error.message).toContain("It resets at 2026-11-22T00:00:00.000Z.");
    expect(headers).toMatchObject({ "retry-after": "54000", "x-should-retry": "false" });
  });

  it("that calls in flight hold is worth another try in a second", () => {
    const { error, status, headers } = refused({
      reason: "budget-in-flight",
      ...spent,
      spentNanoUsd: 400_000_000,
      heldNanoUsd: 600_000_000,
    });
    expect([status, error.row.type, error.row.anthropic]).toEqual([
      429,
      "budget_exceeded",
      "rate_limit_error",
    ]);
    expect(error.message).toContain("$0.40 spent, $0.60 held, of $1.00");
    expect(headers).toEqual({ "retry-after": "1", "retry-after-ms": "1000" });
  });
});
