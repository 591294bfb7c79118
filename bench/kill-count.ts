import { setTimeout as sleep } from "node:timers/promises";
import type { Upstream } from "../test/upstream/upstream.ts";
import type { Killable } from "./kill-process.ts";

export interface KillPlan {
  kills: number;
  parallel: number;
  /** How long the gateway lives before each kill, at least and at most. */
  lifeMs: [number, number];
  /** How long calls nobody settled may take to be resolved after the last kill; 0: they are left open. */
  resolveMs: number;
  say?: (line: string) => void;
}

export interface KillFigures {
  kills: number;
  /** Calls that were sent, that the stand-in took, and that a caller saw to their end. */
  sent: number;
  taken: number;
  complete: number;
  /** Complete well before a kill, so surely settled. */
  surelySettled: number;
  settled: number;
  unsettled: number;
  /** Calls the stand-in took and nobody has charged. */
  unresolved: number;
  /** What must be empty: a sentence for every thing that is wrong. */
  faults: string[];
  billNanoUsd: number;
  rowsNanoUsd: number;
  spentNanoUsd: Record<string, number>;
  /** From the last kill until the last call was resolved. */
  resolvedAfterMs: number | null;
}

export const MASTER_KEY = "sk-chaos-0123456789abcdef0123456789abcdef";
export const TOKENS = 40;
/** A call nobody settles is charged for as many as it was allowed. */
export const TOKENS_MAX = 100;
export const NANO_USD_PER_TOKEN = 10_000;
/** Settling follows the answer within milliseconds; on a busy machine this is generous. */
const SETTLED_WITHIN_MS = 1_000;

export interface Call {
  /** Travels as the end user's name, and so into the record. */
  name: string;
  key: number;
  completeAtMs: number | null;
}

export interface People {
  keys: { key: string; hash: string }[];
  teamId: string;
  organizationId: string;
}

interface Counted {
  calls: Call[];
  killedAtMs: number[];
  faults: string[];
  plan: KillPlan;
}

interface Row {
  end_user: string;
  key_hash: string;
  ending: string;
  cost_nano_usd: number;
}

export async function countCalls(
  gateway: Killable,
  upstream: Upstream,
  people: People,
  { calls, killedAtMs, faults, plan }: Counted,
): Promise<KillFigures> {
  const taken = callsTaken(upstream);
  const lastKillMs = killedAtMs.at(-1) ?? Date.now();
  const rows = await rowsOnceQuiet(gateway, taken, lastKillMs, plan);
  const resolvedAfterMs = taken.isSubsetOf(new Set(rows.map((row) => row.end_user)))
    ? Date.now() - lastKillMs
    : null;
  const byName = new Map<string, Row>();
  for (const row of rows) {
    if (byName.has(row.end_user)) faults.push(`${row.end_user} was recorded twice`);
    byName.set(row.end_user, row);
  }
  const isSure = ({ completeAtMs }: Call): boolean =>
    completeAtMs !== null &&
    !killedAtMs.some((atMs) => atMs >= completeAtMs && atMs - completeAtMs < SETTLED_WITHIN_MS);
  const sure = calls.filter(isSure);
  for (const { name } of sure) {
    const row = byName.get(name);
    if (row?.ending !== "finished")
      faults.push(`${name} was settled, and is ${row?.ending ?? "gone"}`);
  }
  for (const row of rows)
    if (!isPriced(row)) faults.push(`${row.end_user} costs ${row.cost_nano_usd}`);
  const rowsNanoUsd = sum(rows);
  const spentNanoUsd = await spentBy(gateway.url, people);
  for (const [name, expected] of Object.entries(sumsOf(rows, people))) {
    const spent = spentNanoUsd[name];
    if (spent !== expected) faults.push(`${name} has spent ${spent}, its rows say ${expected}`);
  }
  const unresolved = [...taken].filter((name) => !byName.has(name));
  if (plan.resolveMs > 0 && unresolved.length > 0) {
    faults.push(`${unresolved.length} calls were never charged, such as ${unresolved[0]}`);
  }
  const billNanoUsd =
    [...taken].filter((name) => byName.has(name)).length * TOKENS * NANO_USD_PER_TOKEN;
  if (rowsNanoUsd < billNanoUsd) faults.push(`the bill is ${billNanoUsd}, the rows ${rowsNanoUsd}`);
  return {
    kills: killedAtMs.length,
    sent: calls.length,
    taken: taken.size,
    complete: calls.filter((call) => call.completeAtMs !== null).length,
    surelySettled: sure.length,
    settled: rows.filter((row) => row.ending === "finished").length,
    unsettled: rows.filter((row) => row.ending === "unsettled").length,
    unresolved: unresolved.length,
    faults,
    billNanoUsd,
    rowsNanoUsd,
    spentNanoUsd,
    resolvedAfterMs,
  };
}

