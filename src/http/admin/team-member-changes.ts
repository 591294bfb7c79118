import { GatewayError } from "../../core/errors.ts";
import type { TeamMember, TeamRow } from "../../platform/db/schema/identity.ts";
import * as table from "../../platform/db/team-members.ts";
import { findUserRow, findUserRowByEmail } from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import { changeStoredTeam } from "./team-changes.ts";

/** Adds people who are there already. Throws in LiteLLM's words when one of them is a member. */
export async function addMembers(
  team: TeamRow,
  members: readonly TeamMember[],
  deps: AdminDeps,
): Promise<TeamRow> {
  refuseKnown(team, members);
  return changeStoredTeam(
    team.id,
    () => table.addTeamMembers(deps.db, team.id, members),
    () => withdraw(team, members, deps),
    deps,
  );
}

function refuseKnown({ members: known }: TeamRow, members: readonly TeamMember[]): void {
  const taken = new Set(known.map((one) => one.user_id));
  for (const { user_id: userId } of members) {
    if (taken.has(userId)) throw alreadyThere(userId);
    taken.add(userId);
  }
}

function alreadyThere(userId: string | null): GatewayError {
  return new GatewayError(
    "invalid_request",
    `User=${userId} already in team. Use \`/team/member_update\` to change their role or limits.`,
    { param: "user_id", type: "team_member_already_in_team" },
  );
}

async function withdraw(team: TeamRow, members: readonly TeamMember[], deps: AdminDeps) {
  for (const { user_id: userId } of members) {
    if (userId !== null) await table.removeTeamMember(deps.db, team.id, userId);
  }
}

export async function changeMember(
  team: TeamRow,
  member: TeamMember & { user_id: string },
  changes: Partial<TeamMember>,
  deps: AdminDeps,
): Promise<TeamRow> {
  const { user_id: userId } = member;
  return changeStoredTeam(
    team.id,
    () => table.changeTeamMember(deps.db, team.id, userId, changes),
    () => table.changeTeamMember(deps.db, team.id, userId, { ...NO_MEMBER_LIMITS, ...member }),
    deps,
  );
}

const NO_MEMBER_LIMITS = { max_budget_in_team: null, tpm_limit: null, rpm_limit: null };

export async function removeMember(
  team: TeamRow,
  member: TeamMember & { user_id: string },
  deps: AdminDeps,
): Promise<TeamRow> {
  return changeStoredTeam(
    team.id,
    () => table.removeTeamMember(deps.db, team.id, member.user_id),
    () => table.addTeamMembers(deps.db, team.id, [member]),
    deps,
  );
}

/** Takes back a membership that was being made. */
export async function withdrawMember(
  teamId: string,
  userId: string,
  deps: AdminDeps,
): Promise<void> {
  const nothing = async (): Promise<void> => {};
  const remove = () => table.removeTeamMember(deps.db, teamId, userId);
  await changeStoredTeam(teamId, remove, nothing, deps);
}

/** Throws unless this person is in the team, in LiteLLM's words. */
export async function requireMember(
  team: TeamRow,
  { user_id, user_email }: { user_id?: string | null; user_email?: string | null },
  { db }: AdminDeps,
): Promise<TeamMember & { user_id: string }> {
  const owner =
    user_id || !user_email ? undefined : await findUserRowByEmail(db, user_email.toLowerCase());
  const userId = user_id ?? owner?.id;
  const member = team.members.find((one) => one.user_id === userId);
  if (member !== undefined && typeof userId === "string") return { ...member, user_id: userId };
  const known = typeof userId === "string" && (await findUserRow(db, userId)) !== undefined;
  const hint = known ? "Add them with `/team/member_add`." : "There is no such user.";
  throw new GatewayError(
    "not_found",
    `User=${user_id ?? user_email} not found in team=${team.id}. ${hint}`,
    { param: "user_id" },
  );
}
