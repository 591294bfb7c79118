import * as z from "zod";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import * as field from "./fields.ts";
import { keyFields } from "./key-body.ts";
import { changed, changeLimits, limitFields, pickFields } from "./limit-fields.ts";

const email = z.preprocess(
  (value) => (value === "" ? null : value),
  z.email("Input should be an e-mail address").max(320).toLowerCase().nullable(),
);

const membership = z.union([
  field.text.transform((team_id) => ({ team_id })),
  z.object({
    team_id: field.text,
    max_budget_in_team: field.plainUsd,
    user_role: z.enum(["admin", "user"]).nullable().optional(),
  }),
]);

const personFields = {
  user_email: email.optional(),
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
  organizations: field.texts,
};

const USER_SETTINGS = ["sso_user_id", "organizations"] as const;

/** A new user may come with a key, so the key's fields are welcome too. */
export const NewUser = z.object({
  ...keyFields,
  ...personFields,
  teams: z.array(membership).max(100).nullable().optional(),
  auto_create_key: z.boolean().nullable().optional(),
});

export const UpdateUser = z
  .object({
    ...limitFields,
    ...personFields,
    user_id: field.optionalText,
    spend: field.spendUsd,
  })
  .refine(
    (body) => Boolean(body.user_id) || Boolean(body.user_email),
    "Either user_id or user_email must be provided",
  );

export type NewUserBody = z.infer<typeof NewUser>;
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
