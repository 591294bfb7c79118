import { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { mayHaveWorked, type Spoilt } from "../core/retry-policy.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import {
  refusesThoughts,
  type ReadableThoughts,
} from "../dialects/openai-responses/readable-thoughts.ts";
import type { UpstreamCall } from "../providers/provider.ts";
import { AnswerLost } from "./answer-lost.ts";
import type { Asked, Attempt, Seen } from "./asked.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { attemptForwarded, type ForwardedAnswer } from "./forward-attempt.ts";
import { NOTHING_OBSERVED } from "./outcome.ts";
import { sealAnswer } from "./seal-answer.ts";
import { sealingOf, type Sealing } from "./sealing.ts";
import { watchAttempt } from "./stall.ts";
import { fairTimeouts, isHasty, timeoutsOf } from "./timeouts.ts";
import {
  brokenAnswer,
  isInOwnWords,
  observeAnswer,
  openStream,
  readWhole,
  type StreamedAnswer,
  type WholeAnswer,
} from "./upstream-answer.ts";
import { renderBody } from "./upstream-body.ts";
import { ConnectionLost, readFailure, readText, send } from "./upstream-request.ts";

/** One deployment's answer, from its first meaningful word on. */
export type Answer = WholeAnswer | StreamedAnswer | ForwardedAnswer;

export type AttemptResult =
  | { ok: true; answer: Answer; dropped: string[] }
  | {
      ok: false;
      failure: Failure;
      /** Set when nothing was sent, because the deployment is set up wrong: what an operator has to mend. */
      setupError?: GatewayError;
      /** Set when the vendor may bill it all the same. */
      spoilt?: Spoilt;
    };

/** Asks one deployment once. Whatever the vendor does becomes a value; only our own bugs throw. */
export async function attemptAnswer(attempt: Attempt, deps: Deps): Promise<AttemptResult> {
  const { call, deployment, provider } = attempt;
  const dialect = provider.dialect(deployment, call.dialect.name);
  const dropped: string[] = [];
  const upstream: UpstreamCall = {
    deployment,
    dialect: dialect.name,
    stream: call.envelope.stream,
    betas: call.betas,
    anthropicVersion: call.anthropicVersion,
    addedBetas: [],
    dropped,
  };
  const nowMs = deps.nowMs();
  const timeouts = timeoutsOf(call, deployment, call.terms.router, nowMs);
  const watch = watchAttempt(timeouts, attempt.abandoned);
  const seen: Seen = { accepted: false, usage: undefined };
  const late = (): Failure | undefined => {
    const to = watch.lateTo();
    const { answerMs } = fairTimeouts(call, deployment, deps.config.router, nowMs);
    return to && { ...TIMED_OUT, isHasty: to === "answer" && isHasty(timeouts.answerMs, answerMs) };
  };
  try {
    const { request, connected } = watch;
    const asked = { attempt, dialect, dropped, upstream, request, connected, timeouts, seen };
    const answer = await (call.route.forward === undefined ? converse : forward)(asked, deps);
    if (!("category" in answer)) return { ok: true, answer, dropped };
    // A stream that is aborted for its silence looks like one that was cut.
    const failure = late() ?? answer;
    return { ok: false, failure, spoilt: spoiltBy(failure, seen, call) };
  } catch (cause) {
    const failed = failureOf(cause, late());
    return { ok: false, ...failed, spoilt: spoiltBy(failed.failure, seen, call) };
  } finally {
    watch.end();
  }
}

function spoiltBy(
  { category }: Failure,
  { accepted, usage }: Seen,
  { envelope }: Call,
): Spoilt | undefined {
  if (!mayHaveWorked(category, accepted)) return undefined;
  return { usage, isWhole: !envelope.stream };
}

async function converse(asked: Asked, deps: Deps): Promise<Answer | Failure> {
  const sealing = await sealingOf(asked, deps);
  if (sealing === undefined) return ask(asked, deps);
  const answer = await askWith(asked, sealing, sealing.thoughts, deps);
  if (!("category" in answer)) return sealOrLose(answer, sealing, asked.attempt, deps);
  if (!refusesThoughts(answer)) return answer;
  // Some thought of the history is from nobody knows where. Nothing was done yet, so this is still the
  // same attempt, and the answer is worth more than the thoughts.
  const second = await askWith(asked, sealing, { kind: "none" }, deps);
  return "category" in second ? second : sealOrLose(second, sealing, asked.attempt, deps);
}

