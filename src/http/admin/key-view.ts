import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { BudgetRow } from "../../platform/db/schema/budgets.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { renderBudget } from "./budget-view.ts";
import type { AdminDeps } from "./deps.ts";
import { renderAuthors, renderLimits, renderOptionalTime } from "./render.ts";

/** What of a key stands elsewhere. */
export interface KeyDetails {
  /** The one it is linked to. */
  budget?: BudgetRow | undefined;
  modelSpend?: JsonObject;
  modelUsage?: JsonObject;
}

/** The answer that shows a key for the first and only time. */
export function renderNewKey(
  row: KeyRow,
  key: string,
  deps: AdminDeps,
  { budget }: KeyDetails = {},
): JsonObject {
  const inMetadata = (name: string): Json => row.metadata[name] ?? null;
  const kept = (name: string, none: Json): Json => row.settings[name] ?? none;
  return {
    key,
    token: row.hash,
    token_id: row.hash,
    key_name: row.name,
    key_alias: row.alias,
    expires: renderOptionalTime(row.expiresAtMs),
    user_id: row.userId,
    team_id: row.teamId,
    organization_id: row.organizationId,
    project_id: kept("project_id", null),
    agent_id: kept("agent_id", null),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    aliases: kept("aliases", {}),
    config: kept("config", {}),
    permissions: kept("permissions", {}),
    spend: usdFromNano(row.spendNanoUsd),
    soft_budget: kept("soft_budget", null),
    budget_limits: kept("budget_limits", null),
    budget_id: kept("budget_id", null),
    model_max_budget: kept("model_max_budget", {}),
    model_rpm_limit: inMetadata("model_rpm_limit"),
    model_tpm_limit: inMetadata("model_tpm_limit"),
    rpm_limit_type: inMetadata("rpm_limit_type"),
    tpm_limit_type: inMetadata("tpm_limit_type"),
    allowed_cache_controls: kept("allowed_cache_controls", []),
    allowed_routes: kept("allowed_routes", []),
    allowed_ips: kept("allowed_ips", []),
    key_type: kept("key_type", null),
    allowed_passthrough_routes: kept("allowed_passthrough_routes", null),
    allowed_vector_store_indexes: kept("allowed_vector_store_indexes", null),
    access_group_ids: kept("access_group_ids", null),
    guardrails: inMetadata("guardrails"),
    policies: inMetadata("policies"),
    prompts: inMetadata("prompts"),
    tags: inMetadata("tags"),
    enforced_params: inMetadata("enforced_params"),
    router_settings: kept("router_settings", null),
    auto_rotate: kept("auto_rotate", null),
    rotation_interval: kept("rotation_interval", null),
    key_rotation_at: renderOptionalTime(row.rotateAtMs),
    blocked: row.blocked,
    object_permission: kept("object_permission", null),
    litellm_budget_table: budget === undefined ? null : renderBudget(budget, deps),
    ...renderAuthors(row),
  };
}

/** A key as LiteLLM's table has it. `spendNanoUsd` is the current window's. */
export function renderKeyRow(
  row: KeyRow,
  spendNanoUsd: number,
  deps: AdminDeps,
  details: KeyDetails = {},
): JsonObject {
  return { token: row.hash, ...renderKeyInfo(row, spendNanoUsd, deps, details) };
}

export function renderKeyInfo(
  row: KeyRow,
  spendNanoUsd: number,
  deps: AdminDeps,
  { budget, modelSpend = {}, modelUsage = {} }: KeyDetails = {},
): JsonObject {
  const kept = (name: string, none: Json): Json => row.settings[name] ?? none;
  return {
    key_name: row.name,
    key_alias: row.alias,
    soft_budget_cooldown: false,
    spend: usdFromNano(spendNanoUsd),
    expires: renderOptionalTime(row.expiresAtMs),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    aliases: kept("aliases", {}),
    config: kept("config", {}),
    router_settings: kept("router_settings", {}),
    user_id: row.userId,
    team_id: row.teamId,
    agent_id: kept("agent_id", null),
    project_id: kept("project_id", null),
    permissions: kept("permissions", {}),
    blocked: row.blocked,
    soft_budget: kept("soft_budget", null),
    budget_limits: kept("budget_limits", null),
    allowed_cache_controls: kept("allowed_cache_controls", []),
    allowed_routes: kept("allowed_routes", []),
    allowed_ips: kept("allowed_ips", []),
    key_type: kept("key_type", null),
    policies: row.metadata["policies"] ?? [],
    access_group_ids: kept("access_group_ids", []),
    model_spend: modelSpend,
    model_max_budget: kept("model_max_budget", {}),
    budget_id: kept("budget_id", null),
    organization_id: row.organizationId,
    object_permission_id: null,
    ...renderAuthors(row),
    rotation_count: kept("rotation_count", 0),
    auto_rotate: kept("auto_rotate", false),
    rotation_interval: kept("rotation_interval", null),
    last_rotation_at: kept("last_rotation_at", null),
    key_rotation_at: renderOptionalTime(row.rotateAtMs),
    litellm_budget_table: budget === undefined ? null : renderBudget(budget, deps),
    object_permission: kept("object_permission", null),
    model_max_budget_usage: modelUsage,
  };
}
