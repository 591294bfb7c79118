import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { Admitted } from "./admitted.ts";
import { attemptAnswer, type Answer, type AttemptResult } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Attempt } from "./asked.ts";
import { findCandidates, type Candidate } from "./candidates.ts";
import type { Deps } from "./deps.ts";
import { hedgeAfterMs, raceFor, type Finish, type Runner } from "./hedge.ts";
import type { Full, Place, Places } from "./places.ts";
import { keepersOf, readPrevious } from "./previous-response.ts";
import { holdForTwo } from "./readmit.ts";
import { createRetrying, type FailedResult, type Retrying } from "./retrying.ts";

export type Dispatched =
  | {
      kind: "answered";
      answer: Answer;
      deployment: Deployment;
      attempts: number;
      /** The most there could have been. */
      attemptsMax: number;
      /** Parameters the target cannot express and whose absence is cosmetic. */
      dropped: string[];
      place: Place;
      /** How many other models were asked, where this is not the caller's. */
      fallbacks?: number;
    }
  | ({ kind: "failed"; deployment: Deployment; attempts: number } & Failed);

/** Why a deployment did not answer; see `AttemptResult`. */
type Failed = Pick<FailedResult, "failure" | "setupError">;

/**
 * Asks a group's deployments until one answers: the only place in the gateway that tries anything
 * twice. Which one is next is the chooser's to say; every deployment of the group gets a chance before
 * any is asked again. `attemptsBefore` were made at other models.
 */
export async function dispatch(
  call: Call,
  admitted: Admitted,
  places: Places,
  deps: Deps,
  attemptsBefore = 0,
): Promise<Dispatched> {
  const owner = {
    accountId: call.caller.accountId,
    userId: admitted.admission.key.userId,
  };
  const previous = await readPrevious(call, owner, deps);
  const candidates = findCandidates(call);
  const row = openRow(await keepersOf(previous, candidates, deps));
  const retrying = createRetrying(call, admitted, row.size, deps);
  const given = { owner, previousId: previous?.id };
  const turn: Turn = { call, admitted, given, row, places, retrying, deps };
  let place = await firstPlace(turn);
  for (let attempts = attemptsBefore + 1; ; attempts++) {
    const first = { candidate: candidateOf(place, row), place, attempts };
    const { runner, result, other } = await ask(first, turn);
    if (other !== undefined) attempts += 1;
    if (other?.end.kind === "failed") {
      places.fail(other.runner.place, other.end.result.failure);
      noteFailure(other.runner, other.end.result, turn);
    }
    const { deployment } = runner.candidate;
    if (result.ok) {
      places.hear(runner.place, result.answer.headers);
      if (runner.place.reason === "probe") tellItWorks(runner.place, call, deps);
      if (other?.end.kind === "lost") {
        places.leave(other.runner.place);
        admitted.lost = other.end;
      }
      const attemptsMax = attemptsBefore + retrying.attemptsMax();
      return {
        ...{ kind: "answered", ...result, deployment, attempts, attemptsMax },
        place: runner.place,
      };
    }
    const { failure, setupError } = result;
    const goesOn = noteFailure(runner, result, turn);
    const next = goesOn ? await nextPlace(runner.place, failure, turn) : undefined;
    if (next === undefined) {
      places.fail(runner.place, failure);
      const failed: Failed = { failure, setupError };
      return { kind: "failed", ...mostHopeful(row, { deployment, failed }), attempts };
    }
    place = next;
  }
}

/** Others wait to hear whether a rest is over, and a stream may go on for an hour. */
function tellItWorks({ ticket }: Place, { context, group }: Call, deps: Deps): void {
  const underway = { callId: context.id, group: group.name, answering: ticket };
  const told = deps.chooserFor(group, deps.config).renew(underway);
  context.waitUntil(told.catch((cause: unknown) => deps.noteFault(cause)));
}

/** What the search for the next place goes by. */
interface Turn {
  call: Call;
  admitted: Admitted;
  /** The same for every attempt. */
  given: Pick<Attempt, "owner" | "previousId">;
  row: Row;
  places: Places;
  retrying: Retrying;
  deps: Deps;
}

/** One deployment; or two, where the operator wishes that and the first is late. */
function ask(first: Runner, turn: Turn): Promise<Finish> {
  const { call, admitted, given, places, deps } = turn;
  const askOne = (runner: Runner, abandoned?: AbortSignal): Promise<AttemptResult> => {
    const { candidate, place, attempts } = runner;
    const { outputTokensMax } = admitted;
    places.send(place);
    const attempt = { ...given, ...candidate, call, attempts, outputTokensMax, abandoned };
    return attemptAnswer(attempt, deps);
  };
  const afterMs = hedgeAfterMs(call, call.terms.router);
  if (afterMs === undefined) return askOne(first).then((result) => ({ runner: first, result }));
  const race = {
    ask: askOne,
    second: () => findSecond(first, turn),
    dismiss: ({ place }: Runner) => places.leave(place),
    afterMs,
  };
  return raceFor(first, race, deps);
}