/** The vendor has answered: a fault in sealing loses what it bills. */
async function sealOrLose(
  answer: WholeAnswer | StreamedAnswer,
  sealing: Sealing,
  { deployment, attempts }: Attempt,
  deps: Deps,
): Promise<Answer> {
  try {
    return await sealAnswer(answer, sealing);
  } catch (cause) {
    if (answer.kind === "streamed") answer.abort();
    const observed = observeAnswer(answer, () => deps.nowMs());
    throw new AnswerLost({ deployment, attempts, observed }, cause);
  }
}

function askWith(asked: Asked, sealing: Sealing, thoughts: ReadableThoughts, deps: Deps) {
  return ask({ ...asked, sealing, upstream: { ...asked.upstream, thoughts } }, deps);
}

async function ask(asked: Asked, deps: Deps): Promise<WholeAnswer | StreamedAnswer | Failure> {
  const { attempt, dialect, upstream } = asked;
  const { provider, call } = attempt;
  const body = renderBody(asked);
  const response =
    provider.answerLocally?.(objectOf(body), upstream) ??
    (await send(asked, (tools) => provider.prepare(upstream, body, tools), deps));
  asked.connected();
  if (!response.ok) return readFailure(response, provider, dialect);
  asked.seen.accepted = true;
  const answer = await (call.envelope.stream
    ? openStream(response, asked, deps)
    : readWhole(response, asked));
  return "category" in answer ? answer : { ...answer, inOwnWords: isInOwnWords(attempt) };
}

/** What is no conversation. */
async function forward(asked: Asked, deps: Deps): Promise<Answer | Failure> {
  const { attempt, dialect, upstream } = asked;
  const { call, provider } = attempt;
  const endpoint = call.route.forward && provider.endpoints?.[call.route.forward.operation];
  if (endpoint === undefined) throw new GatewayError("internal_error", "No such endpoint.");
  let isBilled = false;
  const answer = attemptForwarded(call, endpoint, upstream, async (prepare) => {
    const response = await send(asked, prepare, deps);
    asked.connected();
    if (!response.ok) return readFailure(response, provider, dialect);
    isBilled = true;
    asked.seen.accepted = true;
    return { headers: response.headers, body: response.body, text: () => readText(response) };
  });
  return answer.catch((cause: unknown) => {
    throw isBilled && isFault(cause) ? lostUnread(attempt, cause) : cause;
  });
}

/** Nothing is known of the answer but the most it can have been. */
function lostUnread({ call, deployment, attempts }: Attempt, cause: unknown): AnswerLost {
  const outputCharacters = call.envelope.maxOutputTokens ?? 0;
  const observed = { ...NOTHING_OBSERVED, outputCharacters };
  return new AnswerLost({ deployment, attempts, observed }, cause);
}

function objectOf(body: string): JsonObject {
  const value = parseJson(body);
  return isJsonObject(value) ? value : {};
}

/** Neither the upstream's doing nor the caller's, nor the operator's. */
function isFault(cause: unknown): boolean {
  return !(
    cause instanceof ConnectionLost ||
    cause instanceof FramingError ||
    cause instanceof GatewayError
  );
}

/** Anything else that is thrown is about the caller's request, or a fault of ours, and must be seen. */
function failureOf(
  cause: unknown,
  late: Failure | undefined,
): { failure: Failure; setupError?: GatewayError } {
  if (cause instanceof ConnectionLost) return { failure: late ?? UNREACHED };
  if (cause instanceof FramingError) {
    return { failure: brokenAnswer("The upstream's answer is not in its grammar.") };
  }
  if (!(cause instanceof GatewayError)) throw cause;
  const failure: Failure = { category: "credential", status: 0, message: cause.message };
  if (cause.code === "upstream_credential") return { failure };
  if (cause.code === "not_configured") return { failure, setupError: cause };
  throw cause;
}

const TIMED_OUT: Failure = {
  category: "timeout",
  status: 0,
  message: "The upstream did not answer in time.",
};

const UNREACHED: Failure = {
  category: "connection",
  status: 0,
  message: "The upstream could not be reached.",
};
