import { applyRestored } from "../../core/ledger/apply.ts";
import { createCounters, type Counters, type Period } from "../../core/ledger/counters.ts";
import type { KeyPolicy, TeamPolicy, UserPolicy } from "../../core/ledger/policy.ts";
import { RATE_MEMORY_MS } from "../../core/ledger/rate-window.ts";
import { enterKey, renameLease } from "../../core/ledger/rotation.ts";
import {
  createState,
  type AccountState,
  type Lease,
  type ScopeId,
} from "../../core/ledger/state.ts";
import type { CallRecord } from "../../core/record.ts";
import { loadSlices } from "./slice-storage.ts";
import { parseStored } from "./stored-json.ts";

/**
 * What an account keeps on disk. JSON where SQL would never look inside; no table has a second index,
 * because Durable Objects charge by the row written and an index is a row.
 *
 * A closed lease stays for a day without its draft: it is how a second settlement is recognised, and
 * from where the last minute's rate windows are rebuilt after a restart.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS policies (
    kind TEXT NOT NULL, id TEXT NOT NULL, policy TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (
    scope TEXT PRIMARY KEY, spent_nano_usd INTEGER NOT NULL, periods TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS leases (
    id TEXT PRIMARY KEY, lease TEXT, draft TEXT, closed_at_ms INTEGER, tokens INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, record TEXT NOT NULL, bytes INTEGER NOT NULL
  );
`;

/** Longer than any settlement is retried. */
export const CLOSED_LEASE_MEMORY_MS = 86_400_000;

type PolicyRow = { kind: string; policy: string };
type CounterRow = { scope: string; spent_nano_usd: number; periods: string };
type LeaseRow = { lease: string; closed_at_ms: number | null; tokens: number | null };

/** Everything as it was when the last commit succeeded. */
export function loadState(sql: SqlStorage, timeZone: string, nowMs: number): AccountState {
  sql.exec(SCHEMA);
  const state = createState(timeZone);
  state.slices = loadSlices(sql);
  for (const row of sql.exec<PolicyRow>("SELECT kind, policy FROM policies")) {
    loadPolicy(state, row);
  }
  for (const row of sql.exec<CounterRow>("SELECT * FROM counters")) {
    const periods = parseStored<Period[]>(row.periods);
    state.counters.set(row.scope, { ...createCounters(row.spent_nano_usd), periods });
  }
  const recent = sql.exec<LeaseRow>(
    `SELECT lease, closed_at_ms, tokens FROM leases
     WHERE lease IS NOT NULL AND (closed_at_ms IS NULL OR closed_at_ms > ?)`,
    nowMs - RATE_MEMORY_MS,
  );
  for (const row of recent) {
    // Leases of an older version name no models.
    const stored = parseStored<Omit<Lease, "models"> & { models?: string[] }>(row.lease);
    const lease = { ...stored, models: stored.models ?? [] };
    const { closed_at_ms: atMs, tokens } = row;
    applyRestored(state, lease, atMs === null ? undefined : { atMs, tokens: tokens ?? 0 });
  }
  return state;
}

/**
 * Each row was written by `savePolicy`, under the kind that names its type. One of another version is
 * left alone: the key it belongs to is met anew in D1, which has the whole of it.
 */
function loadPolicy(state: AccountState, { kind, policy }: PolicyRow): void {
  if (parseStored<{ version?: number }>(policy).version !== POLICY_VERSION) return;
  if (kind === "key") {
    const key = parseStored<KeyPolicy>(policy);
    enterKey(state, key);
  } else if (kind === "team") {
    const team = parseStored<TeamPolicy>(policy);
    state.teams.set(team.id, team);
  } else {
    const user = parseStored<UserPolicy>(policy);
    state.users.set(user.id, user);
  }
}

/** Count up when a policy gets a field its decisions cannot do without. */
const POLICY_VERSION = 2;

export function savePolicy(
  sql: SqlStorage,
  kind: "key" | "team" | "user",
  id: string,
  policy: KeyPolicy | TeamPolicy | UserPolicy,
): void {
  sql.exec(
    "INSERT OR REPLACE INTO policies (kind, id, policy) VALUES (?, ?, ?)",
    kind,
    id,
    JSON.stringify({ ...policy, version: POLICY_VERSION }),
  );
}

