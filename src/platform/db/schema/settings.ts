import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Json } from "../../../core/json.ts";
import { authors } from "./limits.ts";

/** What an operator says while the gateway runs, by name: `model_facts`. */
export const settings = sqliteTable("settings", {
  name: text("name").primaryKey(),
  value: text("value", { mode: "json" }).$type<Json>().notNull(),
  ...authors(),
});

/**
 * One row, which triggers count up with every change of `models`, `credentials` and `settings`: what
 * isolates look at to learn whether there is something new.
 */
export const runtimeVersion = sqliteTable("runtime_version", {
  id: integer("id").primaryKey(),
  version: integer("version").notNull(),
});

/** What the last check of each deployment found. */
export const healthChecks = sqliteTable("health_checks", {
  deploymentId: text("deployment_id").primaryKey(),
  modelName: text("model_name").notNull(),
  healthy: integer("healthy", { mode: "boolean" }).notNull(),
  /** A code of `core/errors.ts`; null when it answered. */
  errorCode: text("error_code"),
  durationMs: integer("duration_ms").notNull(),
  checkedAtMs: integer("checked_at_ms").notNull(),
  checkedBy: text("checked_by").notNull(),
});

export type SettingRow = typeof settings.$inferSelect;
export type HealthCheckRow = typeof healthChecks.$inferSelect;
