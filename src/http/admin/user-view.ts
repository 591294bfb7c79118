import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import { renderAuthors, renderLimits } from "./render.ts";
import type { AuditEntry } from "./route.ts";

/** A row of LiteLLM's user table. `spentNanoUsd` is the current window's. */
export function renderUser(row: UserRow, spentNanoUsd: number, deps: AdminDeps): JsonObject {
  const kept = (name: string, none: Json): Json => row.settings[name] ?? none;
  return {
    user_id: row.id,
    user_email: row.email,
    user_alias: row.alias,
    user_role: row.role,
    teams: row.teams,
    spend: usdFromNano(spentNanoUsd),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    blocked: row.blocked ?? false,
    soft_budget: kept("soft_budget", null),
    budget_id: kept("budget_id", null),
    model_max_budget: kept("model_max_budget", {}),
    sso_user_id: kept("sso_user_id", null),
    object_permission: kept("object_permission", null),
    ...renderAuthors(row),
  };
}

const FLAT_FIELDS = [
  "user_id",
  "user_email",
  "user_alias",
  "user_role",
  "spend",
  "max_budget",
  "models",
  "budget_duration",
  "budget_reset_at",
  "metadata",
  "created_at",
  "updated_at",
  "sso_user_id",
  "teams",
] as const;

/** LiteLLM's second form of `/user/info`: the person without keys and teams beside them. */
export function renderFlatUser(row: UserRow, spentNanoUsd: number, deps: AdminDeps): JsonObject {
  const whole = renderUser(row, spentNanoUsd, deps);
  return Object.fromEntries(FLAT_FIELDS.map((name) => [name, whole[name] ?? null]));
}

export function userAudit(
  action: AuditAction,
  before: UserRow | null,
  after: UserRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: UserRow | null) =>
    row === null ? null : renderUser(row, row.spendNanoUsd, deps);
  const id = (after ?? before)?.id ?? "";
  return { action, table: "LiteLLM_UserTable", id, before: shown(before), after: shown(after) };
}
