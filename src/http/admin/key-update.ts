import type * as z from "zod";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import { keyAudit, requireOwnKey, requireRight } from "./key-access.ts";
import { changeKey, type KeyBody, type UpdateKey } from "./key-body.ts";
import { liveSpend, saveKey, setSpend } from "./key-changes.ts";
import { requireBudgetOf } from "./key-details.ts";
import { withDecision } from "./key-rights.ts";
import { inOrganization, requireTeamOf } from "./key-teams.ts";
import { refuseUnsoundRouter } from "./own-router-settings.ts";
import type { AdminCall } from "./route.ts";

/** The key after this body, as far as it may become that. */
export async function wantedKey(
  call: AdminCall,
  before: KeyRow,
  body: KeyBody,
  isShown: boolean,
): Promise<KeyRow> {
  const { deps, by } = call;
  const changed = changeKey(before, body, by, deps.nowMs());
  if (body.router_settings !== undefined) refuseUnsoundRouter(changed.settings, deps.config);
  const team = await teamOf(before, changed, call);
  const after = inOrganization(before, changed, team, body.organization_id !== undefined);
  await requireRight(call, { before, after, team, body, isShown });
  await requireBudgetOf(after, deps);
  return withDecision(call.asker, before, after, body);
}

/** A team that is gone is refused where a key is to join it, not where it is stuck in it. */
async function teamOf(
  before: KeyRow,
  after: KeyRow,
  { deps }: AdminCall,
): Promise<TeamRow | undefined> {
  try {
    return await requireTeamOf(after, deps);
  } catch (error) {
    if (after.teamId !== before.teamId) throw error;
    return undefined;
  }
}

/** A changed key, filed, with what it has spent. */
export async function updateKey(
  call: AdminCall,
  body: z.output<typeof UpdateKey>,
): Promise<{ row: KeyRow; spentNanoUsd: number }> {
  const { deps } = call;
  const before = await requireOwnKey(call, body.key);
  const row = await saveKey(before, await wantedKey(call, before, body, false), deps);
  call.audit(keyAudit("updated", before, row, deps));
  if (body.spend !== undefined) await setSpend(row, body.spend, deps);
  return { row, spentNanoUsd: await liveSpend(row, deps) };
}