/** The real cost where the call was settled, what it was allowed where it was not; never nothing. */
function isPriced({ ending, cost_nano_usd: cost }: Row): boolean {
  if (ending === "finished") return cost === TOKENS * NANO_USD_PER_TOKEN;
  if (ending === "unsettled") return cost === TOKENS_MAX * NANO_USD_PER_TOKEN;
  // Cut by the kill while the gateway itself was still there to say so.
  return cost > 0 && cost <= TOKENS_MAX * NANO_USD_PER_TOKEN;
}

function callsTaken({ requests }: Upstream): Set<string> {
  const names = requests.flatMap(({ body, refusal }) => {
    const name = /for (call-\d+)\./.exec(JSON.stringify(body))?.[1];
    return name === undefined || refusal !== undefined ? [] : [name];
  });
  return new Set(names);
}

/** Rows of calls, once they have stopped coming: all of them, or as many as come in time. */
async function rowsOnceQuiet(
  { sql }: Killable,
  taken: ReadonlySet<string>,
  sinceMs: number,
  { resolveMs, say }: KillPlan,
): Promise<Row[]> {
  let rows: Row[] = [];
  let changedAtMs = Date.now();
  for (;;) {
    const now = (await sql(
      "SELECT end_user, key_hash, ending, cost_nano_usd FROM requests WHERE end_user LIKE 'call-%' AND cost_nano_usd > 0",
    )) as unknown as Row[];
    if (now.length !== rows.length) {
      changedAtMs = Date.now();
      say?.(`${now.length} rows, ${taken.size} calls taken`);
    }
    rows = now;
    const isAll = taken.isSubsetOf(new Set(rows.map((row) => row.end_user)));
    const isLate = Date.now() - sinceMs > resolveMs;
    if ((isAll || isLate) && Date.now() - changedAtMs > QUIET_MS) return rows;
    await sleep(250);
  }
}

/** Outbox and queue gather for a second each. */
const QUIET_MS = 4_000;

function sumsOf(rows: readonly Row[], { keys }: People): Record<string, number> {
  const of = (indexes: number[]): number =>
    sum(rows.filter((row) => indexes.some((index) => keys[index]?.hash === row.key_hash)));
  const sums = Object.fromEntries(keys.map((_, index) => [`key ${index}`, of([index])]));
  return { ...sums, team: of([0, 1]), person: of([2, 3]), organization: of([0, 1]) };
}

/** By the accounts' counters, not by D1. */
export async function spentBy(
  url: string,
  { keys, teamId, organizationId }: People,
): Promise<Record<string, number>> {
  const spent: Record<string, number> = {};
  for (const [index, { key }] of keys.entries()) {
    spent[`key ${index}`] = spendIn((await ask(url, `/key/info?key=${key}`))["info"]);
  }
  spent["team"] = spendIn((await ask(url, `/team/info?team_id=${teamId}`))["team_info"]);
  spent["person"] = spendIn((await ask(url, "/user/info?user_id=hanako"))["user_info"]);
  spent["organization"] = spendIn(
    await ask(url, `/organization/info?organization_id=${organizationId}`),
  );
  return spent;
}

function spendIn(shown: unknown): number {
  return Math.round(Number((shown as { spend: number }).spend) * 1e9);
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + row.cost_nano_usd, 0);
}

export async function ask(
  url: string,
  route: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(url + route, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
