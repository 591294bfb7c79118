import { and, asc, desc, eq, gte, isNotNull, lt, sql } from "drizzle-orm";
import { CACHE_KEPT_FRACTION } from "../../core/lost-cache.ts";
import { CACHED_TOKENS_MIN } from "../../core/routing/affinity.ts";
import type { Database } from "./database.ts";
import { requests } from "./schema/requests.ts";

/** What became of prompt caches at one deployment, of the calls whose usage its vendor told. */
export interface CacheUsage {
  modelGroup: string;
  deploymentId: string;
  provider: string | null;
  region: string | null;
  requests: number;
  /** Calls of conversations that had to leave their deployment, and the cache they had there. */
  moved: number;
  inputTokens: number;
  cacheReadTokens: number;
  cachedTokensExpected: number;
  cachesLost: number;
  /** Expected from a cache, and read anew. */
  lostTokens: number;
  /** What the lost tokens cost, at the price their calls paid for a token that no cache had. */
  lostNanoUsd: number;
  cacheReadNanoUsd: number;
  /** False where some cost is a bound and not a price. */
  costKnown: boolean;
}

export interface CacheQuery {
  fromMs: number;
  /** Not included. */
  untilMs: number;
}

/** From single calls, which the sums of days could not tell; most lost tokens first. */
export async function findCacheUsage(db: Database, query: CacheQuery): Promise<CacheUsage[]> {
  const rows = await cacheStatement(db, query).all();
  return rows.map(({ costKnown, deploymentId, ...row }) => ({
    ...row,
    deploymentId: deploymentId ?? "",
    costKnown: costKnown === 1,
  }));
}

/** Apart, so that a test can ask the database how it would go about it. */
export function cacheStatement(db: Database, { fromMs, untilMs }: CacheQuery) {
  const { modelGroup, deploymentId, provider, region } = requests;
  return db
    .select({ modelGroup, deploymentId, provider, region, ...SUMS })
    .from(requests)
    .where(
      and(
        gte(requests.startedAtMs, fromMs),
        lt(requests.startedAtMs, untilMs),
        eq(requests.status, "success"),
        eq(requests.usageSource, "reported"),
        isNotNull(deploymentId),
      ),
    )
    .groupBy(modelGroup, deploymentId, provider, region)
    .orderBy(desc(SUMS.lostTokens), asc(modelGroup), asc(deploymentId));
}

/** When the oldest call that was not removed yet started. */
export async function oldestCallMs(db: Database): Promise<number | null> {
  const [row] = await db
    .select({ atMs: sql<number | null>`min(${requests.startedAtMs})` })
    .from(requests);
  return row?.atMs ?? null;
}

const { cachedTokensExpected: expected, inputTokens, cacheReadTokens } = requests;

/** As `isCacheLost` in `core/lost-cache.ts`, in SQL, of a call whose usage was told. */
const IS_LOST = sql`${expected} >= ${CACHED_TOKENS_MIN} AND ${cacheReadTokens} < ${expected} * ${CACHE_KEPT_FRACTION}`;

/** No more than the prompt had, however long it was thought to be. */
const LOST = sql`max(min(${expected}, ${inputTokens}) - ${cacheReadTokens}, 0)`;

/** Fresh or written into a cache again; a hedge's part of the input is another deployment's. */
const PER_UNCACHED = sql`(${requests.costInputNanoUsd} + ${requests.costCacheWriteNanoUsd} - ${requests.hedgedNanoUsd}) * 1.0 / nullif(${inputTokens} - ${cacheReadTokens}, 0)`;

const SUMS = {
  requests: sql<number>`count(*)`,
  moved: sql<number>`count(*) FILTER (WHERE ${requests.routeReason} = 'moved')`,
  inputTokens: sql<number>`sum(${inputTokens})`,
  cacheReadTokens: sql<number>`sum(${cacheReadTokens})`,
  cachedTokensExpected: sql<number>`sum(${expected})`,
  cachesLost: sql<number>`count(*) FILTER (WHERE ${IS_LOST})`,
  lostTokens: sql<number>`coalesce(sum(${LOST}) FILTER (WHERE ${IS_LOST}), 0)`,
  lostNanoUsd: sql<number>`coalesce(sum(${LOST} * ${PER_UNCACHED}) FILTER (WHERE ${IS_LOST}), 0)`,
  cacheReadNanoUsd: sql<number>`sum(${requests.costCacheReadNanoUsd})`,
  costKnown: sql<number>`min(${requests.costKnown})`,
};
