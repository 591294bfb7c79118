import { GatewayError } from "../../core/errors.ts";
import { accountIdOf } from "../../core/key-format.ts";
import { NOTHING_SPENT, type AccountManagement, type ScopeName } from "../../core/ledger/policy.ts";
import type { Owner } from "../../core/roles.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import type { TeamRow } from "../../platform/db/schema/identity.ts";
import { readTeamPolicy } from "../../platform/db/stored-policies.ts";
import { leaveTeam } from "../../platform/db/team-members.ts";
import * as table from "../../platform/db/teams.ts";
import type { AdminDeps } from "./deps.ts";
import { removeOwnedKeys } from "./owned-keys.ts";
import { requireCovered, type AdminCall } from "./route.ts";
import { tellAccount } from "./tell-account.ts";

/** Throws LiteLLM's "not found". */
export async function requireTeam(teamId: string, deps: AdminDeps): Promise<TeamRow> {
  const row = await table.findTeamRow(deps.db, teamId);
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `Team not found, passed team id: ${teamId}.`, {
    param: "team_id",
  });
}

/** The team, if the asker's role reaches it. */
export async function requireOwnTeam(call: AdminCall, teamId: string): Promise<TeamRow> {
  const row = await requireTeam(teamId, call.deps);
  requireCovered(call, ownerOf(row), "this team's info");
  return row;
}

/** What belongs to whom, as roles see it. */
export function ownerOf({ id, organizationId }: TeamRow): Owner {
  return { teamId: id, organizationId };
}

export async function createTeam(row: TeamRow, deps: AdminDeps): Promise<void> {
  try {
    await table.insertTeamRow(deps.db, row);
  } catch (cause) {
    if (!isConflict(cause, "teams.id")) throw cause;
    const message = `Team id = ${row.id} already exists. Please use a different team id.`;
    throw new GatewayError("invalid_request", message, {
      param: "team_id",
      type: "bad_request_error",
      cause,
    });
  }
  await tellAccount(
    () => putTeam(row, deps),
    () => table.deleteTeamRow(deps.db, row.id),
  );
}

/** Into D1, then into the team's account; put back as it was if the account cannot be reached. */
export async function saveTeam(before: TeamRow, after: TeamRow, deps: AdminDeps): Promise<TeamRow> {
  return changeStoredTeam(
    after.id,
    () => table.updateTeamRow(deps.db, before, after),
    () => table.updateTeamRow(deps.db, after, before),
    deps,
  );
}

/** Any change of a team's row, and its account told; answers the row as it is then. */
export async function changeStoredTeam(
  teamId: string,
  change: () => Promise<void>,
  undo: () => Promise<void>,
  deps: AdminDeps,
): Promise<TeamRow> {
  await change();
  const row = await requireTeam(teamId, deps);
  await tellAccount(() => putTeam(row, deps), undo);
  return row;
}

/**
 * Tells the account what D1 says of a team. Two who change a team at the same time may tell it in the
 * wrong order; each looks again afterwards, so the last word is what the row says.
 */
export async function putTeam(row: TeamRow, deps: AdminDeps): Promise<void> {
  const account = await accountOfTeam(row.id, deps);
  let told = row;
  for (let times = 0; times < TELLINGS_MAX; times += 1) {
    await account.putTeam(await readTeamPolicy(deps.db, told), NOTHING_SPENT);
    const now = await table.findTeamRow(deps.db, row.id);
    if (now === undefined || isSame(told, now)) return;
    told = now;
  }
}

/** Each further round means that somebody changed the team while this one was told. */
const TELLINGS_MAX = 20;

function isSame(one: TeamRow, other: TeamRow): boolean {
  return (
    JSON.stringify({ ...one, spendNanoUsd: 0 }) === JSON.stringify({ ...other, spendNanoUsd: 0 })
  );
}

/** Its keys first, so that a deletion which fails half-way can be asked for again. */
export async function removeTeam(row: TeamRow, call: AdminCall): Promise<void> {
  const { deps } = call;
  await removeOwnedKeys(call, { teamId: row.id });
  await leaveTeam(deps.db, row.id);
  await table.deleteTeamRow(deps.db, row.id);
  // A team that is made under this id one day begins with nothing spent.
  const account = await accountOfTeam(row.id, deps);
  const scopes: ScopeName[] = memberIds(row).map((id) => ({ kind: "user", id }));
  for (const scope of [{ kind: "team" as const, id: row.id }, ...scopes]) {
    await account.resetSpend(scope, 0);
  }
}

export async function accountOfTeam(teamId: string, deps: AdminDeps): Promise<AccountManagement> {
  return deps.account(await accountIdOf({ teamId, userId: null }));
}

/** The team's spend in its window, and each member's: the account knows, D1 follows. */
export async function liveSpends(
  row: TeamRow,
  deps: AdminDeps,
): Promise<[teamNanoUsd: number, memberNanoUsd: Map<string, number>]> {
  const userIds = memberIds(row);
  const account = await accountOfTeam(row.id, deps);
  const scopes: ScopeName[] = userIds.map((id) => ({ kind: "user", id }));
  const [team, ...members] = await account.standings([{ kind: "team", id: row.id }, ...scopes]);
  const spends = userIds.map((id, at): [string, number] => [id, members[at]?.windowNanoUsd ?? 0]);
  return [team?.windowNanoUsd ?? row.spendNanoUsd, new Map(spends)];
}

function memberIds({ members }: TeamRow): string[] {
  return members.flatMap((member) => member.user_id ?? []);
}
