import { describe, expect, it } from "vitest";
import { readQuota } from "../../src/pipeline/quota-headers.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const read = (headers: Record<string, string>) => readQuota(new Headers(headers), NOW_MS);

describe("what vendors say of their limits", () => {
  it("OpenAI: limits, what is left, and durations", () => {
    expect(
      read({
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-limit-tokens": "160000",
        "x-ratelimit-remaining-tokens": "159976",
        "x-ratelimit-reset-tokens": "1m6s",
      }),
    ).toEqual({
      requestsLimit: 5_000,
      requestsRemaining: 4_999,
      requestsResetMs: 12,
      tokensLimit: 160_000,
      tokensRemaining: 159_976,
      tokensResetMs: 66_000,
    });
  });

  it("Azure: at times only what is left, and bare seconds", () => {
    expect(
      read({ "x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "30" }),
    ).toEqual({ requestsRemaining: 9, requestsResetMs: 30_000 });
  });

  it("Anthropic: times of day", () => {
    expect(
      read({
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
        "anthropic-ratelimit-tokens-limit": "48000",
        "anthropic-ratelimit-tokens-remaining": "40000",
        "anthropic-ratelimit-tokens-reset": "2026-11-21T11:59:59Z",
        "anthropic-ratelimit-input-tokens-limit": "40000",
      }),
    ).toEqual({
      requestsLimit: 50,
      requestsRemaining: 49,
      requestsResetMs: 1_000,
      tokensLimit: 48_000,
      tokensRemaining: 40_000,
      tokensResetMs: 0,
    });
  });

  it("Anthropic, of input alone", () => {
    expect(read({ "anthropic-ratelimit-input-tokens-limit": "40000" })).toEqual({
      tokensLimit: 40_000,
    });
  });

  it("Groq: requests are counted by the day, and say nothing about the minute", () => {
    expect(
      read({
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-limit-tokens": "18000",
      }),
    ).toEqual({ tokensLimit: 18_000 });
  });

  it("Cerebras: the minute by name", () => {
    expect(
      read({
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-remaining-tokens-minute": "59000",
      }),
    ).toEqual({ tokensLimit: 60_000, tokensRemaining: 59_000 });
  });

  it.each<Record<string, string>>([
    {},
    { "content-type": "application/json" },
    { "x-ratelimit-limit-requests": "-1" },
    { "x-ratelimit-limit-tokens": "many", "anthropic-ratelimit-requests-reset": "soon" },
  ])("others say nothing: %j", (headers) => {
    expect(read(headers)).toBeUndefined();
  });
});
