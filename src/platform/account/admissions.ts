import { decideAgain, replaceLease } from "../../core/ledger/amend.ts";
import { openLease } from "../../core/ledger/apply.ts";
import { decide } from "../../core/ledger/decide.ts";
import { joinPasses, ratedParties, type Pass } from "../../core/ledger/shared/pass.ts";
import { admissionOf } from "../../core/ledger/standing.ts";
import type { AccountState, Lease } from "../../core/ledger/state.ts";
import type {
  Admission,
  AmendReply,
  RateStanding,
  ReserveReply,
  ReserveRequest,
} from "../../core/ledger.ts";
import type { Keeper } from "./policies.ts";
import type { Slices } from "./slices.ts";
import * as storage from "./storage.ts";
import type { Entered, Turnstiles } from "./turnstiles.ts";
import { createWaitingRoom, type Attempt, type Waiter } from "./waiting.ts";

/**
 * Lets calls in, when both the account and the turnstiles of parties it shares with others do. The
 * account decides first, so what it refuses is counted nowhere. The turnstiles are asked while nothing
 * is held, and then it decides again: only what is decided in one step is held.
 */
export interface Admissions {
  reserve(request: ReserveRequest): Promise<ReserveReply>;
  amend(request: ReserveRequest): Promise<AmendReply>;
  /** Call when money may have come free. */
  askAgain(): void;
}

export interface AdmissionsDeps {
  sql: SqlStorage;
  state: AccountState;
  slices: Slices;
  turnstiles: Turnstiles;
  nowMs(): number;
  /** Runs the change in a transaction. */
  commit(change: (keeper: Keeper) => void): void;
  wakeAt(atMs: number): void;
  waitUntil(work: Promise<unknown>): void;
  /** Remembers the reply, if it is a refusal. */
  noting(request: ReserveRequest, reply: ReserveReply): ReserveReply;
}

/** What a call may go on as. */
interface Move {
  kind: "fits";
  from: Lease;
  to: Lease;
}

