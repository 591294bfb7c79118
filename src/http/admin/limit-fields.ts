import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";

/** What LiteLLM lets one say of keys, teams and users alike. */
export const limitFields = {
  models: field.texts,
  max_budget: field.budgetUsd,
  budget_duration: field.budgetDuration,
  tpm_limit: field.limit,
  rpm_limit: field.limit,
  max_parallel_requests: field.limit,
  blocked: field.flag,
  metadata: field.optionalObject,
  // Stored in the metadata, where LiteLLM's clients look for them.
  tags: field.texts,
  model_rpm_limit: field.optionalObject,
  model_tpm_limit: field.optionalObject,
  rpm_limit_type: field.optionalText,
  tpm_limit_type: field.optionalText,
  guardrails: field.texts,
  policies: field.texts,
  prompts: field.texts,
  enforced_params: field.texts,
  temp_budget_increase: field.plainUsd,
  temp_budget_expiry: field.optionalText,
  // Kept and given back.
  soft_budget: field.plainUsd,
  budget_limits: z
    .array(
      z.object({
        budget_duration: field.someBudgetDuration,
        max_budget: z.number().min(0),
      }),
    )
    .max(8)
    .nullable()
    .optional(),
  object_permission: field.optionalObject,
  router_settings: field.optionalObject,
  access_group_ids: field.texts,
  allowed_passthrough_routes: field.texts,
};

const METADATA_FIELDS = [
  "tags",
  "model_rpm_limit",
  "model_tpm_limit",
  "rpm_limit_type",
  "tpm_limit_type",
  "guardrails",
  "policies",
  "prompts",
  "enforced_params",
  "temp_budget_increase",
  "temp_budget_expiry",
] as const;

const LIMIT_SETTINGS = [
  "soft_budget",
  "budget_limits",
  "object_permission",
  "router_settings",
  "access_group_ids",
  "allowed_passthrough_routes",
] as const;

export type LimitBody = z.infer<z.ZodObject<typeof limitFields>>;

/** The columns keys, teams and users share. */
export type LimitColumns = Pick<
  KeyRow,
  | "models"
  | "maxBudgetNanoUsd"
  | "budgetDuration"
  | "budgetAnchorMs"
  | "tpmLimit"
  | "rpmLimit"
  | "maxParallelRequests"
  | "blocked"
  | "metadata"
  | "settings"
>;

export function noLimits(nowMs: number): LimitColumns {
  return {
    models: [],
    maxBudgetNanoUsd: null,
    budgetDuration: null,
    budgetAnchorMs: nowMs,
    tpmLimit: null,
    rpmLimit: null,
    maxParallelRequests: null,
    blocked: null,
    metadata: {},
    settings: {},
  };
}

/**
 * The columns after this body: a field that is there replaces, null included; one that is not there
 * changes nothing. `settings` names further fields to keep under their own names.
 */
export function changeLimits(
  before: LimitColumns,
  body: LimitBody,
  settings: JsonObject,
  nowMs: number,
): LimitColumns {
  const resets = body.budget_duration !== undefined;
  return {
    models: body.models ?? before.models,
    maxBudgetNanoUsd: changed(before.maxBudgetNanoUsd, body.max_budget),
    budgetDuration: changed(before.budgetDuration, body.budget_duration),
    budgetAnchorMs: resets ? nowMs : before.budgetAnchorMs,
    tpmLimit: changed(before.tpmLimit, body.tpm_limit),
    rpmLimit: changed(before.rpmLimit, body.rpm_limit),
    maxParallelRequests: changed(before.maxParallelRequests, body.max_parallel_requests),
    blocked: changed(before.blocked, body.blocked),
    metadata: {
      ...changed(before.metadata, body.metadata === null ? {} : body.metadata),
      ...pickFields(body, METADATA_FIELDS),
    },
    settings: { ...before.settings, ...pickFields(body, LIMIT_SETTINGS), ...settings },
  };
}

export function changed<Value>(before: Value, after: Value | undefined): Value {
  return after === undefined ? before : after;
}

/** The named fields that the body has. */
export function pickFields<Name extends string>(
  body: { [name in Name]?: JsonObject[string] },
  names: readonly Name[],
): JsonObject {
  const picked: JsonObject = {};
  for (const name of names) {
    const value = body[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
