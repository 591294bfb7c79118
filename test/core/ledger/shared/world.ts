import {
  applySettlement,
  expire,
  openLease,
  overdueLeases,
} from "../../../../src/core/ledger/apply.ts";
import { decide } from "../../../../src/core/ledger/decide.ts";
import { dearest } from "../../../../src/core/ledger/money.ts";
import {
  accept,
  adopt,
  booksOf,
  createSlice,
  makeStatement,
  type Slice,
} from "../../../../src/core/ledger/shared/borrower.ts";
import {
  createLender,
  freeNanoUsd,
  hear,
  idleLoans,
  lend,
  termsFor,
  type LenderState,
} from "../../../../src/core/ledger/shared/lender.ts";
import type {
  Answer,
  SharedPolicy,
  Statement,
  Terms,
} from "../../../../src/core/ledger/shared/terms.ts";
import { countersOf, type AccountState } from "../../../../src/core/ledger/state.ts";
import type { ReserveRequest } from "../../../../src/core/ledger.ts";
import type { Random } from "../random.ts";
import { keyPolicy, stateWith, T } from "../samples.ts";

const ZONE = "UTC";
export const SHARED_ID = "organization:acme";

export function sharedPolicy(limitNanoUsd: number, duration: string | null = null): SharedPolicy {
  return {
    kind: "organization",
    id: "acme",
    name: "Acme",
    budget: { limitNanoUsd, duration, anchorMs: T },
    models: [],
    blocked: false,
  };
}

/** Words on their way. Any of them may be lost, late, or overtaken. */
type Message =
  | { kind: "statement"; statement: Statement }
  | { kind: "answer"; accountId: string; number: number; answer: Answer }
  | { kind: "recall"; accountId: string; terms: Terms }
  | { kind: "returned"; statement: Statement };

/**
 * Accounts, their lender and a network, run by chance. What an account and the lender know is durable;
 * a crash loses the question an account waits for, and the questions the lender has not answered.
 */
