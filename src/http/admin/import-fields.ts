import * as z from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { queryTime } from "./fields.ts";

/** A moment as Postgres or LiteLLM's routes write it; in milliseconds. */
export const optionalTime = z
  .preprocess((value) => (value === "" ? null : value), queryTime.nullable())
  .optional();

/** LiteLLM's own bookkeeping, and what its routes add to a row: nothing is lost without it. */
const BOOKKEEPING = new Set([
  "soft_budget_cooldown",
  "model_spend",
  "last_active",
  "rotation_count",
  "last_rotation_at",
  "key_rotation_at",
  "updated_at",
  "updated_by",
  "team_alias",
  "user",
  "user_email",
  "key_count",
  "keys",
  "members",
  "members_count",
  "teams",
  "users",
  "team_memberships",
  "organization_memberships",
  "litellm_budget_table",
  "litellm_organization_table",
  "team_member_budget_table",
  "model_id",
  "model_info",
  "total_spend",
]);

/** Roles of LiteLLM's first year, when it had no others: nobody gets power from them by accident. */
const FORMER_ROLES = new Set(["admin", "app_owner", "app_user", "app_admin", "proxy_user"]);

/**
 * What LiteLLM stores loosely and nothing is limited by: left out and told, instead of refusing the
 * key or the person it stands at.
 */
export function withoutOddities(raw: JsonObject): { row: JsonObject; notes: string[] } {
  const row = { ...raw };
  const notes: string[] = [];
  const drop = (name: string, why: string): void => {
    delete row[name];
    notes.push(why);
  };
  const { user_email: email, user_role: role, members_with_roles: members } = row;
  if (isSaid(email) && !z.email().safeParse(email).success) {
    drop("user_email", `not an e-mail address, left out: ${JSON.stringify(email)}`);
  }
  if (typeof role === "string" && FORMER_ROLES.has(role)) {
    drop("user_role", `a role LiteLLM no longer has, left out: ${role}`);
  }
  // Prisma's default for it is an object.
  if (members !== undefined && !Array.isArray(members)) delete row["members_with_roles"];
  if (Array.isArray(members)) row["members_with_roles"] = members.flatMap(somebody);
  return { row, notes };
}

/** LiteLLM keeps empty addresses, and members who are nobody. */
function somebody(member: Json): Json[] {
  if (!isJsonObject(member)) return [];
  const { user_email: email, ...rest } = member;
  if (z.email().safeParse(email).success) return [member];
  return isSaid(rest["user_id"]) ? [rest] : [];
}

/** What stands in the row and has no place here. */
export function foreignFields(row: JsonObject, known: readonly string[]): string[] {
  const names = new Set(known);
  return Object.entries(row)
    .filter(([name, value]) => !names.has(name) && !BOOKKEEPING.has(name) && isSaid(value))
    .map(([name]) => `not taken over: ${name}`);
}

/** Databases are full of defaults; only what somebody set can be lost. */
function isSaid(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  if (value === 0) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
