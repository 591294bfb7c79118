import * as z from "zod";
import { isAddressBlock } from "../../core/address.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { expiryAfter, rotationAfter } from "./key-lifetime.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";
import { modelBudgets } from "./model-budgets.ts";

const KEY_TYPES = {
  default: [],
  llm_api: ["llm_api_routes"],
  management: ["management_routes"],
  read_only: ["info_routes"],
  /** Ours, not LiteLLM's: creates users and can do nothing else, so a sign-up form may hold it. */
  provisioning: ["/user/new"],
};

const addresses = z
  .array(field.text.refine(isAddressBlock, "Input should be an IP address or a CIDR block"))
  .max(1_000)
  .nullable()
  .transform((list) => list ?? [])
  .optional();

export const keyFields = {
  ...limitFields,
  key_alias: field.optionalText,
  duration: field.lifetime,
  user_id: field.optionalText,
  team_id: field.optionalText,
  organization_id: field.optionalText,
  spend: field.spendUsd,
  key_type: z
    .enum(["default", "llm_api", "management", "read_only", "provisioning"])
    .nullable()
    .optional(),
  allowed_routes: field.texts,
  aliases: field.optionalObject,
  config: field.optionalObject,
  permissions: field.optionalObject,
  model_max_budget: modelBudgets,
  budget_id: field.optionalText,
  agent_id: field.optionalText,
  project_id: field.optionalText,
  allowed_cache_controls: field.texts,
  allowed_vector_store_indexes: field.texts,
  auto_rotate: field.flag,
  rotation_interval: field.lifetimeText,
  // Ours, not LiteLLM's.
  allowed_ips: addresses,
  allow_clamp: field.flag,
  purpose: field.optionalText,
};

/** Stored in the metadata, besides what keys share with teams and users. */
const KEY_METADATA = ["allow_clamp", "purpose"] as const;

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
  "allowed_ips",
  "key_type",
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

/** Ours, not LiteLLM's: also answer with an access key for clients that sign as for AWS. */
const aws_access_key = field.flag;

export const GenerateKey = z
  .object({ ...keyFields, key: ownKey.optional(), aws_access_key })
  .superRefine(checkIncrease);
export const UpdateKey = z.object({ ...keyFields, key: field.text }).superRefine(checkIncrease);
const rotationFields = {
  ...keyFields,
  new_key: ownKey.optional(),
  /** How long the old key goes on working; none: not at all. */
  grace_period: field.lifetime,
  aws_access_key,
};
export const RegenerateKey = z
  .object({ ...rotationFields, key: field.text.optional() })
  .superRefine(checkIncrease);
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

/** More money without an end, or an end without money, is not what anybody means. */
function checkIncrease(
  { temp_budget_increase: usd, temp_budget_expiry: expiry }: KeyBody,
  context: z.RefinementCtx,
): void {
  const complain = (path: string, message: string): void =>
    context.addIssue({ code: "custom", path: [path], message });
  if ((usd ?? null) !== null && (expiry ?? null) === null) {
    complain("temp_budget_expiry", "temp_budget_increase and temp_budget_expiry go together");
  } else if ((expiry ?? null) !== null && (usd ?? null) === null) {
    complain("temp_budget_increase", "temp_budget_increase and temp_budget_expiry go together");
  } else if (typeof expiry === "string" && Number.isNaN(Date.parse(expiry))) {
    complain("temp_budget_expiry", "Input should be a date");
  }
}

/** The row after this body. The account is left to whoever knows the owner's. */
export function changeKey(before: KeyRow, body: KeyBody, by: string, nowMs: number): KeyRow {
  const routes = body.key_type ? { allowed_routes: KEY_TYPES[body.key_type] } : {};
  const picked = { ...routes, ...pickFields(body, KEY_SETTINGS) };
  const { metadata, settings, ...limits } = changeLimits(before, body, picked, nowMs);
  return {
    ...before,
    ...limits,
    metadata: { ...metadata, ...pickFields(body, KEY_METADATA) },
    settings,
    rotateAtMs: rotationAfter(before.rotateAtMs, body, settings, nowMs),
    alias: changed(before.alias, body.key_alias),
    teamId: changed(before.teamId, body.team_id),
    userId: changed(before.userId, body.user_id),
    organizationId: changed(before.organizationId, body.organization_id),
    expiresAtMs: expiryAfter(before.expiresAtMs, body.duration, nowMs),
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}
