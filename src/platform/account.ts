import { DurableObject } from "cloudflare:workers";
import {
  applyCharge,
  applySettlement,
  expire,
  nextDeadlineMs,
  openLease,
  overdueLeases,
  resetSpend,
} from "../core/ledger/apply.ts";
import { decide } from "../core/ledger/decide.ts";
import {
  NOTHING_SPENT,
  type AccountManagement,
  type KeyPolicy,
  type ScopeName,
  type Spent,
  type Standing,
  type TeamPolicy,
  type UserPolicy,
} from "../core/ledger/policy.ts";
import { accessOf, admissionOf, standingOf, unsettledRecord } from "../core/ledger/standing.ts";
import {
  countersOf,
  findKeyPolicy,
  type AccountState,
  type Lease,
  type ScopeId,
} from "../core/ledger/state.ts";
import type {
  AccessReply,
  AccountLedger,
  ReserveReply,
  ReserveRequest,
  Settlement,
} from "../core/ledger.ts";
import { createGroupCommit } from "./account/group-commit.ts";
import { createFindings, findKey, type Findings } from "./account/known-keys.ts";
import { createOutbox, type Outbox } from "./account/outbox.ts";
import {
  forgetKey,
  keepFound,
  keepKey,
  keepTeam,
  keepUser,
  type Keeper,
} from "./account/policies.ts";
import * as storage from "./account/storage.ts";
import { createWaitingRoom, type Attempt, type WaitingRoom } from "./account/waiting.ts";
import type { AccountEnv } from "./env.ts";

/** See `createGroupCommit`. */
const SETTLE_GATHER_MS = 5;
const PRUNE_EVERY_MS = 3_600_000;

/**
 * One account: a team, or a person without one, with all its keys. It is the one place where their
 * budgets and rates are decided, so nothing here can be spent twice. Decisions are pure functions on
 * the state in memory; every change is written in a transaction and applied to memory inside it. A
 * transaction that fails aborts the object, and memory is rebuilt from what is durable.
 *
 * A lease is closed once. Whoever comes first decides what the call cost: its settlement, or the
 * account when the deadline has passed, and then the whole hold is charged. A settlement that comes
 * later changes nothing, because the record it would correct may be in D1 already: the sum of records
 * is what was charged, always.
 */
export class Account extends DurableObject<AccountEnv> implements AccountLedger, AccountManagement {
  readonly #sql: SqlStorage;
  readonly #state: AccountState;
  readonly #findings: Findings;
  readonly #waiting: WaitingRoom;
  readonly #outbox: Outbox;
  readonly #commitSettlement: (settlement: Settlement) => Promise<void>;
  #alarmAtMs: number | null = null;
  #prunedAtMs = 0;

