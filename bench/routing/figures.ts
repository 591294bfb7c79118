import type { Outcome } from "./play.ts";
import type { Scenario } from "./scenarios.ts";
import type { Counts } from "./counts.ts";

export interface Figures {
  name: string;
  title: string;
  calls: number;
  /** Told "too many requests". */
  refused: number;
  refusedPercent: number;
  upstreamRefusedPer100: number;
  /** Attempts beyond the first, for each call that was sent at all. */
  failoversPerCall: number;
  addedP50Ms: number;
  addedP95Ms: number;
  /** Of all tokens in prompts. */
  cachedPercent: number;
}

export function figuresOf(
  { name, title }: Scenario,
  outcomes: readonly Outcome[],
  counts: Counts,
): Figures {
  const refused = outcomes.filter(({ status }) => status === 429).length;
  const added = outcomes.flatMap(({ addedMs }) => addedMs ?? []).toSorted((a, b) => a - b);
  const attempts = counts.accepted + counts.refused;
  const calls = outcomes.length;
  return {
    name,
    title,
    calls,
    refused,
    refusedPercent: round((100 * refused) / calls, 2),
    upstreamRefusedPer100: round((100 * counts.refused) / calls, 2),
    failoversPerCall: round((attempts - counts.sent.size) / counts.sent.size, 3),
    addedP50Ms: Math.round(at(added, 0.5)),
    addedP95Ms: Math.round(at(added, 0.95)),
    cachedPercent: round((100 * counts.cachedTokens) / counts.promptTokens, 1),
  };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}

function round(figure: number, places: number): number {
  return Number(figure.toFixed(places));
}

/** What the product promises of its own strategy. */
export interface Promise {
  text: string;
  isKept: boolean;
  isUntested?: boolean;
}

export function promisesOf(figures: readonly Figures[]): Promise[] {
  const find = (name: string): Figures => {
    const found = figures.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no figures of ${name}`);
    return found;
  };
  const [single, shuffle, ours] = [find("single"), find("simple-shuffle"), find("adaptive")];
  const fewer = 1 - ours.refused / single.refused;
  const times = ours.refused === 0 ? Infinity : shuffle.refused / ours.refused;
  const points = find("unlimited").cachedPercent - ours.cachedPercent;
  return [
    {
      text: `${round(100 * fewer, 2)} % fewer 429s than one region (promised: 99 %)`,
      isKept: fewer >= 0.99,
    },
    {
      text: `${times === Infinity ? "none where there were " + shuffle.refused : round(times, 1) + " times fewer 429s than"} with simple-shuffle (promised: 5 times fewer)`,
      isKept: times >= 5,
      // What refuses nobody either way says nothing.
      isUntested: shuffle.refused === 0,
    },
    {
      text: `the cache holds ${round(points, 1)} points less than one region without a quota (promised: at most 5)`,
      isKept: points <= 5,
    },
  ];
}