export function createWorld(random: Random, accounts: number, policy: SharedPolicy) {
  const lender = createLender(policy, 0, T, ZONE);
  const states = new Map<string, AccountState>();
  const asking = new Map<string, number>();
  let network: Message[] = [];
  let pending: Statement[] = [];
  const clock = { nowMs: T };
  const seen = { exchanges: 0, admitted: 0, chargedNanoUsd: 0 };

  for (let at = 0; at < accounts; at += 1) {
    const state = stateWith([keyPolicy({ organizationId: "acme" })]);
    const slice = createSlice(policy, T, ZONE);
    adopt(slice, countersOf(state, SHARED_ID), slice, T, ZONE);
    state.slices.set(SHARED_ID, slice);
    states.set(`a${at}`, state);
  }

  /** Reserves if the slice can pay; else asks for more, if no question is on its way. */
  function call(accountId: string, request: ReserveRequest): "admitted" | "wait" | "refused" {
    const state = stateOf(accountId);
    const decision = decide(state, request, clock.nowMs);
    if (decision.kind === "admitted") {
      openLease(state, decision.lease);
      seen.admitted += 1;
      return "admitted";
    }
    if (decision.kind !== "wait") return "refused";
    ask(accountId, dearest(request.bound));
    return "wait";
  }

  function ask(accountId: string, wantNanoUsd: number): void {
    if (asking.has(accountId)) return;
    const statement = speak(accountId, wantNanoUsd);
    asking.set(accountId, statement.number);
    seen.exchanges += 1;
    network.push({ kind: "statement", statement });
  }

  function speak(accountId: string, wantNanoUsd: number): Statement {
    const { slice, counters } = shared(stateOf(accountId));
    return makeStatement(slice, counters, accountId, wantNanoUsd, clock.nowMs, ZONE);
  }

  function settle(accountId: string, costOf: (heldNanoUsd: number) => number): void {
    const state = stateOf(accountId);
    const lease = random.pick([...state.leases.values()]);
    if (lease === undefined) return;
    const costNanoUsd = costOf(lease.heldNanoUsd);
    applySettlement(state, lease, { costNanoUsd, tokens: 0 }, clock.nowMs);
    seen.chargedNanoUsd += costNanoUsd;
  }

  function expireOverdue(): void {
    for (const state of states.values()) {
      for (const lease of overdueLeases(state, clock.nowMs)) {
        expire(state, lease, clock.nowMs);
        seen.chargedNanoUsd += lease.heldNanoUsd;
      }
    }
  }

  function deliver(): void {
    if (network.length === 0) return;
    const [message] = network.splice(random.below(network.length), 1);
    if (message !== undefined) arrive(message);
  }

  function arrive(message: Message): void {
    switch (message.kind) {
      case "statement":
        return hearStatement(message.statement);
      case "answer":
        return hearAnswer(message);
      case "recall": {
        const { slice, counters } = shared(stateOf(message.accountId));
        adopt(slice, counters, message.terms, clock.nowMs, ZONE);
        network.push({ kind: "returned", statement: speak(message.accountId, 0) });
        return;
      }
      case "returned":
        hear(lender, message.statement, clock.nowMs, ZONE);
    }
  }

  function hearStatement(statement: Statement): void {
    const heard = hear(lender, statement, clock.nowMs, ZONE);
    if (heard === "heard") {
      if (statement.wantNanoUsd > freeNanoUsd(lender)) recallOthers();
      pending.push(statement);
      return;
    }
    const terms = termsFor(lender, statement.accountId);
    reply(statement, heard === "rolled" ? { kind: "rolled", terms } : stale(statement));
  }

  function recallOthers(): void {
    for (const [accountId] of idleLoans(lender)) {
      if (pending.some((one) => one.accountId === accountId)) continue;
      network.push({ kind: "recall", accountId, terms: termsFor(lender, accountId) });
    }
  }

  /** The lender answers one of those it has heard, now or much later. */
  function answerOne(): void {
    if (pending.length === 0) return;
    const [statement] = pending.splice(random.below(pending.length), 1);
    if (statement === undefined) return;
    const { accountId, number, wantNanoUsd } = statement;
    if (lender.loans.get(accountId)?.number !== number) return reply(statement, stale(statement));
    const grantedNanoUsd = lend(lender, accountId, wantNanoUsd);
    reply(statement, { kind: "lent", terms: termsFor(lender, accountId), grantedNanoUsd });
  }

  function stale({ accountId }: Statement): Answer {
    return { kind: "stale", heardNumber: lender.loans.get(accountId)?.number ?? 0 };
  }

  function reply({ accountId, number }: Statement, answer: Answer): void {
    network.push({ kind: "answer", accountId, number, answer });
  }

  function hearAnswer({ accountId, number, answer }: Extract<Message, { kind: "answer" }>): void {
    // Nobody waits for the answer to a question from before a crash.
    if (asking.get(accountId) !== number) return;
    asking.delete(accountId);
    const { slice, counters } = shared(stateOf(accountId));
    accept(slice, counters, number, answer, clock.nowMs, ZONE);
  }

  function lose(): void {
    if (network.length > 0) network.splice(random.below(network.length), 1);
    // Whoever waits for what was lost gives up after a while.
    for (const accountId of asking.keys()) if (random.chance(0.3)) asking.delete(accountId);
  }

  function loseAll(): void {
    network = [];
    asking.clear();
  }

  function crash(): void {
    if (random.chance(0.5)) pending = [];
    asking.delete(random.pick([...states.keys()]) ?? "");
  }

  /** Everything said and answered, over and over until it is quiet. */
  function settleDown(): void {
    while (network.length > 0 || pending.length > 0) {
      while (network.length > 0) deliver();
      answerOne();
    }
  }

  function stateOf(accountId: string): AccountState {
    const state = states.get(accountId);
    if (state === undefined) throw new Error(`no account ${accountId}`);
    return state;
  }

  /** What all accounts together have spent in the present window, and hold. */
  function total(): { spentNanoUsd: number; heldNanoUsd: number } {
    let spentNanoUsd = 0;
    let heldNanoUsd = 0;
    for (const state of states.values()) {
      const { slice, counters } = shared(state);
      const books = booksOf(slice, counters, clock.nowMs, ZONE);
      spentNanoUsd += books.spentNanoUsd;
      heldNanoUsd += books.heldNanoUsd;
    }
    return { spentNanoUsd, heldNanoUsd };
  }

  return {
    accountIds: [...states.keys()],
    lender: lender as Readonly<LenderState>,
    clock,
    seen,
    stateOf,
    call,
    ask,
    settle,
    expireOverdue,
    deliver,
    answerOne,
    lose,
    loseAll,
    crash,
    settleDown,
    total,
    /** Everything on the network twice: a call that is retried below us. */
    repeat: () => void (network = [...network, ...network.slice(0, 1)]),
  };
}

export type World = ReturnType<typeof createWorld>;

function shared(state: AccountState): { slice: Slice; counters: ReturnType<typeof countersOf> } {
  const slice = state.slices.get(SHARED_ID);
  if (slice === undefined) throw new Error("no slice");
  return { slice, counters: countersOf(state, SHARED_ID) };
}
