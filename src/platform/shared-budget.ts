import { DurableObject } from "cloudflare:workers";
import {
  changePolicy,
  createLender,
  freeNanoUsd,
  hear,
  idleLoans,
  lend,
  lenderStanding,
  resetLender,
  roll,
  spentByAll,
  termsFor,
  type LenderState,
} from "../core/ledger/shared/lender.ts";
import {
  openPolicy,
  sharedId,
  type Answer,
  type SharedName,
  type SharedPolicy,
  type SharedStanding,
  type Statement,
} from "../core/ledger/shared/terms.ts";
import type {
  Departure,
  Entry,
  EntryAnswer,
  TurnstileView,
} from "../core/ledger/shared/turnstile.ts";
import { takeSharedCrossings } from "../core/ledger/shared/warnings.ts";
import { tellCrossings } from "./account/crossings.ts";
import type { SharedEnv } from "./env.ts";
import { createGate, type Gate } from "./shared-budget/gate.ts";
import { createLenderStorage, loadLender, type LenderStorage } from "./shared-budget/storage.ts";
import { borrowerStub, type SharedLender } from "./shared-budget/stub.ts";
import {
  createSharedDirectory,
  NO_DEFAULTS,
  type SharedDefaults,
  type SharedDirectory,
} from "./shared-directory.ts";
import { within } from "./within.ts";

/** Accounts asked at once for what they do not use; those with the most come first. */
const RECALLED_MAX = 32;
/** An account that does not answer keeps its slice, and whoever waits for it is told to wait. */
const RECALL_MS = 2_000;
/** Until accounts that could not be told of a change are tried again. */
const TELL_AGAIN_MS = 5_000;
/** How old the default budget of end users may be. */
const LOOK_AGAIN_MS = 60_000;

/**
 * One budget that many accounts share: an organization's, an end user's, a tag's, or everybody's. It
 * lends slices and sees an exchange now and then. It sees calls only where their party has rates. Both
 * are decided in `core/ledger/shared`: by the lender, and by the turnstile.
 */
export class SharedBudget extends DurableObject<SharedEnv> implements SharedLender {
  readonly #storage: LenderStorage;
  readonly #gate: Gate;
  #state: LenderState | undefined;
  /** When the default budget of end users was last read. */
  #lookedAtMs = 0;
  /** Accounts whose exchange waits here: they have given up what they did not use already. */
  readonly #asking = new Set<Statement>();
  #recalling: Promise<void> | undefined;
  #alarmAtMs: number | null = null;

