/** A span as LiteLLM's users write it: `30s`, `5m`, `12h`, `30d`, `1w`, `1mo`. */
export interface Duration {
  count: number;
  unit: DurationUnit;
}

export type DurationUnit = "s" | "m" | "h" | "d" | "w" | "mo";

/** LiteLLM reads `30min` and `30days` by their beginning; these are the spellings people use. */
const UNITS: Record<string, DurationUnit> = {
  s: "s",
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  m: "m",
  min: "m",
  mins: "m",
  minute: "m",
  minutes: "m",
  h: "h",
  hr: "h",
  hrs: "h",
  hour: "h",
  hours: "h",
  d: "d",
  day: "d",
  days: "d",
  w: "w",
  week: "w",
  weeks: "w",
  mo: "mo",
  month: "mo",
  months: "mo",
};

/** Words LiteLLM's documentation uses although its parser refuses them. */
const WORDS: Record<string, Duration> = {
  hourly: { count: 1, unit: "h" },
  daily: { count: 1, unit: "d" },
  weekly: { count: 1, unit: "w" },
  monthly: { count: 1, unit: "mo" },
};

const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;

/** Exact lengths; a month has none and is counted on the calendar. */
const UNIT_MS: Record<Exclude<DurationUnit, "mo">, number> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3_600 * SECOND_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** A hundred years: beyond it a date is a typing error, and far beyond it no date at all. */
const SPAN_MS_MAX = 36_525 * DAY_MS;
const MONTHS_MAX = 1_200;

/** `undefined` when the text is no duration, or one of zero or of more than a hundred years. */
export function parseDuration(text: string): Duration | undefined {
  const trimmed = text.trim().toLowerCase();
  const word = Object.hasOwn(WORDS, trimmed) ? WORDS[trimmed] : undefined;
  if (word !== undefined) return word;
  const [, digits = "", name = ""] = /^(\d{1,12})\s?([a-z]+)$/.exec(trimmed) ?? [];
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  const count = Number(digits);
  if (unit === undefined || count === 0) return undefined;
  return isTooLong(count, unit) ? undefined : { count, unit };
}

function isTooLong(count: number, unit: DurationUnit): boolean {
  return unit === "mo" ? count > MONTHS_MAX : count * UNIT_MS[unit] > SPAN_MS_MAX;
}

/** LiteLLM's ways of saying "none" where a duration is expected. */
export function isNoDuration(text: string): boolean {
  return ["", "none", "null"].includes(text.trim().toLowerCase());
}

/** The length in milliseconds; `undefined` for months, which have no fixed one. */
export function exactMs({ count, unit }: Duration): number | undefined {
  return unit === "mo" ? undefined : count * UNIT_MS[unit];
}

/**
 * This long after a moment: how a key's lifetime is counted, exactly and with no calendar alignment.
 * A month later is the same day and time of the month, or that month's last day.
 */
export function addDuration(fromMs: number, duration: Duration): number {
  const exact = exactMs(duration);
  return exact === undefined ? addMonths(fromMs, duration.count) : fromMs + exact;
}

function addMonths(fromMs: number, months: number): number {
  const from = new Date(fromMs);
  const target = new Date(fromMs);
  target.setUTCDate(1);
  target.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(
    Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0),
  ).getUTCDate();
  target.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return target.getTime();
}
