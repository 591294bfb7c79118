import { applyCharge, applySettlement, expire } from "../../core/ledger/apply.ts";
import { unsettledRecord } from "../../core/ledger/standing.ts";
import {
  findKeyPolicy,
  type AccountState,
  type Lease,
  type ScopeId,
} from "../../core/ledger/state.ts";
import { takeCrossings, type Crossing } from "../../core/ledger/warnings.ts";
import type { Settlement } from "../../core/ledger.ts";
import type { CallRecord } from "../../core/record.ts";
import type { Outbox } from "./outbox.ts";
import * as storage from "./storage.ts";

/** Where calls are charged and filed. Call what is here inside a transaction. */
export interface Books {
  sql: SqlStorage;
  state: AccountState;
  outbox: Outbox;
}

/** Charges what calls came to; returns the budgets that were crossed by it. */
export function settleCalls(
  books: Books,
  settlements: readonly Settlement[],
  nowMs: number,
): Crossing[] {
  const charged = settlements.flatMap((one) => settleOne(books, one, nowMs) ?? []);
  return finish(books, charged, nowMs);
}

/** Charges calls nobody settled in time with all they could have cost. */
export function expireCalls(books: Books, overdue: readonly Lease[], nowMs: number): Crossing[] {
  for (const lease of overdue) expireOne(books, lease, nowMs);
  return finish(books, overdue, nowMs);
}

/**
 * Files calls that were refused, each once; what cost nothing crosses nothing. The same call may have
 * been admitted when it was sent again meanwhile: then its settlement is its record.
 */
export function fileRefused(
  { sql, outbox }: Books,
  records: readonly CallRecord[],
  nowMs: number,
): Crossing[] {
  for (const record of records) {
    if (storage.insertClosed(sql, record.requestId, nowMs)) outbox.add(record);
  }
  return [];
}

/** Whose call was charged, and to whom. */
type Charged = Pick<Lease, "keyHash" | "models" | "scopes">;

function settleOne(
  { sql, state, outbox }: Books,
  settlement: Settlement,
  nowMs: number,
): Charged | undefined {
  const { leaseId, keyHash, tokens, record } = settlement;
  const lease = state.leases.get(leaseId);
  if (lease !== undefined) {
    applySettlement(state, lease, settlement, nowMs);
    storage.closeLease(sql, leaseId, tokens, nowMs);
    outbox.add({ ...record, keyHash: lease.keyHash });
    return lease;
  }
  // Either settled before, or a call that never needed a lease: a refused one, for its record.
  if (!storage.insertClosed(sql, leaseId, nowMs)) return undefined;
  const models = [record.modelGroup];
  const scopes = applyCharge(state, keyHash, models, settlement, nowMs, record);
  // A key that was rotated while its call ran is the same key.
  outbox.add({ ...record, keyHash: findKeyPolicy(state, keyHash)?.hash ?? record.keyHash });
  return settlement.costNanoUsd === 0 ? undefined : { keyHash, models, scopes };
}

function expireOne({ sql, state, outbox }: Books, lease: Lease, nowMs: number): void {
  const draft = storage.readDraft(sql, lease.id);
  if (draft !== undefined) outbox.add(unsettledRecord(state, lease, draft, nowMs));
  expire(state, lease, nowMs);
  storage.closeLease(sql, lease.id, lease.tokens, nowMs);
}

/** What is marked as told has to be durable before it is told, so it is marked before it is saved. */
function finish(books: Books, charged: readonly Charged[], nowMs: number): Crossing[] {
  const { sql, state } = books;
  const crossings = charged.flatMap(({ keyHash, models }) =>
    takeCrossings(state, keyHash, models, nowMs),
  );
  const touched = new Set<ScopeId>(charged.flatMap((one) => one.scopes));
  for (const id of touched) {
    const counters = state.counters.get(id);
    if (counters !== undefined) storage.saveCounters(sql, id, counters);
  }
  return crossings;
}
