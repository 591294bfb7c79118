import { integer, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../../core/json.ts";

/** What keys, teams, users and organizations share. A function, because a column object belongs to one table. */
export function limits() {
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
    ...authors(),
  };
}

/** Who made a row and who changed it last. */
export function authors() {
  return {
    createdAtMs: integer("created_at_ms").notNull(),
    createdBy: text("created_by").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
    updatedBy: text("updated_by").notNull(),
  };
}