export function createAdmissions(deps: AdmissionsDeps): Admissions {
  const { sql, state, slices, turnstiles, nowMs } = deps;
  const waiting = createWaitingRoom(attemptAgain, nowMs);
  let isLineAsking = false;

  async function attempt(request: ReserveRequest): Promise<ReserveReply> {
    const untilMs = nowMs() + request.waitMs;
    const decision = decide(state, request, nowMs());
    if (decision.kind === "wait") return waiting.join(request, decision.refusal, untilMs);
    if (decision.kind !== "admitted") return decision;
    const parties = ratedParties(state, decision.lease.scopes);
    if (parties.length === 0) return open(decision.lease, request);
    return enter(turnstiles.enter(decision.lease, parties), request, untilMs);
  }

  function attemptAgain({ request, refusal, untilMs }: Waiter): Attempt {
    const decision = decide(state, request, nowMs());
    if (decision.kind === "wait") lookForMoney(request);
    if (decision.kind !== "admitted") return decision;
    const parties = ratedParties(state, decision.lease.scopes);
    if (parties.length === 0) return open(decision.lease, request);
    // One at a time: all in the line would be told of the same money, and each ask for a place.
    if (isLineAsking) return { kind: "wait", refusal };
    isLineAsking = true;
    const asking = turnstiles.enter(decision.lease, parties);
    const reply = enter(asking, request, untilMs);
    deps.waitUntil(asking.then(askNext, askNext));
    return reply;
  }

  function askNext(): void {
    isLineAsking = false;
    waiting.askAgain();
  }

  /** Whoever waits in line for money may find some in a budget shared with other accounts. */
  function lookForMoney(request: ReserveRequest): void {
    const coming = slices.provide(request);
    if (coming !== undefined) deps.waitUntil(coming);
  }

  /** While others were asked, the account may have let in somebody else, or this very call. */
  async function enter(
    asking: Promise<Entered>,
    request: ReserveRequest,
    untilMs: number,
  ): Promise<ReserveReply> {
    const entered = await asking;
    if (entered.kind === "refused") return entered;
    const { pass, limits } = entered;
    const known = state.leases.get(request.leaseId);
    const decision = decide(state, request, nowMs());
    if (known === undefined && decision.kind === "admitted") {
      return open({ ...decision.lease, pass }, request, limits);
    }
    turnstiles.giveBack(request.leaseId, pass);
    if (known !== undefined || decision.kind === "admitted") return admit(known);
    if (decision.kind === "wait") return waiting.join(request, decision.refusal, untilMs);
    return decision;
  }

  function open(lease: Lease, request: ReserveRequest, limits?: RateStanding[]): ReserveReply {
    // One insert. Settlements can wait to be gathered; a caller waits for this one.
    storage.insertLease(sql, lease, request.draft);
    openLease(state, lease);
    deps.wakeAt(lease.deadlineMs);
    return admit(lease, limits);
  }

  function admit(lease: Lease | undefined, limits?: RateStanding[]): ReserveReply {
    const admission = lease && admissionTo(lease, limits);
    return admission === undefined
      ? { kind: "refused", refusal: { reason: "unknown-key" } }
      : { kind: "admitted", admission };
  }

  function admissionTo(lease: Lease, limits: RateStanding[] = []): Admission | undefined {
    const admission = admissionOf(state, lease, nowMs());
    if (admission === undefined || limits.length === 0) return admission;
    const { key } = admission;
    return { ...admission, key: { ...key, limits: [...key.limits, ...limits] } };
  }

  function judgeMove(request: ReserveRequest): Move | AmendReply {
    const from = state.leases.get(request.leaseId);
    if (from === undefined) return { kind: "gone" };
    const decision = decideAgain(state, from, request, nowMs());
    // A call that has waited for one model already does not wait for the money of the next.
    if (decision.kind === "wait") return { kind: "refused", refusal: decision.refusal };
    return decision.kind === "admitted" ? { kind: "fits", from, to: decision.lease } : decision;
  }

  async function enterAgain(request: ReserveRequest, asking: Promise<Entered>) {
    const entered = await asking;
    if (entered.kind === "refused") return entered;
    const { pass, limits } = entered;
    const judged = judgeMove(request);
    if (judged.kind !== "fits") {
      turnstiles.giveBack(request.leaseId, pass);
      return judged;
    }
    const { from, to } = judged;
    const reply = move(
      { ...judged, to: { ...to, pass: joinPasses(from.pass, pass) } },
      request,
      limits,
    );
    if (from.pass !== undefined) giveBackFormer(from.id, from.pass, pass);
    return reply;
  }

  /** Where the call has a newer ticket now. */
  function giveBackFormer(callId: string, former: Pass, { parties }: Pass): void {
    turnstiles.giveBack(callId, { ticket: former.ticket, parties });
  }

  function move(
    { from, to }: Move,
    { draft }: ReserveRequest,
    limits?: RateStanding[],
  ): AmendReply {
    deps.commit((keeper) => {
      replaceLease(keeper.state, from, to);
      storage.replaceLease(keeper.sql, to, draft);
    });
    deps.wakeAt(to.deadlineMs);
    waiting.askAgain();
    const admission = admissionTo(to, limits);
    return admission === undefined ? { kind: "gone" } : { kind: "admitted", admission };
  }

  return {
    async reserve(request) {
      await slices.provide(request);
      const known = state.leases.get(request.leaseId);
      if (known !== undefined) return admit(known);
      const coming = waiting.find(request.leaseId);
      if (coming !== undefined) return coming;
      return deps.noting(request, await attempt(request));
    },
    async amend(request) {
      await slices.provide(request);
      const judged = judgeMove(request);
      if (judged.kind !== "fits") return judged;
      const parties = ratedParties(state, judged.to.scopes);
      if (parties.length === 0) return move(judged, request);
      return enterAgain(request, turnstiles.enter(judged.to, parties));
    },
    askAgain: () => waiting.askAgain(),
  };
}
