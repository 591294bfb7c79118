import { describe, expect, it } from "vitest";
import { parseDuration } from "../../../src/core/duration.ts";
import { budgetDurationProblem, budgetWindowAt } from "../../../src/core/ledger/budget-window.ts";
import { createRandom } from "./random.ts";

/** Wednesday. */
const NOW = "2026-11-18T10:30:00Z";

function windowOf(text: string, now: string, timeZone = "UTC", anchor = now): [string, string] {
  const duration = parseDuration(text);
  if (duration === undefined) throw new Error(`${text} is not a duration`);
  const { startMs, endMs } = budgetWindowAt(
    duration,
    Date.parse(now),
    timeZone,
    Date.parse(anchor),
  );
  return [short(startMs), short(endMs)];
}

const short = (atMs: number): string => new Date(atMs).toISOString().replace(".000Z", "Z");

describe("a budget window", () => {
  it.each([
    ["1d", "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"],
    ["24h", "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"],
    ["daily", "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"],
    ["7d", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
    ["1w", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
    ["30d", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"],
    ["1mo", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"],
    ["monthly", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"],
    ["3d", "2026-11-18T00:00:00Z", "2026-11-21T00:00:00Z"],
    ["1h", "2026-11-18T10:00:00Z", "2026-11-18T11:00:00Z"],
    ["12h", "2026-11-18T00:00:00Z", "2026-11-18T12:00:00Z"],
    ["15m", "2026-11-18T10:30:00Z", "2026-11-18T10:45:00Z"],
    ["30s", "2026-11-18T10:30:00Z", "2026-11-18T10:30:30Z"],
  ])("of %s runs from %s to %s", (text, start, end) => {
    expect(windowOf(text, NOW)).toEqual([start, end]);
  });

  it.each([
    // 10:30 UTC is 19:30 in Tokyo, the same day.
    ["1d", "2026-11-18T10:30:00Z", "2026-11-17T15:00:00Z", "2026-11-18T15:00:00Z"],
    // 15:30 UTC is already tomorrow there, and at the month's end next month.
    ["1d", "2026-11-18T15:30:00Z", "2026-11-18T15:00:00Z", "2026-11-19T15:00:00Z"],
    ["30d", "2026-11-30T15:30:00Z", "2026-11-30T15:00:00Z", "2026-12-31T15:00:00Z"],
    ["1w", "2026-11-15T15:30:00Z", "2026-11-15T15:00:00Z", "2026-11-22T15:00:00Z"],
    ["12h", "2026-11-18T10:30:00Z", "2026-11-18T03:00:00Z", "2026-11-18T15:00:00Z"],
  ])("of %s at %s ends by the clock in Tokyo", (text, now, start, end) => {
    expect(windowOf(text, now, "Asia/Tokyo")).toEqual([start, end]);
  });

  it("counts odd numbers of days from the day the budget was set", () => {
    const anchor = "2026-11-17T20:00:00Z";
    expect(windowOf("3d", "2026-11-19T23:59:59Z", "UTC", anchor)[1]).toBe("2026-11-20T00:00:00Z");
    expect(windowOf("3d", "2026-11-20T00:00:00Z", "UTC", anchor)).toEqual([
      "2026-11-20T00:00:00Z",
      "2026-11-23T00:00:00Z",
    ]);
    expect(windowOf("2w", "2026-12-01T00:00:00Z", "UTC", anchor)[1]).toBe("2026-12-15T00:00:00Z");
  });

  it("makes the day on which clocks change an hour shorter or longer", () => {
    const spring = windowOf("1d", "2026-03-29T12:00:00Z", "Europe/Berlin");
    expect(spring).toEqual(["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]);
    const autumn = windowOf("1d", "2026-10-25T12:00:00Z", "Europe/Berlin");
    expect(autumn).toEqual(["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]);
  });

  it("ends with the day where midnight itself is skipped", () => {
    // In Chile the clocks went from midnight straight to one o'clock on 7 September 2025.
    const saturday = windowOf("1d", "2025-09-07T03:30:00Z", "America/Santiago");
    expect(saturday).toEqual(["2025-09-06T04:00:00Z", "2025-09-07T04:00:00Z"]);
    const sunday = windowOf("1d", "2025-09-07T04:00:00Z", "America/Santiago");
    expect(sunday).toEqual(["2025-09-07T04:00:00Z", "2025-09-08T03:00:00Z"]);
  });

  it("holds the moment it was asked about, in every zone, at midnight jumps too", () => {
    const random = createRandom(11);
    const zones = [
      "UTC",
      "Asia/Tokyo",
      "America/Santiago",
      "Africa/Cairo",
      "Asia/Beirut",
      "Asia/Kathmandu",
      "America/St_Johns",
      "Pacific/Apia",
    ];
    const texts = ["1d", "3d", "1w", "1mo", "1h", "7h", "10m"];
    const fromMs = Date.UTC(2024, 0, 1);
    for (let round = 0; round < 2_000; round += 1) {
      const zone = random.pick(zones) ?? "UTC";
      const text = random.pick(texts) ?? "1d";
      const nowMs = fromMs + random.below(3 * 365 * 24 * 60) * 60_000;
      const duration = parseDuration(text);
      if (duration === undefined) throw new Error(text);
      const { startMs, endMs } = budgetWindowAt(duration, nowMs, zone, fromMs);
      const place = `${text} ${zone} ${new Date(nowMs).toISOString()}`;
      expect(startMs, place).toBeLessThanOrEqual(nowMs);
      expect(endMs, place).toBeGreaterThan(nowMs);
    }
  });
});

it.each(["", "soon", "2mo", "0d", "1y"])(
  "refuses %j as a budget's duration and says why",
  (text) => {
    expect(budgetDurationProblem(text)).toMatch(/duration|1 month/);
  },
);

it.each(["30d", "1mo", "daily", "5h"])("accepts %s as a budget's duration", (text) => {
  expect(budgetDurationProblem(text)).toBeUndefined();
});