  constructor(context: DurableObjectState, env: AccountEnv) {
    super(context, env);
    this.#sql = context.storage.sql;
    this.#state = storage.loadState(this.#sql, this.timeZone(), Date.now());
    this.#findings = createFindings((hash) => findKey(env.DB, hash, this.#isMine), Date.now);
    this.#waiting = createWaitingRoom((request) => this.#attempt(request), Date.now);
    this.#outbox = createOutbox(this.#sql, env.RECORDS, Date.now);
    this.#commitSettlement = createGroupCommit((all) => this.#settleAll(all), SETTLE_GATHER_MS);
    const alarmKnown = context.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = await context.storage.getAlarm();
      this.#wakeInTime();
    });
    context.waitUntil(alarmKnown);
  }

  /** Budget windows end at midnight here. The Worker's exports override it with the configured one. */
  protected timeZone(): string {
    return "UTC";
  }

  async reserve(request: ReserveRequest): Promise<ReserveReply> {
    const elsewhere = await this.#meetKey(request.keyHash);
    if (elsewhere !== undefined) return elsewhere;
    const open = this.#state.leases.get(request.leaseId);
    if (open !== undefined) return this.#admit(open);
    const waiting = this.#waiting.find(request.leaseId);
    if (waiting !== undefined) return waiting;
    const attempt = this.#attempt(request);
    return attempt.kind === "wait" ? this.#waiting.join(request, attempt.refusal) : attempt;
  }

  async settle(settlement: Settlement): Promise<void> {
    await this.#commitSettlement(settlement);
  }

  async extend(leaseId: string, deadlineMs: number): Promise<void> {
    const lease = this.#state.leases.get(leaseId);
    if (lease === undefined || lease.deadlineMs >= deadlineMs) return;
    this.#commit(() => {
      lease.deadlineMs = deadlineMs;
      storage.saveLease(this.#sql, lease);
    });
  }

  async access(keyHash: string): Promise<AccessReply> {
    const elsewhere = await this.#meetKey(keyHash);
    return elsewhere ?? accessOf(this.#state, keyHash, Date.now());
  }

  async putKey(policy: KeyPolicy, spent: Spent): Promise<void> {
    this.#findings.forget(policy.hash);
    this.#commit((keeper) => keepKey(keeper, policy, spent));
  }

  async putTeam(policy: TeamPolicy, spent: Spent): Promise<void> {
    this.#commit((keeper) => keepTeam(keeper, policy, spent));
  }

  async putUser(policy: UserPolicy, spent: Spent): Promise<void> {
    this.#commit((keeper) => keepUser(keeper, policy, spent));
  }

  async dropKey(keyHash: string): Promise<Standing> {
    this.#findings.forget(keyHash);
    const standing = this.#standing(`key:${keyHash}`);
    this.#commit((keeper) => forgetKey(keeper, keyHash));
    return standing ?? { ...NOTHING_SPENT, heldNanoUsd: 0 };
  }

  async standings(scopes: readonly ScopeName[]): Promise<(Standing | undefined)[]> {
    return scopes.map(({ kind, id }) => this.#standing(`${kind}:${id}`));
  }

  async resetSpend({ kind, id }: ScopeName, spentNanoUsd: number): Promise<Standing> {
    const scopeId: ScopeId = `${kind}:${id}`;
    const before = this.#standing(scopeId);
    this.#commit(() => {
      const counters = countersOf(this.#state, scopeId);
      resetSpend(counters, spentNanoUsd);
      storage.saveCounters(this.#sql, scopeId, counters);
    });
    return before ?? { ...NOTHING_SPENT, heldNanoUsd: 0 };
  }

  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    // It rings now: what comes up while it does is looked at when it is done.
    this.#alarmAtMs = nowMs;
    this.#expireOverdue(nowMs);
    await this.#outbox.send();
    if (nowMs - this.#prunedAtMs > PRUNE_EVERY_MS) {
      storage.pruneClosed(this.#sql, nowMs);
      this.#prunedAtMs = nowMs;
    }
    this.#alarmAtMs = null;
    this.#wakeInTime();
  }

  /** Makes sure the key's rules are in memory; tells when they never will be. */
  async #meetKey(
    keyHash: string,
  ): Promise<Exclude<ReserveReply, { kind: "admitted" }> | undefined> {
    const { keys, teams } = this.#state;
    const key = findKeyPolicy(this.#state, keyHash);
    if (key !== undefined && (key.teamId === null || teams.has(key.teamId))) return undefined;
    const found = await this.#findings.find(keyHash);
    switch (found.kind) {
      case "absent":
        // An administrator may have put it here while D1 was asked.
        if (keys.has(keyHash)) return undefined;
        return { kind: "refused", refusal: { reason: "unknown-key" } };
      case "elsewhere":
        return { kind: "moved", accountId: found.accountId };
      case "here":
        this.#commit((keeper) => keepFound(keeper, found));
        return undefined;
    }
  }

  #attempt(request: ReserveRequest): Attempt {
    const decision = decide(this.#state, request, Date.now());
    if (decision.kind !== "admitted") return decision;
    const { lease } = decision;
    // One insert. Settlements can wait to be gathered; a caller waits for this one.
    storage.insertLease(this.#sql, lease, request.draft);
    openLease(this.#state, lease);
    this.#wakeAt(lease.deadlineMs);
    return this.#admit(lease);
  }

  #admit(lease: Lease): ReserveReply {
    const admission = admissionOf(this.#state, lease, Date.now());
    return admission === undefined
      ? { kind: "refused", refusal: { reason: "unknown-key" } }
      : { kind: "admitted", admission };
  }

  #settleAll(settlements: readonly Settlement[]): void {
    const nowMs = Date.now();
    this.#commit(() => {
      const touched = settlements.flatMap((one) => this.#settleOne(one, nowMs));
      this.#saveCounters(touched);
    });
    this.#wakeInTime();
    this.#waiting.askAgain();
  }

  /** Returns the scopes whose counters moved. */
  #settleOne(settlement: Settlement, nowMs: number): ScopeId[] {
    const { leaseId, keyHash, tokens, record } = settlement;
    const lease = this.#state.leases.get(leaseId);
    if (lease !== undefined) {
      applySettlement(this.#state, lease, settlement, nowMs);
      storage.closeLease(this.#sql, leaseId, tokens, nowMs);
      this.#outbox.add(record);
      return lease.scopes;
    }
    // Either settled before, or a call that never needed a lease: a refused one, for its record.
    if (!storage.insertClosed(this.#sql, leaseId, nowMs)) return [];
    const scopes = applyCharge(this.#state, keyHash, settlement, nowMs);
    this.#outbox.add(record);
    return settlement.costNanoUsd === 0 ? [] : scopes;
  }

  #expireOverdue(nowMs: number): void {
    const overdue = overdueLeases(this.#state, nowMs);
    if (overdue.length === 0) return;
    this.#commit(() => {
      for (const lease of overdue) this.#expireOne(lease, nowMs);
      this.#saveCounters(overdue.flatMap((lease) => lease.scopes));
    });
    this.#waiting.askAgain();
  }

  #expireOne(lease: Lease, nowMs: number): void {
    const draft = storage.readDraft(this.#sql, lease.id);
    if (draft !== undefined) this.#outbox.add(unsettledRecord(this.#state, lease, draft, nowMs));
    expire(this.#state, lease, nowMs);
    storage.closeLease(this.#sql, lease.id, lease.tokens, nowMs);
  }

  #saveCounters(ids: readonly ScopeId[]): void {
    for (const id of new Set(ids)) {
      const counters = this.#state.counters.get(id);
      if (counters !== undefined) storage.saveCounters(this.#sql, id, counters);
    }
  }

  /** Memory changes with the disk, or the object starts again from the disk. */
  #commit(change: (keeper: Keeper) => void): void {
    const keeper = { sql: this.#sql, state: this.#state, nowMs: Date.now() };
    try {
      this.ctx.storage.transactionSync(() => change(keeper));
    } catch (error) {
      this.ctx.abort("A transaction failed; memory is rebuilt from storage.");
      throw error;
    }
  }

  #standing(id: ScopeId): Standing | undefined {
    return standingOf(this.#state, id, Date.now());
  }

  #wakeInTime(): void {
    for (const atMs of [nextDeadlineMs(this.#state), this.#outbox.dueAtMs()]) {
      if (atMs !== undefined) this.#wakeAt(atMs);
    }
  }

  /** There is one alarm: it rings for whatever is due first and is then set for what is next. */
  #wakeAt(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }

  readonly #isMine = (accountId: string): boolean =>
    this.env.ACCOUNT.idFromName(accountId).equals(this.ctx.id);
}
