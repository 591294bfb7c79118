import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import { limits } from "./limits.ts";

/** Limits with a name, to which any number of keys, teams, people and customers can be linked. */
export const budgets = sqliteTable("budgets", {
  id: text("id").primaryKey(),
  ...limits(),
});

/** End users of somebody's product: known by the name the product sends, without a key of their own. */
export const customers = sqliteTable("customers", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  budgetId: text("budget_id"),
  ...limits(),
});

/** Tags with a description or a budget. A tag needs no row to be counted. */
export const tags = sqliteTable("tags", {
  name: text("name").primaryKey(),
  description: text("description"),
  budgetId: text("budget_id"),
  ...limits(),
});

export type BudgetRow = typeof budgets.$inferSelect;
export type CustomerRow = typeof customers.$inferSelect;
export type TagRow = typeof tags.$inferSelect;
