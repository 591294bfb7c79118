import { GatewayError } from "../../core/errors.ts";
import { NOTHING_SPENT } from "../../core/ledger/policy.ts";
import { setOrganizationOfTeamKeys } from "../../platform/db/keys.ts";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import { findTeamRow } from "../../platform/db/teams.ts";
import type { AdminDeps } from "./deps.ts";
import { putKey } from "./key-changes.ts";

/** Throws LiteLLM's words when a key names a team that is not there. */
export async function requireTeamOf(
  { teamId }: KeyRow,
  deps: AdminDeps,
): Promise<TeamRow | undefined> {
  if (teamId === null) return undefined;
  const team = await findTeamRow(deps.db, teamId);
  if (team !== undefined) return team;
  throw new GatewayError(
    "not_found",
    `Team doesn't exist in db. Team=${teamId}. Create team via \`/team/new\` call.`,
    { param: "team_id" },
  );
}

/**
 * A key in a team belongs to the team's organization, whatever else is asked for: its calls count
 * against that budget. One that leaves the team leaves the organization, unless it names another.
 */
export function inOrganization(
  before: KeyRow | null,
  after: KeyRow,
  team: TeamRow | undefined,
  isNamed: boolean,
): KeyRow {
  const inherited = team?.organizationId ?? null;
  const hasMoved = before !== null && before.teamId !== after.teamId;
  const own = hasMoved && !isNamed ? null : after.organizationId;
  return { ...after, organizationId: inherited ?? own };
}

/** Call when a team was saved: its keys follow it into another organization. */
export async function tellTeamKeys(
  before: TeamRow,
  after: TeamRow,
  deps: AdminDeps,
): Promise<void> {
  const { organizationId: fromId } = before;
  const { organizationId: toId } = after;
  if (fromId === toId) return;
  const rows = await setOrganizationOfTeamKeys(deps.db, after.id, fromId, toId);
  for (const row of rows) await putKey(row, NOTHING_SPENT, deps);
}
