import { and, asc, desc, gte, lte, not, sql, type SQL } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Coverage } from "../../core/roles.ts";
import { codesOf } from "../../core/usage-outcome.ts";
import type { Database } from "./database.ts";
import { dailyUsage } from "./schema/requests.ts";
import { coveredRows, isOneOf } from "./usage-coverage.ts";

/** What usage can be grouped and filtered by, under the names reports use. */
const COLUMNS = {
  day: dailyUsage.day,
  user: dailyUsage.userId,
  team: dailyUsage.teamId,
  organization: dailyUsage.organizationId,
  key: dailyUsage.keyHash,
  model: dailyUsage.modelGroup,
  upstream_model: dailyUsage.model,
  provider: dailyUsage.provider,
  region: dailyUsage.region,
  client: dailyUsage.client,
  purpose: dailyUsage.purpose,
  status: dailyUsage.outcome,
} as const satisfies Record<string, AnySQLiteColumn>;

/** What is made of a column rather than being one. */
const DERIVED = {
  month: sql<string>`substr(${dailyUsage.day}, 1, 7)`,
  /** Success, or whose doing it was that there was none: `OUTCOMES`. */
  outcome: outcomeExpression(),
  /** The vendor's model, or what the caller asked for where no vendor was reached. */
  served_model: sql<string>`iif(${dailyUsage.model} = '', ${dailyUsage.modelGroup}, ${dailyUsage.model})`,
};

export type Dimension = keyof typeof COLUMNS | keyof typeof DERIVED;

/** Those that can be asked for by name. */
export const DIMENSIONS = [
  "day",
  "month",
  "user",
  "team",
  "organization",
  "key",
  "model",
  "upstream_model",
  "provider",
  "region",
  "client",
  "purpose",
  "status",
  "outcome",
] as const satisfies readonly Dimension[];

export type FilterName = Exclude<keyof typeof COLUMNS, "day">;

/** A list means any of it; what is undefined does not restrict. */
export type UsageFilter = Partial<Record<FilterName, string | readonly string[] | undefined>>;

export interface UsageQuery {
  groupBy: readonly Dimension[];
  /** Days of the operator's calendar, both included: `2026-11-01`. */
  fromDay: string;
  toDay: string;
  filter: UsageFilter;
  /** What must not be counted. */
  exclude?: UsageFilter;
  /** What the asker may see. */
  coverage: Coverage;
  size: number;
  /** The groups with the highest cost, instead of all in order. */
  byCost?: boolean;
  /** The last group of the page before. */
  after?: readonly string[];
}

export interface UsageSums {
  requests: number;
  failures: number;
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  /** Part of the output. */
  reasoningTokens: number;
  costNanoUsd: number;
}

export interface UsageGroup {
  /** One value per dimension asked for, in that order; empty where a call had none. */
  group: string[];
  sums: UsageSums;
}

/** Sums of usage by any dimensions, from the daily sums and never from single calls. */
export async function findUsage(db: Database, query: UsageQuery): Promise<UsageGroup[]> {
  const rows = await usageStatement(db, query).all();
  return rows.map((row) => ({
    group: query.groupBy.map((_, index) => String(Reflect.get(row, `g${index}`) ?? "")),
    sums: sumsOf(row),
  }));
}

/** Apart, so that a test can ask the database how it would go about it. */
export function usageStatement(db: Database, query: UsageQuery) {
  const groups = query.groupBy.map(expressionOf);
  const selected = Object.fromEntries(
    groups.map((group, index) => [`g${index}`, group.as(`g${index}`)]),
  );
  const order = query.byCost === true ? [desc(SUMS.costNanoUsd)] : [];
  return db
    .select({ ...selected, ...SUMS })
    .from(dailyUsage)
    .where(conditionOf(query, groups))
    .groupBy(...groups)
    .orderBy(...order, ...groups.map((group) => asc(group)))
    .limit(query.size);
}

const total = (column: AnySQLiteColumn): SQL<number> => sql<number>`coalesce(sum(${column}), 0)`;

const SUMS = {
  requests: total(dailyUsage.requests),
  failures: sql<number>`coalesce(sum(iif(${dailyUsage.outcome} = 'success', 0, ${dailyUsage.requests})), 0)`,
  inputTokens: total(dailyUsage.inputTokens),
  cacheReadTokens: total(dailyUsage.cacheReadTokens),
  cacheWriteTokens: sql<number>`coalesce(sum(${dailyUsage.cacheWrite5mTokens} + ${dailyUsage.cacheWrite1hTokens}), 0)`,
  outputTokens: total(dailyUsage.outputTokens),
  reasoningTokens: total(dailyUsage.reasoningTokens),
  costNanoUsd: total(dailyUsage.costNanoUsd),
};

function sumsOf(row: UsageSums): UsageSums {
  const { requests, failures, inputTokens, cacheReadTokens, cacheWriteTokens } = row;
  const { outputTokens, reasoningTokens, costNanoUsd } = row;
  return {
    requests,
    failures,
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    costNanoUsd,
  };
}

function expressionOf(dimension: Dimension): SQL<string> {
  return isColumn(dimension) ? sql<string>`${COLUMNS[dimension]}` : DERIVED[dimension];
}

/** As `outcomeOf` in `core/usage-outcome.ts`, in SQL. */
function outcomeExpression(): SQL<string> {
  const { outcome } = dailyUsage;
  const isOneOf = (codes: readonly string[]): SQL =>
    sql`${outcome} IN (${sql.raw(codes.map((code) => `'${code}'`).join(", "))})`;
  return sql<string>`CASE
    WHEN ${outcome} = 'success' THEN 'success'
    WHEN ${isOneOf(codesOf("blocked"))} OR ${outcome} = '429' THEN 'blocked'
    WHEN ${isOneOf(codesOf("client_error"))} OR ${outcome} GLOB '4[0-9][0-9]' THEN 'client_error'
    WHEN ${isOneOf(codesOf("provider_error"))} OR ${outcome} GLOB '5[0-9][0-9]' THEN 'provider_error'
    ELSE 'gateway_error' END`;
}

function conditionOf(query: UsageQuery, groups: readonly SQL[]): SQL | undefined {
  const { fromDay, toDay, filter, exclude = {}, coverage, after } = query;
  return and(
    gte(dailyUsage.day, fromDay),
    lte(dailyUsage.day, toDay),
    ...matchesOf(filter),
    ...matchesOf(exclude).map((match) => not(match)),
    coveredRows(dailyUsage, coverage),
    after === undefined || groups.length === 0 ? undefined : isAfter(groups, after),
  );
}

function matchesOf(filter: UsageFilter): SQL[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (value === undefined || !isColumn(name)) return [];
    return [isOneOf(COLUMNS[name], typeof value === "string" ? [value] : value)];
  });
}

function isColumn(name: string): name is keyof typeof COLUMNS {
  return Object.hasOwn(COLUMNS, name);
}

/** Row values compare from left to right, just as the rows are ordered. */
function isAfter(groups: readonly SQL[], after: readonly string[]): SQL {
  const left = sql.join([...groups], sql`, `);
  const right = sql.join(
    groups.map((_, index) => sql`${after[index] ?? ""}`),
    sql`, `,
  );
  return sql`(${left}) > (${right})`;
}
