import type { Deployment, RouterSettings } from "../core/config/deployment.ts";
import type { Call } from "./call.ts";
import { NO_WISH } from "./wish.ts";

/** How long to wait for what, for one attempt, in milliseconds. */
export interface Timeouts {
  /** Until the vendor's status line. Undefined: as long as for the first token. */
  connectMs: number | undefined;
  /** Until the first meaningful event of a stream, or the end of a whole answer. */
  answerMs: number;
  /** Between two pieces of a stream. */
  idleMs: number;
  /** Until a stream has to end, counted from now. Undefined: as long as it goes on. */
  streamEndMs: number | undefined;
}

type Setting = Pick<
  RouterSettings,
  "timeoutMs" | "streamTimeoutMs" | "firstTokenTimeoutMs" | "idleTimeoutMs" | "connectTimeoutMs"
>;

/** The caller's word comes first, then the deployment's, then the router's. */
export function timeoutsOf(
  { wish, context, envelope }: Pick<Call, "wish" | "context" | "envelope">,
  { timeoutMs, streamTimeoutMs }: Patient,
  router: Setting,
  nowMs: number,
): Timeouts {
  const leftMs = callEndsAtMs({ wish, context }, router) - nowMs;
  const inAllMs = wish.timeoutMs ?? router.timeoutMs;
  const firstTokenMs =
    wish.streamTimeoutMs ?? streamTimeoutMs ?? router.firstTokenTimeoutMs ?? router.streamTimeoutMs;
  const answerMs = envelope.stream
    ? (firstTokenMs ?? timeoutMs ?? inAllMs * FIRST_TOKEN_SHARE)
    : (timeoutMs ?? inAllMs);
  return {
    connectMs: envelope.stream ? router.connectTimeoutMs : undefined,
    // All attempts together have the call's time.
    answerMs: Math.max(0, Math.min(answerMs, leftMs)),
    idleMs: wish.streamTimeoutMs ?? router.idleTimeoutMs ?? streamTimeoutMs ?? router.timeoutMs,
    // Agents' answers may take an hour: one that is being written ends early only for who wished it.
    streamEndMs: wish.timeoutMs === undefined ? undefined : leftMs,
  };
}

/**
 * A stream nobody set a time for that is silent this part of its whole time is given up: what is left
 * is another deployment's. No model thinks for five minutes without a sign of life.
 */
const FIRST_TOKEN_SHARE = 0.5;

/** No attempt begins or waits beyond this. */
export function callEndsAtMs(
  { wish, context }: Pick<Call, "wish" | "context">,
  router: Pick<RouterSettings, "timeoutMs">,
): number {
  return context.startedAtMs + (wish.timeoutMs ?? router.timeoutMs);
}

type Patient = Pick<Deployment, "timeoutMs" | "streamTimeoutMs">;

/** What a deployment has for a call that begins now, wishes nothing, and goes by everybody's settings. */
export function fairTimeouts(
  { context, envelope }: Pick<Call, "context" | "envelope">,
  deployment: Patient,
  router: Setting,
  nowMs: number,
): Timeouts {
  const fresh = { wish: NO_WISH, context: { ...context, startedAtMs: nowMs }, envelope };
  return timeoutsOf(fresh, deployment, router, nowMs);
}

/**
 * Whoever had less than half the time it is due proves nothing by not answering: the caller was in a
 * hurry, or others had used the time up. Else one caller with a timeout of a millisecond could send a
 * model's deployments to rest for everybody.
 */
export function isHasty(givenMs: number, dueMs: number): boolean {
  return givenMs < dueMs / 2;
}

/** Whether a stream that this call cut for its length or its silence might have gone on for others. */
export function cutsEarly(
  call: Pick<Call, "wish" | "context" | "envelope" | "terms">,
  deployment: Patient,
  router: Setting,
  nowMs: number,
): boolean {
  const given = timeoutsOf(call, deployment, call.terms.router, nowMs);
  const { idleMs } = fairTimeouts(call, deployment, router, nowMs);
  return given.streamEndMs !== undefined || isHasty(given.idleMs, idleMs);
}
