import * as z from "zod";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { keyFields } from "./key-body.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";

const membership = z.union([
  field.text.transform((team_id) => ({ team_id })),
  z.object({
    team_id: field.text,
    max_budget_in_team: field.plainUsd,
    user_role: z.enum(["admin", "user"]).nullable().optional(),
  }),
]);

const personFields = {
  user_email: field.email,
  user_alias: field.optionalText,
  user_role: z
    .enum([
      "proxy_admin",
      "proxy_admin_viewer",
      "internal_user",
      "internal_user_viewer",
      "org_admin",
      "team",
      "customer",
    ])
    .nullable()
    .optional(),
  sso_user_id: field.optionalText,
  model_max_budget: field.optionalObject,
  budget_id: field.optionalText,
};

const USER_SETTINGS = ["sso_user_id", "model_max_budget", "budget_id"] as const;

/** A new user may come with a key, so the key's fields are welcome too. */
export const NewUser = z.object({
  ...keyFields,
  ...personFields,
  teams: z.array(membership).max(100).nullable().optional(),
  organizations: field.texts,
  auto_create_key: field.flag,
  send_invite_email: field.flag,
});

const userChanges = {
  ...limitFields,
  ...personFields,
  user_id: field.optionalText,
  spend: field.spendUsd,
};

export const UpdateUser = z
  .object(userChanges)
  .refine(
    (body) => Boolean(body.user_id) || Boolean(body.user_email),
    "Either user_id or user_email must be provided",
  );

/** As many as one call can change before it is too long. */
export const BulkUpdateUsers = z.object({ users: z.array(UpdateUser).min(1).max(100) });

export const DeleteUsers = z.object({ user_ids: z.array(field.text).min(1).max(100) });

export type NewUserBody = z.infer<typeof NewUser>;
export type UpdateUserBody = z.infer<typeof UpdateUser>;
type PersonBody = z.infer<z.ZodObject<typeof limitFields & typeof personFields>>;

export function changeUser(before: UserRow, body: PersonBody, by: string, nowMs: number): UserRow {
  return {
    ...before,
    ...changeLimits(before, body, pickFields(body, USER_SETTINGS), nowMs),
    email: changed(before.email, body.user_email),
    alias: changed(before.alias, body.user_alias),
    role: changed(before.role, body.user_role),
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}
