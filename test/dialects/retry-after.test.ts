import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../src/dialects/retry-after.ts";

const wait = (headers: Record<string, string>, text = "", nowMs?: number): number | undefined =>
  retryAfterMs(new Headers(headers), text, nowMs);

describe("retryAfterMs", () => {
  it.each<[string, Record<string, string>, number]>([
    ["milliseconds", { "retry-after-ms": "640.5", "retry-after": "9" }, 641],
    ["seconds", { "retry-after": "3" }, 3_000],
    ["parts of a second", { "retry-after": "0.2" }, 200],
    [
      "a date, by the vendor's clock",
      { "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", date: "Fri, 20 Nov 2026 10:00:00 GMT" },
      30_000,
    ],
    [
      "a date that has passed",
      { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT", date: "Fri, 20 Nov 2026 10:00:00 GMT" },
      0,
    ],
    [
      "OpenAI's windows",
      {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "6m0s",
        "x-ratelimit-remaining-tokens": "5",
        "x-ratelimit-reset-tokens": "9h",
      },
      360_000,
    ],
    ["Groq's windows", { "x-ratelimit-reset-tokens": "7.66s" }, 7_660],
    ["a window of milliseconds", { "x-ratelimit-reset-tokens": "120ms" }, 120],
    [
      "Anthropic's windows",
      {
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-20T10:00:05Z",
        date: "Fri, 20 Nov 2026 10:00:00 GMT",
      },
      5_000,
    ],
  ])("reads %s", (_, headers, milliseconds) => {
    expect(wait(headers)).toBe(milliseconds);
  });

  it.each<[string, number]>([
    ["Please try again in 640ms.", 640],
    ["Please try again in 1.5s. Visit …", 1_500],
    ["Please try again in 6m0s.", 360_000],
    ["Please try again in 1h2m3s", 3_723_000],
    ["Please retry after 24 seconds.", 24_000],
    ["Please retry in 34.4s.", 34_400],
    ["Try again in 2 minutes", 120_000],
    [
      '{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}',
      34_400,
    ],
  ])("reads %j", (text, milliseconds) => {
    expect(wait({}, text)).toBe(milliseconds);
  });

  it("measures dates against our clock where the vendor shows none", () => {
    const nowMs = Date.parse("2026-11-20T10:00:00Z");
    expect(wait({ "retry-after": "Fri, 20 Nov 2026 10:00:01 GMT" }, "", nowMs)).toBe(1_000);
    expect(wait({ "retry-after": "Fri, 20 Nov 2026 10:00:01 GMT" })).toBeUndefined();
  });

  it.each(["", "retry later", "Please try again in a moment", "try again in 5 apples"])(
    "finds no wait in %j",
    (text) => {
      expect(wait({ "retry-after": "soon" }, text)).toBeUndefined();
    },
  );

  it("ignores windows that still have room", () => {
    expect(
      wait({ "x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "6m0s" }),
    ).toBeUndefined();
  });
});
