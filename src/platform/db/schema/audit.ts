import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../../core/json.ts";

/** Every change an administrator made. Rows are only added: triggers refuse anything else. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text("id").primaryKey(),
    atMs: integer("at_ms").notNull(),
    /** The person, or whoever they said they act for. */
    changedBy: text("changed_by").notNull(),
    /** SHA-256 of the key the change was made with; `master` for the master key. */
    changedByKey: text("changed_by_key").notNull(),
    changedFrom: text("changed_from"),
    action: text("action").$type<AuditAction>().notNull(),
    /** LiteLLM's table names: `LiteLLM_VerificationToken`. */
    tableName: text("table_name").notNull(),
    objectId: text("object_id").notNull(),
    before: text("before", { mode: "json" }).$type<JsonObject>(),
    after: text("after", { mode: "json" }).$type<JsonObject>(),
  },
  (table) => [
    index("audit_log_at").on(table.atMs),
    index("audit_log_object").on(table.tableName, table.objectId, table.atMs),
  ],
);

export const AUDIT_ACTIONS = [
  "created",
  "updated",
  "deleted",
  "blocked",
  "unblocked",
  "rotated",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
export type AuditRow = typeof auditLog.$inferSelect;
