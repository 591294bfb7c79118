import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../../core/json.ts";
import type { CallRecord } from "../../../core/record.ts";

/**
 * One row per call: a `CallRecord`, flattened. The primary key makes the second delivery of a record
 * a no-op, and triggers (migration `spend_triggers`) carry every row's cost into `hourly_spend` and
 * into the key, team and user it belongs to.
 */
export const requests = sqliteTable(
  "requests",
  {
    requestId: text("request_id").primaryKey(),
    responseId: text("response_id"),
    sessionId: text("session_id"),
    accountId: text("account_id").notNull(),
    keyHash: text("key_hash").notNull(),
    keyAlias: text("key_alias"),
    teamId: text("team_id"),
    teamAlias: text("team_alias"),
    userId: text("user_id"),
    userEmail: text("user_email"),
    organizationId: text("organization_id"),
    endUser: text("end_user"),
    route: text("route").notNull(),
    callType: text("call_type").$type<CallRecord["callType"]>().notNull(),
    stream: integer("stream", { mode: "boolean" }).notNull(),
    modelGroup: text("model_group").notNull(),
    model: text("model"),
    deploymentId: text("deployment_id"),
    provider: text("provider"),
    apiBase: text("api_base"),
    region: text("region"),
    status: text("status").$type<CallRecord["status"]>().notNull(),
    statusCode: integer("status_code").notNull(),
    ending: text("ending").$type<CallRecord["ending"]>().notNull(),
    errorCode: text("error_code"),
    cacheHit: integer("cache_hit", { mode: "boolean" }).notNull().default(false),
    attempts: integer("attempts").notNull(),
    routeReason: text("route_reason").$type<CallRecord["routeReason"]>(),
    cachedTokensExpected: integer("cached_tokens_expected").notNull().default(0),
    fallbackFrom: text("fallback_from"),
    hedgedNanoUsd: integer("hedged_nano_usd").notNull().default(0),
    /** The day it started on, in the operator's time zone: `2026-11-21`. */
    day: text("day").notNull().default(""),
    /** What kind of program called: `claude-code`, `openai-python`. */
    client: text("client").notNull().default(""),
    /** What it was for, by its tag `purpose:…` or its key's metadata. */
    purpose: text("purpose").notNull().default(""),
    startedAtMs: integer("started_at_ms").notNull(),
    firstTokenAtMs: integer("first_token_at_ms"),
    endedAtMs: integer("ended_at_ms").notNull(),
    overheadMs: integer("overhead_ms").notNull(),
    ...tokenCounts(),
    usageSource: text("usage_source").$type<CallRecord["usageSource"]>().notNull(),
    costNanoUsd: integer("cost_nano_usd").notNull(),
    costInputNanoUsd: integer("cost_input_nano_usd").notNull(),
    costCacheReadNanoUsd: integer("cost_cache_read_nano_usd").notNull(),
    costCacheWriteNanoUsd: integer("cost_cache_write_nano_usd").notNull(),
    costOutputNanoUsd: integer("cost_output_nano_usd").notNull(),
    costReasoningNanoUsd: integer("cost_reasoning_nano_usd").notNull(),
    costKnown: integer("cost_known", { mode: "boolean" }).notNull(),
    keySpendNanoUsd: integer("key_spend_nano_usd").notNull(),
    keyMaxBudgetNanoUsd: integer("key_max_budget_nano_usd"),
    keyBudgetResetAtMs: integer("key_budget_reset_at_ms"),
    priceSource: text("price_source"),
    configVersion: text("config_version").notNull(),
    tags: text("tags", { mode: "json" }).$type<string[]>().notNull(),
    keyMetadata: text("key_metadata", { mode: "json" }).$type<JsonObject>().notNull(),
    requesterIp: text("requester_ip"),
    userAgent: text("user_agent"),
    parameters: text("parameters", { mode: "json" }).$type<JsonObject>().notNull(),
    /** Null unless the operator switched message logging on. */
    content: text("content", { mode: "json" }).$type<NonNullable<CallRecord["content"]>>(),
    /** What became of the copy for each sink; a sink that is not named has not had it yet. */
    exports: text("exports", { mode: "json" }).$type<Exports>().notNull().default({}),
  },
  // Every index is one more written row per call ($1.00 per million), so there are only two. Sums
  // by person, team or model come from `hourly_spend` and need none here.
  (table) => [
    // The log screen, newest first; exports and deletions by date.
    index("requests_started").on(table.startedAtMs),
    // One key's calls: `/spend/logs?api_key=`, and a member's own log.
    index("requests_key_started").on(table.keyHash, table.startedAtMs),
  ],
);

