import type { Refusal, ReserveReply, ReserveRequest } from "../../core/ledger.ts";

/**
 * A request that may still be answered otherwise: the refusal is for when patience runs out. One whose
 * answer is on its way waits no longer.
 */
export type Attempt = ReserveReply | Promise<ReserveReply> | { kind: "wait"; refusal: Refusal };

/**
 * Requests that wait for money calls in flight hold. First come, first served: whenever a call
 * settles, everybody in line is asked again from the front before anyone new is.
 */
export interface WaitingRoom {
  join(request: ReserveRequest, refusal: Refusal, untilMs: number): Promise<ReserveReply>;
  /** The answer somebody is already waiting for under this id. */
  find(leaseId: string): Promise<ReserveReply> | undefined;
  /** Call when money may have come free. */
  askAgain(): void;
}

export interface Waiter {
  request: ReserveRequest;
  refusal: Refusal;
  untilMs: number;
  reply: Promise<ReserveReply>;
  answer(reply: ReserveReply | Promise<ReserveReply>): void;
}

/** A bound on memory and on the time one settlement may cost; beyond it callers retry by themselves. */
const WAITING_MAX = 256;
/** Budgets also come free because their window ends, which nothing announces. */
const LOOK_EVERY_MS = 250;

export function createWaitingRoom(
  attempt: (waiter: Waiter) => Attempt,
  nowMs: () => number,
): WaitingRoom {
  /** By lease id, in order of arrival. */
  const waiters = new Map<string, Waiter>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  function askAgain(): void {
    for (const waiter of waiters.values()) {
      const reply = nextReply(waiter, attempt(waiter), nowMs());
      if (reply === undefined) continue;
      waiters.delete(waiter.request.leaseId);
      waiter.answer(reply);
    }
    arm();
  }

  function arm(): void {
    clearTimeout(timer);
    timer = null;
    if (waiters.size === 0) return;
    const untilMs = Math.min(...Array.from(waiters.values(), (waiter) => waiter.untilMs));
    const delayMs = Math.min(Math.max(untilMs - nowMs(), 0), LOOK_EVERY_MS);
    timer = setTimeout(askAgain, delayMs);
  }

  return {
    join(request, refusal, untilMs) {
      const known = waiters.get(request.leaseId);
      if (known !== undefined) return known.reply;
      const tooMany = waiters.size >= WAITING_MAX;
      if (tooMany || untilMs <= nowMs()) return Promise.resolve({ kind: "refused", refusal });
      const { promise: reply, resolve: answer } = Promise.withResolvers<ReserveReply>();
      waiters.set(request.leaseId, { request, refusal, untilMs, reply, answer });
      arm();
      return reply;
    },
    find: (leaseId) => waiters.get(leaseId)?.reply,
    askAgain,
  };
}

function nextReply(
  waiter: Waiter,
  attempt: Attempt,
  nowMs: number,
): ReserveReply | Promise<ReserveReply> | undefined {
  if (attempt instanceof Promise || attempt.kind !== "wait") return attempt;
  waiter.refusal = attempt.refusal;
  return nowMs >= waiter.untilMs ? { kind: "refused", refusal: waiter.refusal } : undefined;
}