export function deleteKey(sql: SqlStorage, keyHash: string): void {
  sql.exec("DELETE FROM policies WHERE kind = 'key' AND id = ?", keyHash);
}

export function deleteCounters(sql: SqlStorage, id: ScopeId): void {
  sql.exec("DELETE FROM counters WHERE scope = ?", id);
}

export function saveCounters(sql: SqlStorage, id: ScopeId, counters: Counters): void {
  sql.exec(
    "INSERT OR REPLACE INTO counters (scope, spent_nano_usd, periods) VALUES (?, ?, ?)",
    id,
    counters.spentNanoUsd,
    JSON.stringify(counters.periods),
  );
}

/** Throws when the id was used before, and then nothing is reserved. */
export function insertLease(sql: SqlStorage, lease: Lease, draft: CallRecord): void {
  sql.exec(
    "INSERT INTO leases (id, lease, draft) VALUES (?, ?, ?)",
    lease.id,
    JSON.stringify(lease),
    JSON.stringify(draft),
  );
}

export function closeLease(sql: SqlStorage, id: string, tokens: number, nowMs: number): void {
  sql.exec(
    "UPDATE leases SET draft = NULL, closed_at_ms = ?, tokens = ? WHERE id = ?",
    nowMs,
    tokens,
    id,
  );
}

export function saveLease(sql: SqlStorage, lease: Lease): void {
  sql.exec("UPDATE leases SET lease = ? WHERE id = ?", JSON.stringify(lease), lease.id);
}

/** What a call holds has changed while it runs, and so has what would be filed if it were lost. */
export function replaceLease(sql: SqlStorage, lease: Lease, draft: CallRecord): void {
  sql.exec(
    "UPDATE leases SET lease = ?, draft = ? WHERE id = ?",
    JSON.stringify(lease),
    JSON.stringify(draft),
    lease.id,
  );
}

/** Of a rotated key: from those closed within the last minute its rates are rebuilt after a restart. */
export function renameClosedLeases(sql: SqlStorage, from: string, to: string, nowMs: number): void {
  const rows = sql.exec<Pick<LeaseRow, "lease">>(
    "SELECT lease FROM leases WHERE closed_at_ms > ? AND instr(lease, ?) > 0",
    nowMs - RATE_MEMORY_MS,
    from,
  );
  for (const row of rows.toArray()) {
    const lease = parseStored<Lease>(row.lease);
    renameLease(lease, from, to);
    saveLease(sql, lease);
  }
}

/** Remembers a settlement that had no lease; false when it was remembered already. */
export function insertClosed(sql: SqlStorage, id: string, nowMs: number): boolean {
  const { rowsWritten } = sql.exec(
    "INSERT OR IGNORE INTO leases (id, closed_at_ms) VALUES (?, ?)",
    id,
    nowMs,
  );
  return rowsWritten > 0;
}

/** A call whose lease was closed, while it is remembered. */
export function readEnded(
  sql: SqlStorage,
  leaseId: string,
): { atMs: number; tokens: number } | undefined {
  const [row] = sql.exec<Omit<LeaseRow, "lease">>(
    "SELECT closed_at_ms, tokens FROM leases WHERE id = ? AND lease IS NOT NULL",
    leaseId,
  );
  if (row === undefined || row.closed_at_ms === null) return undefined;
  return { atMs: row.closed_at_ms, tokens: row.tokens ?? 0 };
}

export function readDraft(sql: SqlStorage, leaseId: string): CallRecord | undefined {
  type Row = { draft: string | null };
  const [row] = sql.exec<Row>("SELECT draft FROM leases WHERE id = ?", leaseId);
  if (row === undefined || row.draft === null) return undefined;
  return parseStored<CallRecord>(row.draft);
}

export function pruneClosed(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM leases WHERE closed_at_ms < ?", nowMs - CLOSED_LEASE_MEMORY_MS);
}