async function findSecond(first: Runner, turn: Turn): Promise<Runner | undefined> {
  const { call, admitted, row, places, deps } = turn;
  const others = [...row].filter(
    ([id, { failed }]) => id !== first.place.deploymentId && failed === undefined,
  );
  if (others.length === 0) return undefined;
  const eligible = others.map(([id]) => id);
  const place = await places.choose({ ...wantedFrom(eligible, turn), waitMs: 0 });
  if (place.kind === "full") return undefined;
  if (await holdForTwo(call, admitted, deps)) {
    return { candidate: candidateOf(place, row), place, attempts: first.attempts + 1 };
  }
  places.leave(place);
  return undefined;
}

/** Deployments that may still be asked, by id, in the order of the configuration. */
type Row = Map<string, Candidate & Asked>;

interface Asked {
  /** How it failed when it was asked. */
  failed?: Failed;
  /** When it may be asked again; 0 before it was ever asked. */
  againAtMs: number;
}

function openRow(candidates: readonly Candidate[]): Row {
  return new Map(candidates.map((one) => [one.deployment.id, { ...one, againAtMs: 0 }]));
}

function candidateOf({ deploymentId }: Place, row: Row): Candidate {
  const candidate = row.get(deploymentId);
  if (candidate === undefined) throw new GatewayError("internal_error", "No such deployment.");
  const { deployment, provider } = candidate;
  return { deployment, provider };
}

/**
 * A deployment that failed goes out of the row, or may be asked again later; or nobody may. Says
 * whether the call goes on.
 */
function noteFailure(
  { candidate }: Runner,
  result: FailedResult,
  { row, retrying }: Turn,
): boolean {
  const { deployment } = candidate;
  const { failure, setupError } = result;
  const { failover, retry, againAtMs, goesOn } = retrying.note(result, deployment);
  if (!failover) row.clear();
  row.delete(deployment.id);
  if (retry) row.set(deployment.id, { ...candidate, failed: { failure, setupError }, againAtMs });
  return goesOn;
}

async function firstPlace(turn: Turn): Promise<Place> {
  const { call, row, places, deps } = turn;
  const place = await places.choose(wantedFrom([...row.keys()], turn));
  // It may have waited for its place for a while.
  if (call.context.callerGone.aborted) throw callerGone();
  if (place.kind === "full") throw allFull(call, place.againAtMs - deps.nowMs());
  return place;
}

/** Who left while the call waited, for its money or for its place, would still be billed for it. */
export function callerGone(): GatewayError {
  return new GatewayError("caller_gone", "The caller hung up.");
}

/** LiteLLM's words, which scripts look for. */
export function allFull({ envelope }: Call, waitMs: number): GatewayError {
  const retryAfterMs = Math.max(waitMs, 1_000);
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return new GatewayError(
    "no_deployment_free",
    `No deployments available for selected model, Try again in ${seconds} seconds. Passed model=${envelope.model}. Every deployment of it is at its limit or rests after failures.`,
    { retryAfterMs },
  );
}

/**
 * After a failure: a deployment nobody asked yet, at once; else the one that may be asked again
 * soonest, if a caller waits that long. `undefined` when there is none, or nobody waits any more.
 */
async function nextPlace(failed: Place, failure: Failure, turn: Turn): Promise<Place | undefined> {
  const { call, row, places, retrying, deps } = turn;
  let atMs = deps.nowMs();
  while (row.size > 0 && !call.context.callerGone.aborted) {
    const wanted = wantedFrom(readyIn(row, atMs), turn);
    const found =
      wanted.eligible.length > 0 ? await places.chooseAgain(failed, failure, wanted) : undefined;
    if (found?.kind === "chosen") {
      // It may have stood in line for a while. What nobody is sent to is given back when the call ends.
      return call.context.callerGone.aborted ? undefined : found;
    }
    const nextMs = soonestMs(row, found, atMs);
    if (!retrying.mayWait(nextMs - atMs)) return undefined;
    // Others are not to run into the same failure while this call waits.
    places.fail(failed, failure);
    await deps.sleep(nextMs - atMs);
    // Timers may ring a moment early.
    atMs = Math.max(nextMs, deps.nowMs());
  }
  return undefined;
}

function wantedFrom(eligible: readonly string[], { call, admitted }: Turn) {
  return { group: call.group, eligible, bound: admitted.bound };
}

function readyIn(row: Row, nowMs: number): string[] {
  return [...row].filter(([, one]) => one.againAtMs <= nowMs).map(([id]) => id);
}

/** When one of those that failed may be asked again, or one of the others has room. */
function soonestMs(row: Row, full: Full | undefined, nowMs: number): number {
  const times = [...row.values()].map((one) => one.againAtMs).filter((atMs) => atMs > nowMs);
  if (full === undefined) return Math.min(...times);
  return Math.min(...times, Math.max(full.againAtMs, nowMs + LOOK_AGAIN_MS_MIN));
}

/** Told to the caller: of a throttled deployment and a misconfigured one, "try again later" is true. */
function mostHopeful(
  row: Row,
  last: { deployment: Deployment; failed: Failed },
): Failed & { deployment: Deployment } {
  const soonestFirst = [...row.values()].toSorted((a, b) => a.againAtMs - b.againAtMs);
  const { deployment, failed = last.failed } = soonestFirst.find((one) => one.failed) ?? last;
  return { ...failed, deployment };
}

/** Room that is said to come at once may be gone when it is asked for. */
const LOOK_AGAIN_MS_MIN = 50;
