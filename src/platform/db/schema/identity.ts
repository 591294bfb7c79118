import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../../core/json.ts";

/** What keys, teams and users share. A function, because a column object belongs to one table. */
function limits() {
  return {
    /** Empty: every model. */
    models: text("models", { mode: "json" }).$type<string[]>().notNull(),
    maxBudgetNanoUsd: integer("max_budget_nano_usd"),
    /** As it was written: `30d`, `monthly`. Null: the budget is for the whole life. */
    budgetDuration: text("budget_duration"),
    /** When the duration was set; windows of several days count from that day. */
    budgetAnchorMs: integer("budget_anchor_ms").notNull(),
    tpmLimit: integer("tpm_limit"),
    rpmLimit: integer("rpm_limit"),
    maxParallelRequests: integer("max_parallel_requests"),
    blocked: integer("blocked", { mode: "boolean" }),
    metadata: text("metadata", { mode: "json" }).$type<JsonObject>().notNull(),
    /** LiteLLM's further fields under their wire names: kept and given back, not interpreted. */
    settings: text("settings", { mode: "json" }).$type<JsonObject>().notNull(),
    /**
     * Spend over the whole life. The account object is the authority; this copy follows as records
     * arrive (a trigger on `requests`) and is what lists and reports read.
     */
    spendNanoUsd: integer("spend_nano_usd").notNull().default(0),
    createdAtMs: integer("created_at_ms").notNull(),
    createdBy: text("created_by").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
    updatedBy: text("updated_by").notNull(),
  };
}

export const keys = sqliteTable(
  "keys",
  {
    /** SHA-256 of the whole key, hex: LiteLLM's `token`. The key itself is never stored. */
    hash: text("hash").primaryKey(),
    /** `sk-...W8TA` */
    name: text("name").notNull(),
    alias: text("alias"),
    /** The account object that decides about this key. */
    accountId: text("account_id").notNull(),
    teamId: text("team_id"),
    userId: text("user_id"),
    organizationId: text("organization_id"),
    expiresAtMs: integer("expires_at_ms"),
    ...limits(),
  },
  (table) => [
    uniqueIndex("keys_alias").on(table.alias),
    index("keys_team").on(table.teamId),
    index("keys_user").on(table.userId),
  ],
);

export const teams = sqliteTable("teams", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  organizationId: text("organization_id"),
  members: text("members", { mode: "json" }).$type<TeamMember[]>().notNull(),
  ...limits(),
});

export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey(),
    email: text("email"),
    alias: text("alias"),
    role: text("role"),
    /** Ids of the teams this person was added to. */
    teams: text("teams", { mode: "json" }).$type<string[]>().notNull(),
    ...limits(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

/** A person in a team, under LiteLLM's wire names, with limits of their own if they have any. */
export interface TeamMember {
  role: "admin" | "user";
  user_id: string | null;
  user_email: string | null;
  max_budget_in_team?: number | null;
  tpm_limit?: number | null;
  rpm_limit?: number | null;
}

export type KeyRow = typeof keys.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;
export type UserRow = typeof users.$inferSelect;
