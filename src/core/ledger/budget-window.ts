import { DAY_MS, exactMs, parseDuration, type Duration } from "../duration.ts";
import { localFromUtc, utcFromLocal } from "./local-time.ts";

/** From `startMs` on, before `endMs`. */
export interface BudgetWindow {
  startMs: number;
  endMs: number;
}

/**
 * The window a moment falls into. Computed from time alone, so that nothing has to run at midnight
 * for a budget to be reset. LiteLLM's calendar: a day ends at midnight, a week on Monday, `30d` and
 * `1mo` on the first of the month; other numbers of days count from the day the budget was set; hours,
 * minutes and seconds follow the clock. All of it in the operator's time zone.
 */
export function budgetWindowAt(
  duration: Duration,
  nowMs: number,
  timeZone: string,
  anchorMs: number,
): BudgetWindow {
  const days = wholeDays(duration);
  if (days === undefined) return clockWindow(duration, nowMs, timeZone);
  const [startMs, endMs] =
    days === "month"
      ? monthAround(localFromUtc(nowMs, timeZone))
      : daysAround(days, localFromUtc(nowMs, timeZone), localFromUtc(anchorMs, timeZone));
  return { startMs: utcFromLocal(startMs, timeZone), endMs: utcFromLocal(endMs, timeZone) };
}

/** Why this text cannot be a budget's duration; `undefined` when it can. */
export function budgetDurationProblem(text: string): string | undefined {
  const duration = parseDuration(text);
  if (duration === undefined) {
    return `'${text}' is not a duration; write it like 30s, 30m, 30h, 30d, 1w, 1mo, daily, weekly or monthly`;
  }
  return duration.unit === "mo" && duration.count !== 1
    ? "Monthly resets currently only support 1 month intervals"
    : undefined;
}

function wholeDays({ count, unit }: Duration): number | "month" | undefined {
  if (unit === "mo") return "month";
  if (unit === "w") return count * 7;
  if (unit === "h") return count === 24 ? 1 : undefined;
  if (unit === "d") return count === 30 ? "month" : count;
  return undefined;
}

/** Counted on the clock's face of this moment, so that `12h` ends at midnight and at noon. */
function clockWindow(duration: Duration, nowMs: number, timeZone: string): BudgetWindow {
  const lengthMs = exactMs(duration) ?? DAY_MS;
  const localMs = localFromUtc(nowMs, timeZone);
  const startMs = nowMs - (((localMs % lengthMs) + lengthMs) % lengthMs);
  return { startMs, endMs: startMs + lengthMs };
}

function monthAround(localMs: number): [number, number] {
  const date = new Date(localMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
}

/** 5 January 1970, a Monday. */
const MONDAY = 4;

function daysAround(days: number, localMs: number, anchorLocalMs: number): [number, number] {
  const today = Math.floor(localMs / DAY_MS);
  const origin = days === 7 ? MONDAY : Math.floor(anchorLocalMs / DAY_MS);
  const first = origin + Math.floor((today - origin) / days) * days;
  return [first * DAY_MS, (first + days) * DAY_MS];
}
