import * as z from "zod";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";

/** Somebody as bodies name them: by id or by address. */
const person = { user_id: field.optionalText, user_email: field.email };

/** A member's own limits in the team. */
const memberLimits = {
  max_budget_in_team: field.plainUsd,
  tpm_limit: field.limit,
  rpm_limit: field.limit,
};

function namesSomebody({ user_id, user_email }: { user_id?: unknown; user_email?: unknown }) {
  return Boolean(user_id) || Boolean(user_email);
}
const NOBODY_NAMED = "Either user_id or user_email must be provided";

const member = z
  .object({ role: z.enum(["admin", "user"]).default("user"), ...person, ...memberLimits })
  .refine(namesSomebody, NOBODY_NAMED);

const members = z.array(member).min(1).max(500);

const teamFields = {
  ...limitFields,
  team_alias: field.optionalText,
  organization_id: field.optionalText,
  team_member_permissions: field.texts,
  model_aliases: field.optionalObject,
  team_member_budget: field.plainUsd,
  team_member_budget_duration: field.budgetDuration,
  team_member_rpm_limit: field.limit,
  team_member_tpm_limit: field.limit,
  team_member_key_duration: field.optionalText,
  budget_id: field.optionalText,
};

const TEAM_SETTINGS = [
  "team_member_permissions",
  "model_aliases",
  "team_member_budget",
  "team_member_budget_duration",
  "team_member_rpm_limit",
  "team_member_tpm_limit",
  "team_member_key_duration",
  "budget_id",
] as const;

export const NewTeam = z.object({
  ...teamFields,
  team_id: field.optionalText,
  admins: field.texts,
  members: field.texts,
  members_with_roles: z.array(member).max(500).nullable().optional(),
});
/** Like LiteLLM's it leaves the members alone: they have routes of their own. */
export const UpdateTeam = z.object({ ...teamFields, team_id: field.text });
export const OneTeam = z.object({ team_id: field.text });
export const TeamModels = z.object({ team_id: field.text, models: z.array(field.text).max(2_000) });

export const AddMembers = z.object({
  team_id: field.text,
  member: z.union([members, member.transform((one) => [one])]),
  max_budget_in_team: field.plainUsd,
});
export const BulkAddMembers = z.object({
  team_id: field.text,
  members,
  max_budget_in_team: field.plainUsd,
});
export const DeleteMember = z
  .object({ team_id: field.text, ...person })
  .refine(namesSomebody, NOBODY_NAMED);
export const UpdateMember = z
  .object({
    team_id: field.text,
    ...person,
    ...memberLimits,
    role: z.enum(["admin", "user"]).nullable().optional(),
  })
  .refine(namesSomebody, NOBODY_NAMED);

type TeamBody = z.infer<z.ZodObject<typeof teamFields>>;
export type NewTeamBody = z.infer<typeof NewTeam>;
export type MemberBody = z.infer<typeof member>;

export function changeTeam(before: TeamRow, body: TeamBody, by: string, nowMs: number): TeamRow {
  return {
    ...before,
    ...changeLimits(before, body, pickFields(body, TEAM_SETTINGS), nowMs),
    alias: changed(before.alias, body.team_alias),
    organizationId: changed(before.organizationId, body.organization_id),
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

/** LiteLLM has three ways of naming the members of a new team. */
export function membersOf({ admins, members, members_with_roles: named }: NewTeamBody) {
  return [
    ...(named ?? []),
    ...(admins ?? []).map((user_id) => plainMember(user_id, "admin")),
    ...(members ?? []).map((user_id) => plainMember(user_id, "user")),
  ];
}

export function plainMember(userId: string, role: TeamMember["role"]): MemberBody {
  return { role, user_id: userId };
}
