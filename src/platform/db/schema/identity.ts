import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { limits } from "./limits.ts";

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
    /** The hash before the last rotation, which opens the same door until this moment. */
    previousHash: text("previous_hash"),
    previousUntilMs: integer("previous_until_ms"),
    /** When a key that rotates by itself is due. */
    rotateAtMs: integer("rotate_at_ms"),
    ...limits(),
  },
  (table) => [
    uniqueIndex("keys_alias").on(table.alias),
    index("keys_previous").on(table.previousHash),
    index("keys_rotation").on(table.rotateAtMs),
    index("keys_organization").on(table.organizationId),
    index("keys_team").on(table.teamId),
    index("keys_user").on(table.userId),
  ],
);

export const teams = sqliteTable(
  "teams",
  {
    id: text("id").primaryKey(),
    alias: text("alias"),
    organizationId: text("organization_id"),
    members: text("members", { mode: "json" }).$type<TeamMember[]>().notNull(),
    ...limits(),
  },
  (table) => [index("teams_organization").on(table.organizationId)],
);

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
  budget_id?: string | null;
}

export type KeyRow = typeof keys.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;
export type UserRow = typeof users.$inferSelect;