/**
 * Sums per hour, kept by triggers. Hours and not days: a day in Tokyo starts at 15:00 UTC, and every
 * whole-hour zone can be folded from hours exactly. It costs the same write per call, and outlives
 * rows that were deleted for age. Absent names are empty, because NULLs never meet in a key.
 */
export const hourlySpend = sqliteTable(
  "hourly_spend",
  {
    /** The hour's first millisecond; a call belongs to the hour in which it started. */
    hourMs: integer("hour_ms").notNull(),
    keyHash: text("key_hash").notNull(),
    teamId: text("team_id").notNull(),
    userId: text("user_id").notNull(),
    modelGroup: text("model_group").notNull(),
    model: text("model").notNull(),
    provider: text("provider").notNull(),
    requests: integer("requests").notNull(),
    failures: integer("failures").notNull(),
    ...tokenCounts(),
    costNanoUsd: integer("cost_nano_usd").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.hourMs,
        table.keyHash,
        table.teamId,
        table.userId,
        table.modelGroup,
        table.model,
        table.provider,
      ],
    }),
  ],
);

/**
 * Sums per day of the operator's calendar, kept by the same triggers: what reports read. A month of
 * five hundred people is some tens of thousands of rows, whatever they called. Absent names are empty.
 */
export const dailyUsage = sqliteTable(
  "daily_usage",
  {
    day: text("day").notNull(),
    userId: text("user_id").notNull(),
    teamId: text("team_id").notNull(),
    organizationId: text("organization_id").notNull(),
    keyHash: text("key_hash").notNull(),
    modelGroup: text("model_group").notNull(),
    model: text("model").notNull(),
    provider: text("provider").notNull(),
    region: text("region").notNull(),
    client: text("client").notNull(),
    purpose: text("purpose").notNull(),
    /** `success`, or the status the caller saw: `429`. */
    outcome: text("outcome").notNull(),
    requests: integer("requests").notNull(),
    ...tokenCounts(),
    costNanoUsd: integer("cost_nano_usd").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.day,
        table.userId,
        table.teamId,
        table.organizationId,
        table.keyHash,
        table.modelGroup,
        table.model,
        table.provider,
        table.region,
        table.client,
        table.purpose,
        table.outcome,
      ],
    }),
  ],
);

/** Sums per day of what a call can carry several of, or few calls carry: tags and end users. */
export const dailyLabelUsage = sqliteTable(
  "daily_label_usage",
  {
    day: text("day").notNull(),
    kind: text("kind").$type<"tag" | "end_user">().notNull(),
    label: text("label").notNull(),
    teamId: text("team_id").notNull(),
    keyHash: text("key_hash").notNull(),
    modelGroup: text("model_group").notNull(),
    model: text("model").notNull(),
    provider: text("provider").notNull(),
    requests: integer("requests").notNull(),
    failures: integer("failures").notNull(),
    ...tokenCounts(),
    costNanoUsd: integer("cost_nano_usd").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.day,
        table.kind,
        table.label,
        table.teamId,
        table.keyHash,
        table.modelGroup,
        table.model,
        table.provider,
      ],
    }),
  ],
);

/** `Usage`, as columns. A function, because a column object belongs to one table. */
function tokenCounts() {
  return {
    inputTokens: integer("input_tokens").notNull(),
    cacheReadTokens: integer("cache_read_tokens").notNull(),
    cacheWrite5mTokens: integer("cache_write_5m_tokens").notNull(),
    cacheWrite1hTokens: integer("cache_write_1h_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    reasoningTokens: integer("reasoning_tokens").notNull(),
  };
}

/** Sink's name → the end of its copy. */
export type Exports = Record<string, { outcome: "delivered" | "dropped"; atMs: number }>;

export type RequestRow = typeof requests.$inferSelect;
export type DailyUsageRow = typeof dailyUsage.$inferSelect;
export type DailyLabelUsageRow = typeof dailyLabelUsage.$inferSelect;
export type HourlySpendRow = typeof hourlySpend.$inferSelect;
