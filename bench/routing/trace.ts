/** What callers do, the same in every scenario: who asks when, how much, and how long an answer takes. */
export interface Conversation {
  id: string;
  /** Whose key it is. */
  caller: number;
  stream: boolean;
  turns: Turn[];
}

export interface Turn {
  /** From 1. */
  number: number;
  /** From the beginning of the run; a turn waits for the answer to the one before it. */
  atMs: number;
  /** How long the vendor takes to begin, for a prompt it has cached, and to end. */
  firstTokenMs: number;
  totalMs: number;
}

export interface TraceOptions {
  seed: number;
  /** How many agents begin together. */
  fleetSize: number;
  callsPerMinute: number;
  durationMs: number;
  callers: number;
}

/** Of all calls. Agents work in small fleets that begin together; what jobs send is no conversation. */
const SHARES = { agents: 0.6, people: 0.3, jobs: 0.1 };

const AGENT = { turns: [6, 14], pauseMs: [300, 2_000] } as const;
const PERSON = { turns: [3, 8], pauseMs: [8_000, 30_000] } as const;
/** A job sends a few calls at once. */
const JOB_CALLS = 4;

/** Conversations that began before the run go on in it, so that its first minute is like any other. */
const BEFORE_MS = 300_000;

export function makeTrace({ seed, fleetSize, callsPerMinute, durationMs, callers }: TraceOptions): Conversation[] {
  const random = createRandom(seed);
  const between = ([low, high]: readonly [number, number]): number => low + random() * (high - low);
  const made: Conversation[] = [];

  function converse(beginMs: number, kind: typeof AGENT | typeof PERSON): void {
    const turns: Turn[] = [];
    const count = Math.round(between(kind.turns));
    let atMs = beginMs;
    for (let number = 1; number <= count; number += 1) {
      const turn = turnAt(number, atMs);
      turns.push(turn);
      atMs += turn.totalMs + between(kind.pauseMs);
    }
    keep(turns, true);
  }

  function turnAt(number: number, atMs: number): Turn {
    // A long tail, as vendors have it.
    const firstTokenMs = Math.round(250 + 250 * -Math.log(1 - random()));
    return { number, atMs, firstTokenMs, totalMs: firstTokenMs + Math.round(between([300, 2_500])) };
  }

  function keep(turns: Turn[], stream: boolean): void {
    const inside = turns.filter(({ atMs }) => atMs >= 0 && atMs < durationMs);
    if (inside.length === 0) return;
    const caller = Math.floor(random() * callers);
    made.push({ id: `c${seed}-${made.length}`, caller, stream, turns: inside });
  }

  function forEachArrival(perMinute: number, begin: (atMs: number) => void): void {
    for (let atMs = -BEFORE_MS; atMs < durationMs; ) {
      atMs += (-Math.log(1 - random()) * 60_000) / perMinute;
      begin(atMs);
    }
  }

  const fleetCalls = fleetSize * mean(AGENT.turns);
  forEachArrival((callsPerMinute * SHARES.agents) / fleetCalls, (atMs) => {
    for (let one = 0; one < fleetSize; one += 1) converse(atMs + random() * 1_000, AGENT);
  });
  forEachArrival((callsPerMinute * SHARES.people) / mean(PERSON.turns), (atMs) =>
    converse(atMs, PERSON),
  );
  forEachArrival((callsPerMinute * SHARES.jobs) / JOB_CALLS, (atMs) => {
    for (let one = 0; one < JOB_CALLS; one += 1) keep([turnAt(1, atMs)], false);
  });
  return made;
}

function mean([low, high]: readonly [number, number]): number {
  return (low + high) / 2;
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