  constructor(context: DurableObjectState, env: SharedEnv) {
    super(context, env);
    this.#state = loadLender(context.storage.sql);
    this.#storage = createLenderStorage(context.storage.sql, this.#state);
    this.#gate = createGate({
      sql: context.storage.sql,
      nowMs: () => Date.now(),
      account: (accountId) => borrowerStub(env.ACCOUNT, accountId),
      commit: (change) => this.#transact(change),
      wakeAt: (atMs) => this.#wakeAt(atMs),
    });
    const alarmKnown = context.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = await context.storage.getAlarm();
    });
    context.waitUntil(alarmKnown);
  }

  /** Budget windows end at midnight here. The Worker's exports override both from the configuration. */
  protected timeZone(): string {
    return "UTC";
  }

  protected sharedDefaults(): SharedDefaults {
    return NO_DEFAULTS;
  }

  async exchange(statement: Statement): Promise<Answer> {
    const { accountId, number, wantNanoUsd } = statement;
    const state = await this.#meet(statement.name);
    const heard = this.#commit(state, () => hear(state, statement, Date.now(), this.timeZone()));
    if (heard === "stale") return this.#stale(state, accountId);
    if (heard === "rolled") return { kind: "rolled", terms: termsFor(state, accountId) };
    if (wantNanoUsd > freeNanoUsd(state)) await this.#recallFor(state, statement);
    // It was asked for its slice meanwhile or has asked anew; this answer would be void.
    if (state.loans.get(accountId)?.number !== number) return this.#stale(state, accountId);
    const grantedNanoUsd = this.#commit(state, () => {
      roll(state, Date.now(), this.timeZone());
      return lend(state, accountId, wantNanoUsd);
    });
    this.#lookInTime(state);
    return { kind: "lent", terms: termsFor(state, accountId), grantedNanoUsd };
  }

  async put(policy: SharedPolicy, spentNanoUsd: number): Promise<void> {
    await this.#obey(await this.#directory().complete(policy), spentNanoUsd);
  }

  async resetSpend(name: SharedName, spentNanoUsd: number): Promise<SharedStanding> {
    const before = await this.standing(name);
    const state = await this.#meet(name);
    this.#commit(state, () => {
      roll(state, Date.now(), this.timeZone());
      resetLender(state, spentNanoUsd);
    });
    await this.#tellAll(state);
    return before;
  }

  async standing(name: SharedName): Promise<SharedStanding> {
    const state = await this.#meet(name);
    await this.#recallAll(
      state,
      idleLoans(state).map(([accountId]) => accountId),
    );
    this.#commit(state, () => roll(state, Date.now(), this.timeZone()));
    return lenderStanding(state);
  }

  async enter(name: SharedName, entry: Entry): Promise<EntryAnswer> {
    const { policy } = await this.#meet(name);
    return this.#gate.enter(policy, entry);
  }

  async peek(name: SharedName, tokens: number): Promise<TurnstileView> {
    const { policy } = await this.#meet(name);
    return this.#gate.peek(policy, tokens);
  }

  async leave(accountId: string, departures: readonly Departure[]): Promise<void> {
    this.#gate.leave(accountId, departures);
  }

  override async alarm(): Promise<void> {
    this.#alarmAtMs = null;
    const state = this.#state;
    if (state === undefined) return;
    await this.#obeyDefault(state);
    await Promise.all([this.#tellAll(state), this.#gate.askSilent(state.policy)]);
    this.#lookInTime(state);
  }

  async #obey(policy: SharedPolicy, spentNanoUsd: number): Promise<void> {
    const nowMs = Date.now();
    const known = this.#state;
    if (known === undefined) return this.#create(policy, spentNanoUsd);
    this.#commit(known, () => changePolicy(known, policy, spentNanoUsd, nowMs, this.timeZone()));
    await this.#tellAll(known);
  }

  /** What the database says of this budget when nobody has told yet; the budget remembers it. */
  async #meet(name: SharedName): Promise<LenderState> {
    if (name.kind === "global") await this.#obeyConfiguration();
    if (this.#state !== undefined) {
      await this.#obeyDefault(this.#state);
      return this.#state;
    }
    const found = await this.#directory().find(name);
    // An administrator may have come first, or another exchange.
    if (this.#state === undefined)
      this.#create(found?.policy ?? openPolicy(name), found?.spentNanoUsd ?? 0);
    if (this.#state === undefined)
      throw new Error(`The shared budget ${sharedId(name)} is not kept.`);
    return this.#state;
  }

  /** A deployment may have changed the file; the first exchange after it brings the change to all. */
  async #obeyConfiguration(): Promise<void> {
    const written = this.sharedDefaults().global;
    if (this.#state === undefined || written === undefined) return;
    if (JSON.stringify(this.#state.policy) === JSON.stringify(written)) return;
    await this.put(written, lenderStanding(this.#state).spentNanoUsd);
  }

  /** The default budget of end users may have been changed, taken away, or chosen anew. */
  async #obeyDefault({ policy }: LenderState): Promise<void> {
    const nowMs = Date.now();
    if (policy.kind !== "end_user" || nowMs < this.#lookedAtMs + LOOK_AGAIN_MS) return;
    this.#lookedAtMs = nowMs;
    // Without the database the budget stays what it was.
    const whole = await this.#directory()
      .complete(policy)
      .catch(() => policy);
    const isCurrent = this.#state?.policy === policy;
    if (!isCurrent || JSON.stringify(whole) === JSON.stringify(policy)) return;
    await this.#obey(whole, this.#state === undefined ? 0 : spentByAll(this.#state));
  }

  /** Accounts may live on what they borrowed, so as long as some have something it looks by itself. */
  #lookInTime(state: LenderState): void {
    if (state.policy.isDefault !== true || idleLoans(state).length === 0) return;
    this.#wakeAt(Date.now() + LOOK_AGAIN_MS);
  }

  /** There is one alarm: it rings for whatever is due first, and then for what is next. */
  #wakeAt(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }

  /** A fresh one each time: what it remembers may be too old for the one who decides. */
  #directory(): SharedDirectory {
    return createSharedDirectory(this.env.DB, this.sharedDefaults());
  }

  #create(policy: SharedPolicy, spentNanoUsd: number): void {
    const state = createLender(policy, spentNanoUsd, Date.now(), this.timeZone());
    this.#commit(state, () => {
      this.#state = state;
    });
  }

  /** Those who need money at the same time share one round of asking the others for theirs. */
  async #recallFor(state: LenderState, statement: Statement): Promise<void> {
    this.#asking.add(statement);
    this.#recalling ??= this.#recallIdle(state).finally(() => {
      this.#recalling = undefined;
    });
    await this.#recalling.finally(() => this.#asking.delete(statement));
  }

  async #recallIdle(state: LenderState): Promise<void> {
    // Whoever asks at the same moment has said what it needs by the time the next event is handled.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const asking = new Set(Array.from(this.#asking, ({ accountId }) => accountId));
    const others = idleLoans(state).map(([accountId]) => accountId);
    const silent = others.filter((accountId) => !asking.has(accountId));
    await this.#recallAll(state, silent.slice(0, RECALLED_MAX));
  }

  async #tellAll(state: LenderState): Promise<void> {
    const untold = [...state.loans].filter(([, loan]) => loan.toldRevision < state.revision);
    await this.#recallAll(
      state,
      untold.map(([accountId]) => accountId),
    );
    const isMissed = [...state.loans.values()].some((loan) => loan.toldRevision < state.revision);
    if (isMissed) this.#wakeAt(Date.now() + TELL_AGAIN_MS);
  }

  async #recallAll(state: LenderState, accountIds: readonly string[]): Promise<void> {
    await Promise.all(accountIds.map((accountId) => this.#recall(state, accountId)));
  }

  /** An account that cannot be reached changes nothing: it keeps what it was granted. */
  async #recall(state: LenderState, accountId: string): Promise<void> {
    const terms = termsFor(state, accountId);
    const { kind, id } = state.policy;
    const account = borrowerStub(this.env.ACCOUNT, accountId);
    const statement = await within(RECALL_MS, account.recall({ kind, id }, terms)).catch(
      () => null,
    );
    if (statement === null) return;
    this.#commit(state, () => {
      if (statement !== undefined) hear(state, statement, Date.now(), this.timeZone());
      const loan = state.loans.get(accountId);
      if (loan !== undefined) loan.toldRevision = Math.max(loan.toldRevision, terms.revision);
    });
  }

  #stale(state: LenderState, accountId: string): Answer {
    return { kind: "stale", heardNumber: state.loans.get(accountId)?.number ?? 0 };
  }

  #commit<Result>(state: LenderState, change: () => Result): Result {
    const { result, crossings } = this.#transact(() => {
      const made = change();
      const passed = takeSharedCrossings(state);
      this.#storage.save(state);
      return { result: made, crossings: passed };
    });
    tellCrossings(crossings);
    return result;
  }

  /** Memory changes with the disk, or the object starts again from the disk. */
  #transact<Result>(change: () => Result): Result {
    try {
      return this.ctx.storage.transactionSync(change);
    } catch (error) {
      this.ctx.abort("A transaction failed; memory is rebuilt from storage.");
      throw error;
    }
  }
}
