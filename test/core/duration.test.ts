import { describe, expect, it } from "vitest";
import { addDuration, isNoDuration, parseDuration } from "../../src/core/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["30s", 30, "s"],
    ["5m", 5, "m"],
    ["30min", 30, "m"],
    ["12h", 12, "h"],
    ["30d", 30, "d"],
    ["30days", 30, "d"],
    ["1w", 1, "w"],
    ["1mo", 1, "mo"],
    [" 2 Weeks ", 2, "w"],
    ["daily", 1, "d"],
    ["weekly", 1, "w"],
    ["monthly", 1, "mo"],
  ])("reads %s", (text, count, unit) => {
    expect(parseDuration(text)).toEqual({ count, unit });
  });

  it.each(["", "0d", "-1d", "1.5h", "d", "30", "fortnightly", "3 apples", "1y", "constructor"])(
    "does not guess what %j means",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it("refuses a span no date could hold", () => {
    expect(parseDuration("999999999999d")).toBeUndefined();
    expect(parseDuration("36525d")).toBeDefined();
    expect(parseDuration("1201mo")).toBeUndefined();
  });
});

it("knows LiteLLM's words for no duration", () => {
  expect(["", "none", "None", "null"].map(isNoDuration)).toEqual([true, true, true, true]);
  expect(isNoDuration("1d")).toBe(false);
});

describe("addDuration", () => {
  const from = Date.UTC(2026, 0, 31, 12);

  it("counts exact seconds and aligns nothing", () => {
    expect(addDuration(from, { count: 30, unit: "d" })).toBe(from + 30 * 86_400_000);
    expect(addDuration(from, { count: 90, unit: "s" })).toBe(from + 90_000);
  });

  it("ends a month from the 31st on that month's last day", () => {
    expect(addDuration(from, { count: 1, unit: "mo" })).toBe(Date.UTC(2026, 1, 28, 12));
    expect(addDuration(from, { count: 12, unit: "mo" })).toBe(Date.UTC(2027, 0, 31, 12));
  });
});
