import * as z from "zod";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";

const member = z
  .object({
    role: z.enum(["admin", "user"]).default("user"),
    user_id: field.optionalText,
    user_email: field.optionalText,
    max_budget_in_team: field.plainUsd,
    tpm_limit: field.limit,
    rpm_limit: field.limit,
  })
  .refine(
    (one) => Boolean(one.user_id) || Boolean(one.user_email),
    "Either user_id or user_email must be provided",
  );

const teamFields = {
  ...limitFields,
  team_alias: field.optionalText,
  organization_id: field.optionalText,
  admins: field.texts,
  members: field.texts,
  members_with_roles: z.array(member).max(2_000).nullable().optional(),
  team_member_permissions: field.texts,
  model_aliases: field.optionalObject,
  team_member_budget: field.plainUsd,
  team_member_budget_duration: field.budgetDuration,
  team_member_rpm_limit: field.limit,
  team_member_tpm_limit: field.limit,
  team_member_key_duration: field.optionalText,
};

const TEAM_SETTINGS = [
  "team_member_permissions",
  "model_aliases",
  "team_member_budget",
  "team_member_budget_duration",
  "team_member_rpm_limit",
  "team_member_tpm_limit",
  "team_member_key_duration",
] as const;

export const NewTeam = z.object({ ...teamFields, team_id: field.optionalText });
export const UpdateTeam = z.object({ ...teamFields, team_id: field.text });

export type TeamBody = z.infer<z.ZodObject<typeof teamFields>>;

export function changeTeam(before: TeamRow, body: TeamBody, by: string, nowMs: number): TeamRow {
  return {
    ...before,
    ...changeLimits(before, body, pickFields(body, TEAM_SETTINGS), nowMs),
    alias: changed(before.alias, body.team_alias),
    organizationId: changed(before.organizationId, body.organization_id),
    members: membersOf(body) ?? before.members,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

/** LiteLLM has three ways of naming members; `undefined` when the body uses none. */
function membersOf(body: TeamBody): TeamMember[] | undefined {
  const { admins, members, members_with_roles: withRoles } = body;
  if (admins === undefined && members === undefined && withRoles === undefined) return undefined;
  const named = (withRoles ?? []).map((one) => ({
    ...one,
    user_id: one.user_id ?? null,
    user_email: one.user_email ?? null,
  }));
  return [
    ...named,
    ...(admins ?? []).map((userId) => plainMember(userId, "admin")),
    ...(members ?? []).map((userId) => plainMember(userId, "user")),
  ];
}

export function plainMember(userId: string, role: TeamMember["role"]): TeamMember {
  return { role, user_id: userId, user_email: null };
}
