import type { AttemptReport, GroupRules, Wish } from "../../core/routing/choice.ts";
import {
  emptyPool,
  report,
  take,
  type Decision,
  type PoolState,
} from "../../core/routing/state.ts";
import { parseStored } from "../account/stored-json.ts";

/**
 * All there is, as it was a moment ago, in pieces; and what happened since at deployments whose limits
 * must hold: a row for a place, with the report of its end beside it.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rules (only INTEGER PRIMARY KEY, rules TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS snapshot (piece INTEGER PRIMARY KEY, shape INTEGER NOT NULL, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS log (
    ticket TEXT PRIMARY KEY, taken_number INTEGER, taken TEXT, reported_number INTEGER, reported TEXT
  ) WITHOUT ROWID;
`;

/** Raise it when an older snapshot would be misread; what was learned is then learned anew. */
const SHAPE = 1;
/** A row holds 2 MB; four bytes are the most a character takes. */
const PIECE_CHARACTERS = 400_000;

export interface Taken {
  wish: Wish;
  decision: Extract<Decision, { kind: "go" }>;
  atMs: number;
  /** Before it: from it the ticket's name follows. */
  ticketsGiven: number;
}

interface Reported {
  report: AttemptReport;
  atMs: number;
}

type LogRow = {
  taken_number: number | null;
  taken: string | null;
  reported_number: number | null;
  reported: string | null;
};

export interface PoolStorage {
  saveRules(rules: GroupRules): void;
  logTaken(ticket: string, taken: Taken): void;
  logReported(report: AttemptReport, atMs: number): void;
  /** Everything the log tells is in the state by now. */
  saveSnapshot(state: PoolState): void;
}

export interface LoadedPool {
  state: PoolState;
  rules: GroupRules | undefined;
  storage: PoolStorage;
}

export function openPool(sql: SqlStorage): LoadedPool {
  sql.exec(SCHEMA);
  const [row] = sql.exec<{ rules: string }>("SELECT rules FROM rules");
  const rules = row === undefined ? undefined : parseStored<GroupRules>(row.rules);
  const state = loadSnapshot(sql);
  const logged = rules === undefined ? 0 : replay(sql, state, rules);
  return { state, rules, storage: createStorage(sql, logged) };
}

function loadSnapshot(sql: SqlStorage): PoolState {
  const query = "SELECT text FROM snapshot WHERE shape = ? ORDER BY piece";
  const pieces = [...sql.exec<{ text: string }>(query, SHAPE)];
  if (pieces.length === 0) return emptyPool();
  const value: unknown = JSON.parse(pieces.map(({ text }) => text).join(""), reviveMaps);
  // Written by `saveSnapshot` under the same shape, and by nobody else.
  return value as PoolState;
}

/** Does again what was done, in the same order and at the same times. How much that was. */
function replay(sql: SqlStorage, state: PoolState, rules: GroupRules): number {
  const steps: { number: number; step: () => void }[] = [];
  for (const row of sql.exec<LogRow>("SELECT * FROM log")) {
    if (row.taken !== null) {
      const { wish, decision, atMs, ticketsGiven } = parseStored<Taken>(row.taken);
      const step = (): void => {
        state.ticketsGiven = ticketsGiven;
        take(state, wish, decision, atMs);
      };
      steps.push({ number: row.taken_number ?? 0, step });
    }
    if (row.reported !== null) {
      const { report: told, atMs } = parseStored<Reported>(row.reported);
      const step = (): void => report(state, rules, told, atMs);
      steps.push({ number: row.reported_number ?? 0, step });
    }
  }
  const inOrder = steps.toSorted((a, b) => a.number - b.number);
  let ticketsGivenMax = state.ticketsGiven;
  for (const { step } of inOrder) {
    step();
    ticketsGivenMax = Math.max(ticketsGivenMax, state.ticketsGiven);
  }
  // Tickets of other deployments were given in between; none of their names may come again.
  state.ticketsGiven = ticketsGivenMax + TICKETS_UNLOGGED_MAX;
  return inOrder.at(-1)?.number ?? 0;
}

/** More than a pool gives between two snapshots. */
const TICKETS_UNLOGGED_MAX = 1_000_000;

function createStorage(sql: SqlStorage, logged: number): PoolStorage {
  let number = logged;
  return {
    saveRules: (rules) =>
      void sql.exec("INSERT OR REPLACE INTO rules VALUES (1, ?)", JSON.stringify(rules)),
    logTaken(ticket, taken) {
      const text = JSON.stringify(taken);
      sql.exec(
        "INSERT INTO log (ticket, taken_number, taken) VALUES (?, ?, ?)",
        ticket,
        ++number,
        text,
      );
    },
    logReported(told, atMs) {
      const text = JSON.stringify({ report: told, atMs } satisfies Reported);
      sql.exec(
        `INSERT INTO log (ticket, reported_number, reported) VALUES (?, ?, ?)
         ON CONFLICT (ticket) DO UPDATE SET
           reported_number = excluded.reported_number, reported = excluded.reported
         WHERE reported IS NULL`,
        told.ticket,
        ++number,
        text,
      );
    },
    saveSnapshot(state) {
      const text = JSON.stringify(state, writeMaps);
      sql.exec("DELETE FROM snapshot");
      for (let piece = 0; piece * PIECE_CHARACTERS < text.length; piece += 1) {
        const start = piece * PIECE_CHARACTERS;
        const part = text.slice(start, start + PIECE_CHARACTERS);
        sql.exec("INSERT INTO snapshot VALUES (?, ?, ?)", piece, SHAPE, part);
      }
      sql.exec("DELETE FROM log");
    },
  };
}

/** JSON has no maps. Nothing in the state has a member of this name. */
function writeMaps(_name: string, value: unknown): unknown {
  return value instanceof Map ? { mapOf: [...value] } : value;
}

function reviveMaps(_name: string, value: unknown): unknown {
  const isMap = typeof value === "object" && value !== null && "mapOf" in value;
  // `writeMaps` wrote the entries of a map there.
  return isMap ? new Map(value.mapOf as [unknown, unknown][]) : value;
}
