import { DurableObject } from "cloudflare:workers";
import { nextDeadlineMs, overdueLeases } from "../core/ledger/apply.ts";
import { explainDecision } from "../core/ledger/explain.ts";
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
import type { SharedName, Statement, Terms } from "../core/ledger/shared/terms.ts";
import type { Whereabouts } from "../core/ledger/shared/turnstile.ts";
import { findOpenKey } from "../core/ledger/rotation.ts";
import { accessOf, standingOf, standingOfName } from "../core/ledger/standing.ts";
import type { Crossing } from "../core/ledger/warnings.ts";
import type { AccountState, ScopeId } from "../core/ledger/state.ts";
import type {
  AccessReply,
  AccountLedger,
  AccountWitness,
  AmendReply,
  ReserveExplanation,
  ReserveReply,
  ReserveRequest,
  Settlement,
  Visit,
} from "../core/ledger.ts";
import { createAdmissions, type Admissions } from "./account/admissions.ts";
import { tellCrossings } from "./account/crossings.ts";
import { createGroupCommit } from "./account/group-commit.ts";
import { createFindings, findKey, type Findings } from "./account/known-keys.ts";
import { createOutbox, type Outbox } from "./account/outbox.ts";
import {
  forgetKey,
  keepFound,
  keepKey,
  keepTeam,
  keepUser,
  resetCounters,
  type Keeper,
} from "./account/policies.ts";
import { createRefusals, type Refusals } from "./account/refusals.ts";
import { expireCalls, fileRefused, settleCalls, type Books } from "./account/settling.ts";
import * as storage from "./account/storage.ts";
import { createSlices, type Slices } from "./account/slices.ts";
import { createTurnstiles, type Turnstiles } from "./account/turnstiles.ts";
import type { AccountEnv } from "./env.ts";
import { lenderStub, type SharedBorrower } from "./shared-budget/stub.ts";
import { NO_DEFAULTS, type SharedDefaults } from "./shared-directory.ts";

