import { and, desc, eq, gte, lt, lte, or, sql, type SQL } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { dailyUsage, requests, type RequestRow } from "./schema/requests.ts";
import { coveredRows } from "./usage-coverage.ts";

/** Undefined fields do not restrict. */
export interface LogFilter {
  requestId?: string | undefined;
  keyHash?: string | undefined;
  userId?: string | undefined;
  teamId?: string | undefined;
  endUser?: string | undefined;
  /** The public name or the vendor's. */
  model?: string | undefined;
  deploymentId?: string | undefined;
  keyAlias?: string | undefined;
  sessionId?: string | undefined;
  status?: RequestRow["status"] | undefined;
  errorCode?: string | undefined;
  spendMinNanoUsd?: number | undefined;
  spendMaxNanoUsd?: number | undefined;
  fromMs?: number | undefined;
  /** Included. */
  toMs?: number | undefined;
  coverage: Coverage;
}

export interface LogPage {
  size: number;
  /** Rows to pass over; costs as much as reading them. */
  offset?: number;
  /** The last row of the page before; costs nothing. */
  after?: { atMs: number; id: string } | undefined;
}

/** Single calls, newest first. */
export async function listLogs(
  db: Database,
  filter: LogFilter,
  { size, offset = 0, after }: LogPage,
): Promise<RequestRow[]> {
  return logsStatement(db, filter, { size, offset, after }).all();
}

/** Apart, so that a test can ask the database how it would go about it. */
export function logsStatement(
  db: Database,
  filter: LogFilter,
  { size, offset = 0, after }: LogPage,
) {
  return db
    .select()
    .from(requests)
    .where(and(conditionOf(filter), after === undefined ? undefined : isAfter(after)))
    .orderBy(desc(requests.startedAtMs), desc(requests.requestId))
    .limit(size)
    .offset(offset);
}

/** How many there are, up to `max`: counting all of a large table would read all of it. */
export async function countLogs(db: Database, filter: LogFilter, max: number): Promise<number> {
  const matching = db
    .select({ one: sql`1`.as("one") })
    .from(requests)
    .where(conditionOf(filter))
    .limit(max)
    .as("matching");
  const [row] = await db.select({ total: sql<number>`count(*)` }).from(matching);
  return row?.total ?? 0;
}

function isAfter({ atMs, id }: { atMs: number; id: string }): SQL | undefined {
  return or(
    lt(requests.startedAtMs, atMs),
    and(eq(requests.startedAtMs, atMs), lt(requests.requestId, id)),
  );
}

function conditionOf(filter: LogFilter): SQL | undefined {
  const same = (column: Parameters<typeof eq>[0], value: string | undefined): SQL | undefined =>
    value === undefined ? undefined : eq(column, value);
  const { fromMs, toMs, spendMinNanoUsd, spendMaxNanoUsd, model, coverage } = filter;
  return and(
    same(requests.requestId, filter.requestId),
    same(requests.keyHash, filter.keyHash),
    same(requests.userId, filter.userId),
    same(requests.teamId, filter.teamId),
    same(requests.endUser, filter.endUser),
    same(requests.deploymentId, filter.deploymentId),
    same(requests.keyAlias, filter.keyAlias),
    same(requests.sessionId, filter.sessionId),
    same(requests.status, filter.status),
    same(requests.errorCode, filter.errorCode),
    model === undefined ? undefined : or(eq(requests.modelGroup, model), eq(requests.model, model)),
    fromMs === undefined ? undefined : gte(requests.startedAtMs, fromMs),
    toMs === undefined ? undefined : lte(requests.startedAtMs, toMs),
    spendMinNanoUsd === undefined ? undefined : gte(requests.costNanoUsd, spendMinNanoUsd),
    spendMaxNanoUsd === undefined ? undefined : lte(requests.costNanoUsd, spendMaxNanoUsd),
    coveredRows(requests, coverage),
    byKnownKeys(filter),
  );
}

/**
 * Calls are indexed by key and by time, and nothing else: an index is a written row per call. Whose
 * calls a person or a team made is known to the daily sums by key, so their keys are looked up there;
 * without it, one person's last page would read everybody's calls.
 */
function byKnownKeys({ keyHash, requestId, userId, teamId, coverage }: LogFilter): SQL | undefined {
  if (keyHash !== undefined || requestId !== undefined) return undefined;
  const known = and(
    userId === undefined ? undefined : eq(dailyUsage.userId, userId),
    teamId === undefined ? undefined : eq(dailyUsage.teamId, teamId),
    coveredRows(dailyUsage, coverage),
  );
  if (known === undefined) return undefined;
  return sql`${requests.keyHash} IN (SELECT DISTINCT ${dailyUsage.keyHash} FROM ${dailyUsage} WHERE ${known})`;
}
