import { decide } from "../../core/ledger/decide.ts";
import {
  accept,
  adopt,
  booksOf,
  createSlice,
  makeStatement,
  restOf,
  type Slice,
} from "../../core/ledger/shared/borrower.ts";
import { NO_ATTRIBUTION, sharedNamesOf } from "../../core/ledger/shared/purse.ts";
import {
  sharedId,
  type Answer,
  type SharedName,
  type Statement,
  type Terms,
} from "../../core/ledger/shared/terms.ts";
import { dearest } from "../../core/ledger/money.ts";
import { countersOf, findKeyPolicy, type AccountState } from "../../core/ledger/state.ts";
import type { ReserveRequest } from "../../core/ledger.ts";
import { createMemory } from "../memory.ts";
import type { SharedLender } from "../shared-budget/stub.ts";
import { createSharedDirectory, type SharedDefaults } from "../shared-directory.ts";
import { within } from "../within.ts";
import { createLines } from "./lines.ts";
import { deleteSlice, saveSlice } from "./slice-storage.ts";
import { saveCounters } from "./storage.ts";

/** What an account has of budgets it shares with others: fetched before it is needed to decide. */
export interface Slices {
  /** Makes sure the slices can pay, as far as there is money. `undefined`: they can, or nothing would help. */
  provide(request: ReserveRequest): Promise<void> | undefined;
  /** Makes sure the rules for this key are known. `undefined`: they are. */
  meet(keyHash: string, call?: Attributed): Promise<void> | undefined;
  /** A shared budget wants back what is not used, under these terms. */
  recall(name: SharedName, terms: Terms): Statement | undefined;
  /** Returns what nobody used for a while. */
  giveBack(): Promise<void>;
  /** When there is something to give back; `undefined` when nothing is lent. */
  dueAtMs(): number | undefined;
}

/** What a call says of whom it is for: some shared budgets are known by that. */
type Attributed = Pick<ReserveRequest, "endUser" | "tags">;

export interface SlicesDeps {
  sql: SqlStorage;
  state: AccountState;
  accountId: string;
  /** As the configuration has them now. */
  defaults: SharedDefaults;
  database: D1Database;
  lender(name: SharedName): SharedLender;
  nowMs(): number;
  /** Runs the change in a transaction. */
  commit(change: () => void): void;
  /** Called when money came. */
  onLent(): void;
}

/** Long enough not to hand money back and forth between two questions of one person. */
const IDLE_MS = 30_000;
/** After the lender could not give all that was wanted, calls wait this long before it is asked again. */
const SCARCE_MS = 200;
/** Longer than the lender takes to ask all others. */
const EXCHANGE_MS = 5_000;
/** An answer is void when the slice was recalled meanwhile. That many times in a row is bad luck. */
const VOID_ANSWERS_MAX = 5;
/** Others may be faster to use what came. After that the call waits like any other. */
const ROUNDS_MAX = 8;