/** See `createGroupCommit`. */
const SETTLE_GATHER_MS = 5;
const PRUNE_EVERY_MS = 3_600_000;
/** Longer than the local queue waits before it delivers, and before it tries again. */
const LOCAL_QUEUE_MEMORY_MS = 60_000;

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
export class Account
  extends DurableObject<AccountEnv>
  implements AccountLedger, AccountWitness, AccountManagement, SharedBorrower
{
  readonly #sql: SqlStorage;
  readonly #state: AccountState;
  readonly #findings: Findings;
  readonly #slices: Slices;
  readonly #turnstiles: Turnstiles;
  readonly #admissions: Admissions;
  readonly #refusals: Refusals;
  readonly #outbox: Outbox;
  readonly #commitSettlement: (settlement: Settlement) => Promise<void>;
  #alarmAtMs: number | null = null;
  #prunedAtMs = 0;

  constructor(context: DurableObjectState, env: AccountEnv) {
    super(context, env);
    this.#sql = context.storage.sql;
    this.#state = storage.loadState(this.#sql, this.timeZone(), Date.now());
    this.#findings = createFindings(
      (hash) => findKey(env.DB, hash, this.#isMine, Date.now()),
      Date.now,
    );
    this.#slices = this.#createSlices(env);
    this.#turnstiles = this.#createTurnstiles(env);
    const keepSentMs = env.SEKISHO_LOCAL === undefined ? 0 : LOCAL_QUEUE_MEMORY_MS;
    this.#outbox = createOutbox(this.#sql, env.RECORDS, Date.now, keepSentMs);
    this.#refusals = createRefusals({
      state: this.#state,
      nowMs: Date.now,
      file: (records) => this.#charge((books, nowMs) => fileRefused(books, records, nowMs)),
      wakeInTime: () => this.#wakeInTime(),
    });
    this.#admissions = this.#createAdmissions();
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

  /** Budgets that stand in the configuration, which the Worker's exports read. */
  protected sharedDefaults(): SharedDefaults {
    return NO_DEFAULTS;
  }

  async reserve(request: ReserveRequest): Promise<ReserveReply> {
    const elsewhere = await this.#meetKey(request.keyHash);
    if (elsewhere !== undefined) return elsewhere;
    return this.#admissions.reserve(request);
  }

  async amend(request: ReserveRequest): Promise<AmendReply> {
    return this.#admissions.amend(request);
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

  async access(keyHash: string, visit?: Visit): Promise<AccessReply> {
    const elsewhere = await this.#meetKey(keyHash);
    if (elsewhere === undefined) await this.#slices.meet(keyHash);
    return elsewhere ?? accessOf(this.#state, keyHash, visit, Date.now());
  }

  async explain(request: ReserveRequest): Promise<ReserveExplanation> {
    const elsewhere = await this.#meetKey(request.keyHash);
    if (elsewhere?.kind === "moved") return elsewhere;
    await this.#slices.meet(request.keyHash, request);
    const views = await this.#turnstiles.peek(request);
    return explainDecision(this.#state, request, views, Date.now());
  }

  async putKey(policy: KeyPolicy, spent: Spent): Promise<void> {
    this.#findings.forget(policy.hash);
    if (policy.previous !== null) this.#findings.forget(policy.previous.hash);
    // Somebody who read the key before it was rotated must not bring it back to life.
    if (this.#state.rotated.has(policy.hash)) return;
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
    return scopes.map((one) => standingOfName(this.#state, one, Date.now()));
  }

  async resetSpend({ kind, id }: ScopeName, spentNanoUsd: number): Promise<Standing> {
    const scopeId: ScopeId = `${kind}:${id}`;
    const before = this.#standing(scopeId);
    this.#commit((keeper) => resetCounters(keeper, scopeId, spentNanoUsd));
    return before ?? { ...NOTHING_SPENT, heldNanoUsd: 0 };
  }

  async recall(name: SharedName, terms: Terms): Promise<Statement | undefined> {
    const statement = this.#slices.recall(name, terms);
    this.#admissions.askAgain();
    return statement;
  }

  async whereabouts(_: SharedName, callIds: readonly string[]): Promise<Whereabouts[]> {
    return this.#turnstiles.whereabouts(callIds);
  }

  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    // It rings now: what comes up while it does is looked at when it is done.
    this.#alarmAtMs = nowMs;
    this.#expireOverdue(nowMs);
    this.#refusals.tell();
    await Promise.all([this.#outbox.send(), this.#slices.giveBack()]);
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
  ): Promise<Exclude<ReserveReply, { kind: "admitted" | "aliased" }> | undefined> {
    const { keys, teams } = this.#state;
    const key = findOpenKey(this.#state, keyHash, Date.now());
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

  #settleAll(settlements: readonly Settlement[]): void {
    const ended = settlements.flatMap(({ leaseId, tokens }) => {
      const lease = this.#state.leases.get(leaseId);
      return lease === undefined ? [] : [{ lease, tokens }];
    });
    this.#charge((books, nowMs) => settleCalls(books, settlements, nowMs));
    this.#turnstiles.end(ended);
    this.#wakeInTime();
    this.#admissions.askAgain();
  }

  #expireOverdue(nowMs: number): void {
    const overdue = overdueLeases(this.#state, nowMs);
    if (overdue.length === 0) return;
    this.#charge((books) => expireCalls(books, overdue, nowMs));
    this.#turnstiles.end(overdue.map((lease) => ({ lease, tokens: lease.tokens })));
    this.#admissions.askAgain();
  }

  #charge(work: (books: Books, nowMs: number) => Crossing[]): void {
    let crossings: Crossing[] = [];
    this.#commit(({ sql, state, nowMs }) => {
      crossings = work({ sql, state, outbox: this.#outbox }, nowMs);
    });
    tellCrossings(crossings);
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
    const keepers = [this.#outbox, this.#slices, this.#refusals].map((one) => one.dueAtMs());
    const due = [nextDeadlineMs(this.#state), ...keepers];
    for (const atMs of due) if (atMs !== undefined) this.#wakeAt(atMs);
  }

  /** There is one alarm: it rings for whatever is due first and is then set for what is next. */
  #wakeAt(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }

  #createSlices(env: AccountEnv): Slices {
    return createSlices({
      sql: this.#sql,
      state: this.#state,
      accountId: this.ctx.id.toString(),
      defaults: this.sharedDefaults(),
      database: env.DB,
      lender: (name) => lenderStub(env.SHARED_BUDGET, name),
      nowMs: Date.now,
      commit: (change) => this.#commit(change),
      onLent: () => this.#admissions.askAgain(),
    });
  }

  #createTurnstiles(env: AccountEnv): Turnstiles {
    return createTurnstiles({
      sql: this.#sql,
      state: this.#state,
      accountId: this.ctx.id.toString(),
      lender: (name) => lenderStub(env.SHARED_BUDGET, name),
      nowMs: () => Date.now(),
      newTicket: () => crypto.randomUUID(),
      waitUntil: (work) => this.ctx.waitUntil(work),
    });
  }

  #createAdmissions(): Admissions {
    return createAdmissions({
      sql: this.#sql,
      state: this.#state,
      slices: this.#slices,
      turnstiles: this.#turnstiles,
      nowMs: () => Date.now(),
      commit: (change) => this.#commit(change),
      wakeAt: (atMs) => this.#wakeAt(atMs),
      waitUntil: (work) => this.ctx.waitUntil(work),
      noting: (request, reply) => this.#refusals.noting(request, reply),
    });
  }

  readonly #isMine = (accountId: string): boolean =>
    this.env.ACCOUNT.idFromName(accountId).equals(this.ctx.id);
}
