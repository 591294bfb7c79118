import type { JsonObject } from "../../core/json.ts";
import { putMember, removeMember } from "../../platform/db/organization-members.ts";
import type { TeamMember, UserRow } from "../../platform/db/schema/identity.ts";
import * as table from "../../platform/db/users.ts";
import { requireBudget } from "./budget-fields.ts";
import type { AdminDeps } from "./deps.ts";
import { invite } from "./invitation-changes.ts";
import { keyAudit } from "./key-access.ts";
import { createKey } from "./key-changes.ts";
import { renderNewKey } from "./key-view.ts";
import { newKey } from "./key-new.ts";
import { newUser } from "./new-user-row.ts";
import { requireOrganization } from "./organization-rows.ts";
import { removeOwnedKeys } from "./owned-keys.ts";
import type { AdminCall } from "./route.ts";
import { addMembers, withdrawMember } from "./team-member-changes.ts";
import { requireTeam } from "./team-changes.ts";
import type { NewUserBody } from "./user-body.ts";
import { createUser, requireUser } from "./user-changes.ts";
import { renderUser, userAudit } from "./user-view.ts";
import { grantedWish } from "./user-wish.ts";

/** A person, with their memberships and, unless told otherwise, a key: all of it or nothing. */
export async function newUserWithKey(call: AdminCall, body: NewUserBody): Promise<JsonObject> {
  const { deps, by } = call;
  const wish = await grantedWish(call, body);
  await requirePlaces(wish, deps);
  const row = newUser(wish, by, deps);
  await createUser(row, deps);
  try {
    const key = await keyFor(row, wish, call);
    await joinOrganizations(row, wish, call);
    await joinTeams(row, wish, deps);
    const made = await requireUser(row.id, null, deps);
    const invitation = wish.send_invite_email === true ? await invite(call, made) : {};
    call.audit(userAudit("created", null, made, deps));
    const organizations = wish.organizations ?? [];
    return { ...key, ...renderUser(made, made.spendNanoUsd, deps), organizations, ...invitation };
  } catch (error) {
    await takeBack(row, wish, call);
    throw error;
  }
}

/** Everything the person is to be linked to is there. */
async function requirePlaces(body: NewUserBody, deps: AdminDeps): Promise<void> {
  for (const { team_id: teamId } of body.teams ?? []) await requireTeam(teamId, deps);
  for (const id of body.organizations ?? []) await requireOrganization(id, deps);
  if (typeof body.budget_id === "string") await requireBudget(body.budget_id, deps);
}

/** A person's limits bind all their keys together, so the key itself has none. */
async function keyFor({ id }: UserRow, body: NewUserBody, call: AdminCall): Promise<JsonObject> {
  if (body.auto_create_key === false) return NO_KEY;
  const { key_alias, duration, models, team_id, organization_id } = body;
  const { aliases, config, permissions, key_type, allowed_routes } = body;
  const wanted = {
    ...{ key_alias, duration, models, team_id, organization_id },
    ...{ aliases, config, permissions, key_type, allowed_routes },
    user_id: id,
  };
  const { deps, by } = call;
  const { row, key } = await newKey(wanted, null, by, deps);
  await createKey(row, deps);
  call.audit(keyAudit("created", null, row, deps));
  return renderNewKey(row, key, deps);
}

const NO_KEY: JsonObject = {
  key: null,
  token: null,
  token_id: null,
  key_name: null,
  expires: null,
};

async function joinOrganizations(
  { id: userId }: UserRow,
  { organizations = [] }: NewUserBody,
  { deps, by }: AdminCall,
): Promise<void> {
  const nowMs = deps.nowMs();
  const authors = { createdAtMs: nowMs, createdBy: by, updatedAtMs: nowMs, updatedBy: by };
  for (const organizationId of organizations) {
    await putMember(deps.db, { organizationId, userId, role: "internal_user", ...authors });
  }
}

/** A team somebody is added to, with what they may spend there. */
interface Membership {
  team_id: string;
  max_budget_in_team?: number | null;
  user_role?: TeamMember["role"] | null;
}

async function joinTeams(row: UserRow, body: NewUserBody, deps: AdminDeps): Promise<void> {
  const memberships: readonly Membership[] = body.teams ?? [];
  for (const { team_id: teamId, max_budget_in_team: usd, user_role: role } of memberships) {
    const limits = typeof usd === "number" ? { max_budget_in_team: usd } : {};
    const member = { role: role ?? "user", user_id: row.id, user_email: row.email, ...limits };
    await addMembers(await requireTeam(teamId, deps), [member], deps);
  }
}

/** Nobody has seen the key yet, so taking it back with its user leaves nothing behind. */
async function takeBack(row: UserRow, body: NewUserBody, call: AdminCall): Promise<void> {
  const { deps } = call;
  await removeOwnedKeys(call, { userId: row.id });
  for (const { team_id: teamId } of body.teams ?? []) await withdrawMember(teamId, row.id, deps);
  for (const id of body.organizations ?? []) await removeMember(deps.db, id, row.id);
  await table.deleteUserRow(deps.db, row.id);
}
