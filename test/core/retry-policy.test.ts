import { describe, expect, it } from "vitest";
import { NO_USAGE } from "../../src/core/chat.ts";
import type { FailureCategory } from "../../src/core/failure.ts";
import {
  backoffMs,
  mayHaveWorked,
  mayRiskMore,
  retryRule,
  spoiltNanoUsd,
  type RetryVoices,
} from "../../src/core/retry-policy.ts";

function voices(changes: Partial<RetryVoices> = {}, router: Partial<RetryVoices["router"]> = {}) {
  return {
    wished: undefined,
    group: "gpt",
    ofDeployment: undefined,
    router: { retriesMax: 2, retriesByCategory: {}, groupRetries: new Map(), ...router },
    ...changes,
  };
}

const ruleFor = (category: FailureCategory, all: RetryVoices) =>
  retryRule({ category, status: 0, message: "" }, all);

describe("how often a call is tried again", () => {
  const everybody = { retriesByCategory: { "rate-limit": 4 }, retriesMax: 2 };
  const ofGroup = { ...everybody, groupRetries: new Map([["gpt", { "rate-limit": 5 }]]) };

  it.each([
    ["the router, when nobody else does", voices(), 2],
    ["the deployment before it", voices({ ofDeployment: 3 }), 3],
    ["the policy for this kind of failure before both", voices({ ofDeployment: 3 }, everybody), 4],
    ["the group's own policy before that", voices({ ofDeployment: 3 }, ofGroup), 5],
    ["the caller before all", voices({ wished: 1, ofDeployment: 3 }, ofGroup), 1],
    ["the caller, also when it wants none", voices({ wished: 0 }, ofGroup), 0],
    ["nobody beyond twenty", voices({ wished: 1_000_000 }), 20],
  ])("is said by %s", (_who, all, retriesMax) => {
    expect(ruleFor("rate-limit", all).retriesMax).toBe(retriesMax);
  });

  it("is the router's number for kinds no policy names", () => {
    expect(ruleFor("timeout", voices({}, ofGroup)).retriesMax).toBe(2);
    expect(ruleFor("rate-limit", voices({ group: "other" }, ofGroup)).retriesMax).toBe(4);
  });

  it("is not at all for what asking again cannot mend, unless the operator insists", () => {
    expect(ruleFor("invalid-request", voices())).toMatchObject({ retry: false, failover: false });
    const insisting = voices({}, { retriesByCategory: { "invalid-request": 3 } });
    expect(ruleFor("invalid-request", insisting)).toMatchObject({ retry: true, retriesMax: 3 });
  });

  it("is not at all where the number is zero, though another deployment may answer", () => {
    const none = voices({}, { retriesByCategory: { "server-error": 0 } });
    expect(ruleFor("server-error", none)).toEqual({ retriesMax: 0, failover: true, retry: false });
  });
});

describe("the wait before the same deployment is asked again", () => {
  const certain = { random: () => 0.999999, leastMs: 0 };

  it("doubles to eight seconds", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 30].map((failures) => backoffMs({}, failures, certain));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it("is spread over the whole range, so that many callers do not come back together", () => {
    expect(backoffMs({}, 3, { ...certain, random: () => 0 })).toBe(0);
    expect(backoffMs({}, 3, { ...certain, random: () => 0.25 })).toBe(250);
  });

  it("is the vendor's where the vendor says one", () => {
    expect(backoffMs({ retryAfterMs: 3_210 }, 1, certain)).toBe(3_210);
  });

  it("is never below the operator's `retry_after`", () => {
    const patient = { random: () => 0, leastMs: 1_000 };
    expect(backoffMs({}, 1, patient)).toBe(1_000);
    expect(backoffMs({ retryAfterMs: 20 }, 1, patient)).toBe(1_000);
    expect(backoffMs({ retryAfterMs: 5_000 }, 1, patient)).toBe(5_000);
  });
});

describe("what attempts in vain may cost the operator", () => {
  const price = {
    inputPico: 3_000_000,
    outputPico: 15_000_000,
    cacheReadPico: 300_000,
    cacheWrite5mPico: 3_750_000,
    cacheWrite1hPico: 6_000_000,
    source: "test",
  };
  const held = { inputNanoUsd: 400, heldNanoUsd: 1_000 };

  it("is what the vendor counted, where it came to that", () => {
    const usage = { ...NO_USAGE, inputTokens: 100, outputTokens: 1 };
    expect(spoiltNanoUsd({ usage, isWhole: false }, held, price)).toBe(315_000);
  });

  it("is else bounded: by the input before the first word, by everything for a whole answer", () => {
    expect(spoiltNanoUsd({ usage: undefined, isWhole: false }, held, price)).toBe(400);
    expect(spoiltNanoUsd({ usage: undefined, isWhole: true }, held, price)).toBe(1_000);
  });

  it("reaches what the call holds and no further, so the first one never ends the call", () => {
    expect(mayRiskMore(0, 0)).toBe(true);
    expect(mayRiskMore(1_000, 1_000)).toBe(true);
    expect(mayRiskMore(1_001, 1_000)).toBe(false);
  });

  it("is nothing for what the vendor refused, and something for what it kept silent about", () => {
    expect(mayHaveWorked("rate-limit", false)).toBe(false);
    expect(mayHaveWorked("connection", false)).toBe(false);
    expect(mayHaveWorked("timeout", false)).toBe(true);
    expect(mayHaveWorked("broken-stream", true)).toBe(true);
  });
});
