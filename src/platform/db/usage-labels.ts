import { and, desc, eq, gte, lte, sql, type SQL } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { dailyLabelUsage } from "./schema/requests.ts";
import { coveredRows, isOneOf } from "./usage-coverage.ts";
import type { UsageGroup } from "./usage.ts";

const COLUMNS = {
  day: sql<string>`${dailyLabelUsage.day}`,
  label: sql<string>`${dailyLabelUsage.label}`,
  team: sql<string>`${dailyLabelUsage.teamId}`,
  key: sql<string>`${dailyLabelUsage.keyHash}`,
  model: sql<string>`${dailyLabelUsage.modelGroup}`,
  served_model: sql<string>`iif(${dailyLabelUsage.model} = '', ${dailyLabelUsage.modelGroup}, ${dailyLabelUsage.model})`,
  provider: sql<string>`${dailyLabelUsage.provider}`,
};

export type LabelDimension = keyof typeof COLUMNS;

export interface LabelQuery {
  kind: "tag" | "end_user";
  groupBy: readonly LabelDimension[];
  fromDay: string;
  toDay: string;
  labels?: readonly string[] | undefined;
  keyHash?: string | undefined;
  model?: string | undefined;
  coverage: Coverage;
  size: number;
}

/**
 * Sums of usage by tag or end user, the most expensive first. A call with two tags counts under each
 * of them, so these sums add up to more than was spent.
 */
export async function findLabelUsage(db: Database, query: LabelQuery): Promise<UsageGroup[]> {
  const groups = query.groupBy.map((name) => COLUMNS[name]);
  const selected = Object.fromEntries(
    groups.map((group, index) => [`g${index}`, group.as(`g${index}`)]),
  );
  const rows = await db
    .select({ ...selected, ...SUMS })
    .from(dailyLabelUsage)
    .where(conditionOf(query))
    .groupBy(...groups)
    .orderBy(desc(SUMS.costNanoUsd), ...groups)
    .limit(query.size)
    .all();
  return rows.map((row) => ({
    group: groups.map((_, index) => String(Reflect.get(row, `g${index}`) ?? "")),
    sums: {
      requests: row.requests,
      failures: row.failures,
      inputTokens: row.inputTokens,
      cacheReadTokens: row.cacheReadTokens,
      cacheWriteTokens: row.cacheWriteTokens,
      outputTokens: row.outputTokens,
      reasoningTokens: row.reasoningTokens,
      costNanoUsd: row.costNanoUsd,
    },
  }));
}

const SUMS = {
  requests: sql<number>`sum(${dailyLabelUsage.requests})`,
  failures: sql<number>`sum(${dailyLabelUsage.failures})`,
  inputTokens: sql<number>`sum(${dailyLabelUsage.inputTokens})`,
  cacheReadTokens: sql<number>`sum(${dailyLabelUsage.cacheReadTokens})`,
  cacheWriteTokens: sql<number>`sum(${dailyLabelUsage.cacheWrite5mTokens} + ${dailyLabelUsage.cacheWrite1hTokens})`,
  outputTokens: sql<number>`sum(${dailyLabelUsage.outputTokens})`,
  reasoningTokens: sql<number>`sum(${dailyLabelUsage.reasoningTokens})`,
  costNanoUsd: sql<number>`sum(${dailyLabelUsage.costNanoUsd})`,
};

function conditionOf(query: LabelQuery): SQL | undefined {
  const { kind, fromDay, toDay, labels, keyHash, model, coverage } = query;
  return and(
    gte(dailyLabelUsage.day, fromDay),
    lte(dailyLabelUsage.day, toDay),
    eq(dailyLabelUsage.kind, kind),
    labels === undefined ? undefined : isOneOf(dailyLabelUsage.label, labels),
    keyHash === undefined ? undefined : eq(dailyLabelUsage.keyHash, keyHash),
    model === undefined ? undefined : eq(dailyLabelUsage.modelGroup, model),
    coveredRows(dailyLabelUsage, coverage),
  );
}