export function createSlices(deps: SlicesDeps): Slices {
  const { sql, state, accountId, nowMs } = deps;
  const directory = createSharedDirectory(deps.database, deps.defaults);
  const memory = createMemory((name: SharedName) => directory.find(name), sharedId, nowMs);
  const lines = createLines(exchange);
  const scarceUntilMs = new Map<string, number>();
  deps.commit(() => obeyConfiguration(sql, state, deps.defaults));
  /** Of slices that may have something to give back. */
  const usedAtMs = new Map(Array.from(state.slices.keys(), (id) => [id, nowMs()]));

  function books(id: string, slice: Slice) {
    return booksOf(slice, countersOf(state, id), nowMs(), state.timeZone);
  }

  function keep(id: string, slice: Slice): void {
    state.slices.set(id, slice);
    saveSlice(sql, id, slice);
    saveCounters(sql, id, countersOf(state, id));
  }

  function isMet(name: SharedName): boolean {
    const slice = state.slices.get(sharedId(name));
    if (slice !== undefined) return slice.revision > 0;
    const known = memory.peek(name);
    return known !== undefined && known.found === undefined;
  }

  /** Slices that more money could come into, and that this call needs it from. */
  function shortOf(names: readonly SharedName[], needNanoUsd: number): string[] {
    return names.map(sharedId).filter((id) => {
      const slice = state.slices.get(id);
      if (slice === undefined) return false;
      usedAtMs.set(id, nowMs());
      if (slice.revision === 0) return true;
      const { budget } = slice.policy;
      if (budget === null || (scarceUntilMs.get(id) ?? 0) > nowMs()) return false;
      const now = books(id, slice);
      const unspent = budget.limitNanoUsd - now.othersSpentNanoUsd - now.spentNanoUsd;
      return restOf(now) < Math.min(needNanoUsd, unspent);
    });
  }

  async function meet(name: SharedName): Promise<void> {
    const id = sharedId(name);
    if (state.slices.has(id)) return;
    const found = await memory.recall(name);
    if (found === undefined || state.slices.has(id)) return;
    const slice = createSlice(found.policy, nowMs(), state.timeZone);
    deps.commit(() => {
      adopt(slice, countersOf(state, id), slice, nowMs(), state.timeZone);
      keep(id, slice);
    });
  }

  /** For those who only ask what a key may do. */
  async function introduce(names: readonly SharedName[]): Promise<void> {
    await Promise.all(names.filter((name) => !isMet(name)).map(meet));
    const unmet = names.map(sharedId).filter((id) => state.slices.get(id)?.revision === 0);
    await Promise.all(unmet.map((id) => lines.ask(id)));
  }

  async function prepare(names: readonly SharedName[], request: ReserveRequest): Promise<void> {
    const need = dearest(request.bound);
    await Promise.all(names.filter((name) => !isMet(name)).map(meet));
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const short = shortOf(names, need);
      const isKnown = names.every(isMet);
      if (short.length === 0 || (isKnown && isRefused(request))) return;
      await Promise.all(short.map((id) => lines.ask(id, request.leaseId, need)));
    }
  }

  /** Refused for reasons no money could help. */
  function isRefused(request: ReserveRequest): boolean {
    const { kind } = decide(state, request, nowMs());
    return kind === "refused" || kind === "aliased";
  }

  async function exchange(id: string, wantNanoUsd: number): Promise<void> {
    const slice = state.slices.get(id);
    if (slice === undefined || isEnough(id, slice, wantNanoUsd)) return;
    for (let attempt = 0; attempt < VOID_ANSWERS_MAX; attempt += 1) {
      const statement = say(id, slice, wantNanoUsd);
      const answer = await ask(statement);
      if (answer !== undefined && takeIn(id, slice, statement.number, answer)) {
        if (restOf(books(id, slice)) < wantNanoUsd) scarceUntilMs.set(id, nowMs() + SCARCE_MS);
        deps.onLent();
        return;
      }
      if (answer === undefined) break;
    }
    scarceUntilMs.set(id, nowMs() + SCARCE_MS);
    // Without its rules nobody may pass: the budget could be used up, or its owner blocked.
    if (slice.revision === 0) throw new Error(`The shared budget ${id} could not be asked.`);
  }

  /** The question before this one may have brought it. */
  function isEnough(id: string, slice: Slice, wantNanoUsd: number): boolean {
    return slice.revision > 0 && wantNanoUsd > 0 && restOf(books(id, slice)) >= wantNanoUsd;
  }

  async function ask(statement: Statement): Promise<Answer | undefined> {
    try {
      return await within(EXCHANGE_MS, deps.lender(statement.name).exchange(statement));
    } catch {
      return undefined;
    }
  }

  function say(id: string, slice: Slice, wantNanoUsd: number): Statement {
    const counters = countersOf(state, id);
    const made = makeStatement(slice, counters, accountId, wantNanoUsd, nowMs(), state.timeZone);
    deps.commit(() => keep(id, slice));
    return made;
  }

  function takeIn(id: string, slice: Slice, number: number, answer: Answer): boolean {
    const accepted = accept(slice, countersOf(state, id), number, answer, nowMs(), state.timeZone);
    deps.commit(() => keep(id, slice));
    return accepted;
  }

  return {
    provide(request) {
      const key = findKeyPolicy(state, request.keyHash);
      if (key === undefined) return undefined;
      const names = sharedNamesOf(state, key, request);
      const isReady = names.every(isMet) && shortOf(names, dearest(request.bound)).length === 0;
      return isReady ? undefined : prepare(names, request);
    },
    recall(name, terms) {
      const id = sharedId(name);
      const slice = state.slices.get(id);
      if (slice === undefined) return undefined;
      adopt(slice, countersOf(state, id), terms, nowMs(), state.timeZone);
      return say(id, slice, 0);
    },
    meet(keyHash, call = NO_ATTRIBUTION) {
      const key = findKeyPolicy(state, keyHash);
      const names = key === undefined ? [] : sharedNamesOf(state, key, call);
      return names.every(isMet) ? undefined : introduce(names);
    },
    async giveBack() {
      const due = [...usedAtMs.keys()].filter((id) => idleAtMs(id) <= nowMs());
      await Promise.all(due.map((id) => lines.ask(id)));
    },
    dueAtMs() {
      const next = Math.min(...Array.from(usedAtMs.keys(), idleAtMs));
      return Number.isFinite(next) ? next : undefined;
    },
  };

  /** What has nothing to give and waits for nothing is not looked at again before it is used. */
  function idleAtMs(id: string): number {
    const slice = state.slices.get(id);
    const now = slice === undefined ? undefined : books(id, slice);
    if (now !== undefined && restOf(now) > 0) return (usedAtMs.get(id) ?? 0) + IDLE_MS;
    if (now === undefined || now.heldNanoUsd === 0) usedAtMs.delete(id);
    return Infinity;
  }
}

/** The file may have changed since the slice was lent: then its lender is asked before it is used. */
function obeyConfiguration(
  sql: SqlStorage,
  state: AccountState,
  { global, endUserBudgetId }: SharedDefaults,
): void {
  for (const slice of state.slices.values()) {
    const { kind, budget, isDefault = false } = slice.policy;
    const hasDefault = endUserBudgetId !== undefined;
    if (kind === "end_user" && (hasDefault ? budget === null : isDefault)) slice.revision = 0;
  }
  const id = sharedId({ kind: "global", id: "" });
  const slice = state.slices.get(id);
  if (slice === undefined) return;
  if (global === undefined) {
    state.slices.delete(id);
    deleteSlice(sql, id);
  } else if (JSON.stringify(slice.policy) !== JSON.stringify(global)) {
    slice.revision = 0;
  }
}
