import type { Usage } from "../core/chat.ts";
import type { Deployment, RouterSettings } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { AttemptResult } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Candidate } from "./candidates.ts";
import type { Deps } from "./deps.ts";
import type { Place } from "./places.ts";
import { observeAnswer } from "./upstream-answer.ts";

/** How long a stream's first deployment may be silent before a second is asked; undefined: for good. */
export function hedgeAfterMs(
  { envelope, group, route }: Call,
  { groupHedgeAfterMs, hedgeAfterMs }: RouterSettings,
): number | undefined {
  // What comes in one piece has no first word that could be late.
  if (!envelope.stream || route.forward !== undefined) return undefined;
  return groupHedgeAfterMs.get(group.name) ?? hedgeAfterMs;
}

/** One of two deployments that are asked the same. */
export interface Runner {
  candidate: Candidate;
  place: Place;
  /** Which one of the call's attempts this is. */
  attempts: number;
}

export interface Race {
  ask(runner: Runner, abandoned: AbortSignal): Promise<AttemptResult>;
  /** Finds somebody else to ask, and the money for it; undefined when either is not there. */
  second(): Promise<Runner | undefined>;
  /** The second one is not needed any more and was never asked. */
  dismiss(runner: Runner): void;
  /** How long the first may be silent. */
  afterMs: number;
}

export interface Finish {
  runner: Runner;
  result: AttemptResult;
  /** The other, where two were asked. */
  other?: { runner: Runner; end: { kind: "failed"; result: Failed } | Lost };
}

type Failed = Extract<AttemptResult, { ok: false }>;

/** It was told to stop. Its vendor has read the question all the same. */
export interface Lost {
  kind: "lost";
  deployment: Deployment;
  /** What its vendor had counted by then. */
  usage: Usage | undefined;
}

/**
 * Asks one deployment and, when its first word is late, another. Whoever says the first meaningful
 * thing answers; the other is cancelled. One that fails leaves the call to the other.
 */
export async function raceFor(first: Runner, race: Race, deps: Deps): Promise<Finish> {
  const leader = start(first, race);
  if (await within(race.afterMs, leader.done)) return alone(leader);
  // Nobody's call fails because its second deployment cannot be found.
  const choosing = race.second().catch((cause: unknown) => void deps.noteFault(cause));
  // One that fails waits for the other to be found: it is needed now, and its money is being changed.
  const answered = leader.done.then(
    ({ ok }) => (ok ? undefined : choosing),
    () => undefined,
  );
  const rival = await Promise.race([choosing, answered]);
  if (rival === undefined) {
    const late = choosing.then((found) => found && race.dismiss(found));
    late.catch((cause: unknown) => deps.noteFault(cause));
    return alone(leader);
  }
  const chaser = start(rival, race);
  try {
    return await meet(leader, chaser, deps);
  } catch (cause) {
    leader.stop.abort();
    chaser.stop.abort();
    throw cause;
  }
}

interface Running {
  runner: Runner;
  stop: AbortController;
  done: Promise<AttemptResult>;
}

function start(runner: Runner, { ask }: Race): Running {
  const stop = new AbortController();
  const done = ask(runner, stop.signal);
  // Whoever waits for it hears of it; nobody may be waiting at that moment.
  done.catch(() => undefined);
  return { runner, stop, done };
}

async function alone({ runner, done }: Running): Promise<Finish> {
  return { runner, result: await done };
}

async function meet(leader: Running, chaser: Running, deps: Deps): Promise<Finish> {
  const chased = chaser.done.catch((cause: unknown) => unfit(cause, deps));
  const both = [
    { ...leader, other: chaser },
    { ...chaser, done: chased, other: leader },
  ];
  const quick = await Promise.race(both.map((one) => one.done.then(() => one)));
  const result = await quick.done;
  if (result.ok) return { runner: quick.runner, result, other: await stopped(quick.other, deps) };
  const slow = quick.other === leader ? leader : { ...chaser, done: chased };
  const end = { kind: "failed" as const, result };
  return { runner: slow.runner, result: await slow.done, other: { runner: quick.runner, end } };
}

/** What the second deployment's grammar cannot express is no reason to fail what the first may answer. */
function unfit(cause: unknown, deps: Deps): Failed {
  if (!(cause instanceof GatewayError)) deps.noteFault(cause);
  return { ok: false, failure: { category: "invalid-request", status: 0, message: "" } };
}

/** The caller does not wait for it to be over, only for a moment that is usually enough. */
async function stopped(
  { runner, stop, done }: Running,
  deps: Deps,
): Promise<NonNullable<Finish["other"]>> {
  stop.abort();
  const { deployment } = runner.candidate;
  const lost: Lost = { kind: "lost", deployment, usage: undefined };
  const ending = done.then(
    (result) => void (lost.usage = usageOf(result, deps)),
    () => undefined,
  );
  await within(STOP_MS, ending);
  return { runner, end: lost };
}

/** A request that is aborted ends at once. */
const STOP_MS = 50;

function usageOf(result: AttemptResult, deps: Deps): Usage | undefined {
  if (!result.ok) return result.spoilt?.usage;
  const { answer } = result;
  if (answer.kind === "forwarded") return answer.usage;
  if (answer.kind === "streamed") answer.abort();
  return observeAnswer(answer, () => deps.nowMs()).usage;
}

/** Whether it ended in time, however it ended. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, over]);
  } finally {
    clearTimeout(timer);
  }
}
