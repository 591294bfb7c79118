import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { authors, limits } from "./limits.ts";

/** Teams and people under one budget, which the organization's shared budget lends to accounts. */
export const organizations = sqliteTable("organizations", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  /** The budget row its limits were taken from; null when they are its own. */
  budgetId: text("budget_id"),
  ...limits(),
});

export const organizationMembers = sqliteTable(
  "organization_members",
  {
    organizationId: text("organization_id").notNull(),
    userId: text("user_id").notNull(),
    role: text("role").$type<OrganizationRole>().notNull(),
    ...authors(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.userId] }),
    index("organization_members_user").on(table.userId),
  ],
);

export type OrganizationRole = "org_admin" | "internal_user" | "internal_user_viewer";
export type OrganizationRow = typeof organizations.$inferSelect;
export type OrganizationMemberRow = typeof organizationMembers.$inferSelect;
