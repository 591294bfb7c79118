import type { TeamMember, UserRow } from "../../platform/db/schema/identity.ts";
import { ADMIN_USER_ID } from "./guard.ts";
import { newUser } from "./new-user-row.ts";
import type { AdminCall } from "./route.ts";
import type { MemberBody } from "./team-body.ts";
import { createUser, findUser } from "./user-changes.ts";
import { userAudit } from "./user-view.ts";
import { withDefaults } from "./user-wish.ts";

/** The people a body names, as members. Who is unknown becomes a user without a key, as in LiteLLM. */
export async function peopleOf(
  call: AdminCall,
  named: readonly MemberBody[],
  maxBudgetUsd?: number | null,
): Promise<TeamMember[]> {
  const members: TeamMember[] = [];
  for (const one of named) members.push(await personOf(call, one, maxBudgetUsd));
  return members;
}

async function personOf(
  call: AdminCall,
  named: MemberBody,
  maxBudgetUsd: number | null | undefined,
): Promise<TeamMember> {
  const { role, max_budget_in_team: ownUsd = maxBudgetUsd, tpm_limit, rpm_limit } = named;
  const { id, email } = await knownPerson(call, named);
  return {
    role,
    user_id: id,
    user_email: email,
    ...(typeof ownUsd === "number" ? { max_budget_in_team: ownUsd } : {}),
    ...(typeof tpm_limit === "number" ? { tpm_limit } : {}),
    ...(typeof rpm_limit === "number" ? { rpm_limit } : {}),
  };
}

/** Somebody by id or address; who is unknown becomes a user without a key. */
export async function knownPerson(
  call: AdminCall,
  { user_id: id, user_email: email }: Pick<MemberBody, "user_id" | "user_email">,
): Promise<Pick<UserRow, "id" | "email">> {
  const { deps, by } = call;
  // Whoever holds the master key needs no row.
  if (id === ADMIN_USER_ID) return { id, email: null };
  const known = await findUser(id, email, deps);
  if (known !== undefined) return known;
  const { teams: _, ...wish } = withDefaults(call, { user_id: id, user_email: email });
  const row = newUser(wish, by, deps);
  await createUser(row, deps);
  call.audit(userAudit("created", null, row, deps));
  return row;
}
