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
}

/** How long the vendor takes to begin, for a prompt it has cached, and to end. */
export interface Duration {
  firstTokenMs: number;
  totalMs: number;
}

/** The same for the same turn everywhere; with a long tail, as vendors have it. */
export function durationOf(conversation: string, turn: number): Duration {
  let seed = turn;
  for (const character of conversation)
    seed = Math.imul(seed, 31) + (character.codePointAt(0) ?? 0);
  const random = createRandom(seed);
  const firstTokenMs = Math.round(250 + 250 * -Math.log(1 - random()));
  return { firstTokenMs, totalMs: firstTokenMs + Math.round(300 + random() * 2_200) };
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

/** Chance brings a little more or less than was asked for, so time is stretched until it is that. */
export function makeTrace(options: TraceOptions): Conversation[] {
  const { durationMs, callsPerMinute } = options;
  const made = generate({ ...options, durationMs: durationMs * SPARE });
  const wanted = (callsPerMinute * durationMs) / 60_000;
  let stretch = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const count = made
      .flatMap(({ turns }) => turns)
      .filter(({ atMs }) => atMs * stretch < durationMs).length;
    stretch *= count / wanted;
  }
  return made
    .map((one) => ({ ...one, turns: within(one.turns, stretch, durationMs) }))
    .filter(({ turns }) => turns.length > 0);
}

const SPARE = 1.5;
const ROUNDS = 5;

function within(turns: readonly Turn[], stretch: number, durationMs: number): Turn[] {
  return turns
    .map((turn) => ({ ...turn, atMs: turn.atMs * stretch }))
    .filter(({ atMs }) => atMs < durationMs);
}

function generate({
  seed,
  fleetSize,
  callsPerMinute,
  durationMs,
  callers,
}: TraceOptions): Conversation[] {
  const random = createRandom(seed);
  const between = ([low, high]: readonly [number, number]): number => low + random() * (high - low);
  const made: Conversation[] = [];
  let begun = 0;

  function nextId(): string {
    return `c${seed}-${(begun += 1)}`;
  }

  function converse(beginMs: number, kind: typeof AGENT | typeof PERSON): void {
    const id = nextId();
    const turns: Turn[] = [];
    const count = Math.round(between(kind.turns));
    let atMs = beginMs;
    for (let number = 1; number <= count; number += 1) {
      turns.push({ number, atMs });
      atMs += durationOf(id, number).totalMs + between(kind.pauseMs);
    }
    keep(id, turns, true);
  }

  function keep(id: string, turns: Turn[], stream: boolean): void {
    const inside = turns.filter(({ atMs }) => atMs >= 0 && atMs < durationMs);
    if (inside.length === 0) return;
    made.push({ id, caller: Math.floor(random() * callers), stream, turns: inside });
  }

  function forEachArrival(perMinute: number, begin: (atMs: number) => void): void {
    for (let atMs = -BEFORE_MS; atMs < durationMs;) {
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
    for (let one = 0; one < JOB_CALLS; one += 1) keep(nextId(), [{ number: 1, atMs }], false);
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
