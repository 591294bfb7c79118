import { and, asc, gte, lt, sql } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { hourlySpend } from "./schema/requests.ts";
import { coveredRows } from "./usage-coverage.ts";
import type { UsageSums } from "./usage.ts";

const COLUMNS = {
  user: hourlySpend.userId,
  team: hourlySpend.teamId,
  key: hourlySpend.keyHash,
  model: hourlySpend.modelGroup,
  provider: hourlySpend.provider,
};

export const HOURLY_DIMENSIONS = ["user", "team", "key", "model", "provider"] as const;

export type HourlyDimension = (typeof HOURLY_DIMENSIONS)[number];

export interface HourlyUsage {
  hourMs: number;
  /** Empty when nothing was asked for. */
  name: string;
  sums: UsageSums;
}

export interface HourlyQuery {
  fromMs: number;
  /** The first moment that is not wanted any more. */
  untilMs: number;
  by: HourlyDimension | undefined;
  coverage: Coverage;
  size: number;
}

/** Sums of usage by the hour, in order. */
export async function findHourlyUsage(db: Database, query: HourlyQuery): Promise<HourlyUsage[]> {
  const { fromMs, untilMs, by, coverage, size } = query;
  const name = by === undefined ? sql<string>`''` : sql<string>`${COLUMNS[by]}`;
  const rows = await db
    .select({ hourMs: hourlySpend.hourMs, name: name.as("name"), ...SUMS })
    .from(hourlySpend)
    .where(
      and(
        gte(hourlySpend.hourMs, fromMs),
        lt(hourlySpend.hourMs, untilMs),
        coveredRows(hourlySpend, coverage),
      ),
    )
    .groupBy(hourlySpend.hourMs, name)
    .orderBy(asc(hourlySpend.hourMs), asc(name))
    .limit(size)
    .all();
  return rows.map(({ hourMs, name, ...sums }) => ({ hourMs, name, sums }));
}

const SUMS = {
  requests: sql<number>`sum(${hourlySpend.requests})`,
  failures: sql<number>`sum(${hourlySpend.failures})`,
  inputTokens: sql<number>`sum(${hourlySpend.inputTokens})`,
  cacheReadTokens: sql<number>`sum(${hourlySpend.cacheReadTokens})`,
  cacheWriteTokens: sql<number>`sum(${hourlySpend.cacheWrite5mTokens} + ${hourlySpend.cacheWrite1hTokens})`,
  outputTokens: sql<number>`sum(${hourlySpend.outputTokens})`,
  reasoningTokens: sql<number>`sum(${hourlySpend.reasoningTokens})`,
  costNanoUsd: sql<number>`sum(${hourlySpend.costNanoUsd})`,
};
