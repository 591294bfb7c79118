import { and, desc, eq, gte, lte, ne, sql } from "drizzle-orm";
import type { Coverage } from "../../core/roles.ts";
import type { Database } from "./database.ts";
import { users } from "./schema/identity.ts";
import { dailyUsage } from "./schema/requests.ts";
import { coveredRows } from "./usage-coverage.ts";

export interface PersonsUsage {
  userId: string;
  email: string | null;
  alias: string | null;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  costNanoUsd: number;
}

/** What each person used, the most expensive first. Calls of nobody in particular are left out. */
export async function findPersonsUsage(
  db: Database,
  { fromDay, toDay, coverage, size }: PersonsQuery,
): Promise<PersonsUsage[]> {
  const cost = sql<number>`sum(${dailyUsage.costNanoUsd})`;
  // Summed before names are looked up: one look-up per person, not one per row.
  const sums = db
    .select({
      userId: dailyUsage.userId,
      requests: sql<number>`sum(${dailyUsage.requests})`.as("requests"),
      inputTokens: sql<number>`sum(${dailyUsage.inputTokens})`.as("input"),
      outputTokens: sql<number>`sum(${dailyUsage.outputTokens})`.as("output"),
      costNanoUsd: cost.as("cost"),
    })
    .from(dailyUsage)
    .where(
      and(
        gte(dailyUsage.day, fromDay),
        lte(dailyUsage.day, toDay),
        ne(dailyUsage.userId, ""),
        coveredRows(dailyUsage, coverage),
      ),
    )
    .groupBy(dailyUsage.userId)
    .orderBy(desc(cost), dailyUsage.userId)
    .limit(size)
    .as("sums");
  return db
    .select({
      userId: sums.userId,
      email: users.email,
      alias: users.alias,
      requests: sums.requests,
      inputTokens: sums.inputTokens,
      outputTokens: sums.outputTokens,
      costNanoUsd: sums.costNanoUsd,
    })
    .from(sums)
    .leftJoin(users, eq(users.id, sums.userId))
    .orderBy(desc(sums.costNanoUsd), sums.userId)
    .all();
}

export interface PersonsQuery {
  fromDay: string;
  toDay: string;
  coverage: Coverage;
  size: number;
}
