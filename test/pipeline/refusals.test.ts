import { describe, expect, it } from "vitest";
import type { BudgetRefusal, RateStanding, Refusal } from "../../src/core/ledger.ts";
import { errorHeaders } from "../../src/dialects/error-headers.ts";
import { errorOfRefusal, type Attempted } from "../../src/pipeline/refusals.ts";

const NOW = Date.UTC(2026, 10, 21, 9, 0, 0);
const TOMORROW = Date.UTC(2026, 10, 22);

function refused(refusal: Refusal, attempted: Partial<Attempted> = {}) {
  const error = errorOfRefusal(refusal, { model: "gpt", nowMs: NOW, ...attempted });
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

describe("a call that may not be made so", () => {
  it.each<[Refusal, number, RegExp]>([
    [
      { reason: "route-denied", route: "/v1/messages", allowed: ["info_routes"] },
      403,
      /^Virtual key is not allowed to call this route. Only allowed to call routes: \['info_routes'\]. Tried to call route: \/v1\/messages$/,
    ],
    [{ reason: "address-denied", requesterIp: "192.0.2.1" }, 403, /not be used from 192.0.2.1/],
    [
      { reason: "parameter-missing", scope: "team", parameter: "metadata.name" },
      400,
      /param=metadata.name in request body/,
    ],
  ])("is told why: %o", (refusal, status, text) => {
    const { error, status: told } = refused(refusal);
    expect(told).toBe(status);
    expect(error.message).toMatch(text);
  });
});

describe("a rate limit", () => {
  const limitOf = (changes: Partial<RateStanding>): Refusal => ({
    reason: "rate-limit",
    name: "svc-a",
    limit: {
      scope: "key",
      model: null,
      unit: "requests",
      limit: 10,
      remaining: 0,
      resetMs: 30_500,
      ...changes,
    },
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

  it("of one model names it, and what is left in headers", () => {
    const { error, headers } = refused(limitOf({ model: "o3" }));
    expect(error.message).toMatch(/for model_per_key: svc-a:o3. Limit type: requests/);
    expect(headers).toMatchObject({
      "x-ratelimit-model_per_key-limit-requests": "10",
      "x-ratelimit-model_per_key-remaining-requests": "0",
      "x-litellm-key-remaining-requests-o3": "0",
      "x-ratelimit-reset-requests": "31s",
    });
  });

  it("that is free at once still asks for a second's pause", () => {
    expect(refused(limitOf({ unit: "parallel", resetMs: 0 })).headers["retry-after"]).toBe("1");
  });
});

describe("a budget", () => {
  const spent: BudgetRefusal = {
    scope: "key",
    name: "sk-...W8TA",
    model: null,
    duration: null,
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

  it.each<[Partial<BudgetRefusal>, string]>([
    [{ model: "o3", name: "svc" }, "LiteLLM Virtual Key: svc, exceeded budget for model=o3."],
    [
      { scope: "team", model: "o3", name: "tea" },
      "LiteLLM Team: tea, exceeded budget for model=o3",
    ],
    [
      { scope: "end_user", name: "hanako" },
      "ExceededBudget: End User=hanako over budget. Spend=1, Budget=1.",
    ],
    [
      { scope: "organization", name: "acme" },
      "Budget has been exceeded! Organization=acme Current",
    ],
    [{ scope: "tag", name: "blue" }, "Budget has been exceeded! Tag=blue Current cost: 1"],
    [{ scope: "global", name: "" }, "Budget has been exceeded! Current cost: 1, Max budget: 1."],
  ])("of %o is told in LiteLLM's words", (changes, text) => {
    expect(refused({ reason: "budget", ...spent, ...changes }).error.message).toContain(text);
  });

  it("is told to Claude Code in headers too, and to nobody else", () => {
    const refusal = { reason: "budget" as const, ...spent, duration: "1d", resetAtMs: TOMORROW };
    const { headers } = refused(refusal, { route: "/v1/messages" });
    expect(headers).toMatchObject({
      "retry-after": "54000",
      "x-should-retry": "false",
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-overage-reset": String(TOMORROW / 1_000),
    });
    const elsewhere = refused(refusal, { route: "/v1/chat/completions" });
    expect(JSON.stringify(elsewhere.headers)).not.toContain("anthropic");
  });

  it("has LiteLLM's older status where the operator wants it, and the same words", () => {
    const refusal = { reason: "budget" as const, ...spent };
    const legacy = refused(refusal, { legacyStatuses: true });
    expect(legacy.status).toBe(400);
    expect(legacy.error.message).toBe(refused(refusal).error.message);
    expect(legacy.error.row.type).toBe("budget_exceeded");
    const denied = { reason: "model-denied" as const, scope: "key" as const, allowed: [] };
    expect([refused(denied).status, refused(denied, { legacyStatuses: true }).status]).toEqual([
      403, 401,
    ]);
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
