import * as z from "zod";
import { addDuration, type Duration } from "../../core/duration.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";

const KEY_TYPES = {
  default: [],
  llm_api: ["llm_api_routes"],
  management: ["management_routes"],
  read_only: ["info_routes"],
};

export const keyFields = {
  ...limitFields,
  key_alias: field.optionalText,
  duration: field.lifetime,
  user_id: field.optionalText,
  team_id: field.optionalText,
  organization_id: field.optionalText,
  spend: field.spendUsd,
  key_type: z.enum(["default", "llm_api", "management", "read_only"]).nullable().optional(),
  allowed_routes: field.texts,
  aliases: field.optionalObject,
  config: field.optionalObject,
  permissions: field.optionalObject,
  model_max_budget: field.optionalObject,
  budget_id: field.optionalText,
  agent_id: field.optionalText,
  project_id: field.optionalText,
  allowed_cache_controls: field.texts,
  allowed_vector_store_indexes: field.texts,
  auto_rotate: field.flag,
  rotation_interval: field.optionalText,
};

const KEY_SETTINGS = [
  "aliases",
  "config",
  "permissions",
  "model_max_budget",
  "budget_id",
  "agent_id",
  "project_id",
  "allowed_cache_controls",
  "allowed_vector_store_indexes",
  "allowed_routes",
  "auto_rotate",
  "rotation_interval",
] as const;

/** A key somebody brings along. */
const ownKey = z.preprocess(
  (value) => (value === "" ? null : value),
  field.text
    .startsWith("sk-", "LiteLLM Virtual Key must start with 'sk-'")
    .min(16, "must have at least 16 characters: a key that can be guessed protects nothing")
    .nullable(),
);

export const GenerateKey = z.object({
  ...keyFields,
  key: ownKey.optional(),
  /** Ours, not LiteLLM's: also answer with an access key for clients that sign as for AWS. */
  aws_access_key: field.flag,
});
export const UpdateKey = z.object({ ...keyFields, key: field.text });
export const OneKey = z.object({ key: field.text });
export const DeleteKeys = z
  .object({
    keys: z.array(field.text).min(1).max(500).nullable().optional(),
    key_aliases: z.array(field.text).min(1).max(500).nullable().optional(),
  })
  .refine(
    ({ keys, key_aliases: aliases }) => Boolean(keys) !== Boolean(aliases),
    "Send either keys or key_aliases",
  );

export type KeyBody = z.infer<z.ZodObject<typeof keyFields>>;

/** The row after this body. The account is left to whoever knows the owner's. */
export function changeKey(before: KeyRow, body: KeyBody, by: string, nowMs: number): KeyRow {
  const routes = body.key_type ? { allowed_routes: KEY_TYPES[body.key_type] } : {};
  const settings = { ...routes, ...pickFields(body, KEY_SETTINGS) };
  return {
    ...before,
    ...changeLimits(before, body, settings, nowMs),
    alias: changed(before.alias, body.key_alias),
    teamId: changed(before.teamId, body.team_id),
    userId: changed(before.userId, body.user_id),
    organizationId: changed(before.organizationId, body.organization_id),
    expiresAtMs: expiryAfter(before.expiresAtMs, body.duration, nowMs),
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

function expiryAfter(
  beforeMs: number | null,
  duration: Duration | null | undefined,
  nowMs: number,
): number | null {
  if (duration === undefined) return beforeMs;
  return duration === null ? null : addDuration(nowMs, duration);
}
