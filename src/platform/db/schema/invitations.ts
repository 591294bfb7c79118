import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { authors } from "./limits.ts";

/** One-time invitations. Only the hash of the secret in the link is kept. */
export const invitations = sqliteTable(
  "invitations",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    secretHash: text("secret_hash").notNull(),
    acceptedAtMs: integer("accepted_at_ms"),
    expiresAtMs: integer("expires_at_ms").notNull(),
    ...authors(),
  },
  (table) => [index("invitations_user").on(table.userId)],
);

export type InvitationRow = typeof invitations.$inferSelect;
