import * as z from "zod";
import { pathOf, type Report } from "./problem.ts";

/** How callers' own users are recognised, and what they may spend unless somebody says otherwise. */
export interface EndUserSettings {
  /** Headers that may name the user, besides LiteLLM's own; the first that is there counts. */
  headers: string[];
  /** The budget every end user has who has none of their own. */
  defaultBudgetId: string | undefined;
}

const mapping = z.looseObject(
  { header_name: z.string().min(1), litellm_user_role: z.string().optional() },
  "must be a mapping with header_name and litellm_user_role",
);

/** The part of `general_settings` this file reads. */
export const endUserHeaderSettings = {
  user_header_name: z.string().min(1).nullish(),
  user_header_mappings: z.union([mapping, z.array(mapping)]).nullish(),
};

/** The part of `litellm_settings` this file reads. */
export const endUserBudgetSettings = { max_end_user_budget_id: z.string().min(1).nullish() };

type HeaderSettings = Partial<z.infer<z.ZodObject<typeof endUserHeaderSettings>>>;
type BudgetSettings = Partial<z.infer<z.ZodObject<typeof endUserBudgetSettings>>>;

export function readEndUsers(
  general: HeaderSettings,
  litellm: BudgetSettings,
  report: Report,
): EndUserSettings {
  const written = general.user_header_mappings ?? [];
  const headers: string[] = [];
  for (const [index, one] of (Array.isArray(written) ? written : [written]).entries()) {
    const role = one.litellm_user_role ?? CUSTOMER;
    if (role === CUSTOMER) headers.push(one.header_name);
    else warn(index, role, report);
  }
  if (typeof general.user_header_name === "string") headers.push(general.user_header_name);
  return {
    headers: headers.map((name) => name.toLowerCase()),
    defaultBudgetId: litellm.max_end_user_budget_id ?? undefined,
  };
}

const CUSTOMER = "customer";

/** Whose key it is says who pays; a header anybody can write says only for whom. */
function warn(index: number, role: string, { warnings }: Report): void {
  const path = pathOf(["general_settings", "user_header_mappings", index, "litellm_user_role"]);
  warnings.push({
    path,
    message: `has no effect: only customer is read from a header, not ${role}`,
  });
}
