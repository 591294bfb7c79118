/**
 * Wall-clock arithmetic. A "local" time here is what a clock on the wall shows, written as if it were
 * UTC, so that days and months can be counted with plain numbers.
 */
export function localFromUtc(utcMs: number, timeZone: string): number {
  return utcMs + offsetMs(utcMs, timeZone);
}

/**
 * The moment a wall clock shows this time: the first one where it shows it twice, and the moment of
 * the jump where it never does, as when summer time starts at midnight.
 */
export function utcFromLocal(localMs: number, timeZone: string): number {
  const guessMs = localMs - offsetMs(localMs, timeZone);
  const candidates = [-AROUND_MS, AROUND_MS]
    .map((aside) => localMs - offsetMs(guessMs + aside, timeZone))
    .toSorted((a, b) => a - b);
  const exact = candidates.find((utcMs) => localFromUtc(utcMs, timeZone) === localMs);
  return exact ?? candidates.at(-1) ?? guessMs;
}

/** Wide enough to stand on either side of any change of the clocks near the guess, and of only one. */
const AROUND_MS = 12 * 3_600_000;

function offsetMs(utcMs: number, timeZone: string): number {
  const wholeSecondMs = Math.floor(utcMs / 1_000) * 1_000;
  const parts = clock(timeZone).formatToParts(wholeSecondMs);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = FIELDS.map((field) =>
    Number(parts.find((part) => part.type === field)?.value),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecondMs;
}

const FIELDS = ["year", "month", "day", "hour", "minute", "second"] as const;

/** Making a formatter costs about a hundred times what using one does. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(timeZone, made);
  return made;
}
