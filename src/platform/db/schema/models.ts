import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../../core/json.ts";
import { authors } from "./limits.ts";

/** Deployments added while the gateway runs. They join those of the configuration file. */
export const models = sqliteTable(
  "models",
  {
    id: text("id").primaryKey(),
    modelName: text("model_name").notNull(),
    /** LiteLLM's `litellm_params`; what is secret in it is sealed. */
    parameters: text("parameters", { mode: "json" }).$type<JsonObject>().notNull(),
    modelInfo: text("model_info", { mode: "json" }).$type<JsonObject>().notNull(),
    ...authors(),
  },
  (table) => [index("models_name").on(table.modelName)],
);

/** Secrets with a name, which models can refer to. Each is sealed. */
export const credentials = sqliteTable("credentials", {
  name: text("name").primaryKey(),
  secrets: text("secrets", { mode: "json" }).$type<JsonObject>().notNull(),
  info: text("info", { mode: "json" }).$type<JsonObject>().notNull(),
  ...authors(),
});

export type ModelRow = typeof models.$inferSelect;
export type CredentialRow = typeof credentials.$inferSelect;
