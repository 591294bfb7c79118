import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { findTeamRows } from "../../platform/db/teams.ts";
import * as table from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { ADMIN_USER_ID } from "./guard.ts";
import { createKey } from "./key-changes.ts";
import { renderKeyRow, renderNewKey } from "./key-view.ts";
import { newKey } from "./keys.ts";
import { noLimits } from "./limit-fields.ts";
import { renderAuthors, renderLimits } from "./render.ts";
import { renderTeam, requireTeam } from "./teams.ts";
import { changeUser, NewUser, UpdateUser, type NewUserBody } from "./user-body.ts";
import {
  accountOfUser,
  createUser,
  joinTeams,
  removeUser,
  saveUser,
  setUserSpend,
} from "./user-changes.ts";
import { bodyRoute, readRoute, requireCovered, type AdminRoute, type AuditEntry } from "./route.ts";

export const userRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/user/new"],
    action: "user.create",
    summary: "Make a user, and a key for them unless told otherwise.",
    body: NewUser,
    async answer(call) {
      const { body, deps, by } = call;
      const answer = await newUserWithKey(body, by, deps);
      call.audit(userAudit("created", null, answer.row, deps));
      return answer.shown;
    },
  }),
  bodyRoute({
    paths: ["/user/update"],
    action: "user.change",
    summary: "Change a user. What is not in the body stays as it is.",
    body: UpdateUser,
    async answer(call) {
      const { body, deps, by } = call;
      const before = await findUser(body.user_id ?? null, body.user_email ?? null, deps);
      requireCovered(call, { userId: before.id }, "this user");
      const after = changeUser(before, body, by, deps.nowMs());
      await saveUser(before, after, deps);
      call.audit(userAudit("updated", before, after, deps));
      if (body.spend !== undefined) await setUserSpend(after, body.spend, deps);
      const spentNanoUsd = await liveSpend(after, deps);
      return { user_id: after.id, data: renderUser(after, spentNanoUsd, deps) };
    },
  }),
  readRoute({
    paths: ["/user/info"],
    action: "user.read",
    summary: "One user, with their keys and teams. Without a parameter: whoever asks.",
    query: z.object({ user_id: field.text.optional() }),
    async answer(call) {
      const { deps, query, asker } = call;
      const row = await findUser(query.user_id ?? asker.userId ?? ADMIN_USER_ID, null, deps);
      requireCovered(call, { userId: row.id }, "this user's info");
      const keys = await findOwnedKeyRows(deps.db, { userId: row.id });
      const teams = await findTeamRows(deps.db, row.teams);
      return {
        user_id: row.id,
        user_info: renderUser(row, await liveSpend(row, deps), deps),
        keys: keys.map((key) => renderKeyRow(key, key.spendNanoUsd, deps)),
        teams: teams.map((team) => renderTeam(team, team.spendNanoUsd, deps)),
      };
    },
  }),
];

function userAudit(
  action: AuditAction,
  before: UserRow | null,
  after: UserRow | null,
  deps: AdminDeps,
): AuditEntry {
  const shown = (row: UserRow | null) =>
    row === null ? null : renderUser(row, row.spendNanoUsd, deps);
  const id = (after ?? before)?.id ?? "";
  return { action, table: "LiteLLM_UserTable", id, before: shown(before), after: shown(after) };
}

/** A user, with their memberships and, unless told otherwise, a key: all of it or nothing. */
async function newUserWithKey(
  body: NewUserBody,
  by: string,
  deps: AdminDeps,
): Promise<{ row: UserRow; shown: JsonObject }> {
  const row = newUser(body.user_id ?? deps.newId(), body, by, deps.nowMs());
  for (const teamId of row.teams) await requireTeam(teamId, deps);
  await createUser(row, deps);
  try {
    const answer = await keyFor(row, body, by, deps);
    await joinTeams(row, body.teams ?? [], deps);
    return { row, shown: { ...answer, ...renderUser(row, row.spendNanoUsd, deps) } };
  } catch (error) {
    // Nobody has seen the key yet, so taking it back with its user leaves nothing behind.
    await removeUser(row, deps);
    throw error;
  }
}

/** A person's limits bind all their keys together, so the key itself has none. */
async function keyFor(
  { id }: UserRow,
  body: NewUserBody,
  by: string,
  deps: AdminDeps,
): Promise<JsonObject> {
  if (body.auto_create_key === false) return NO_KEY;
  const { key_alias, duration, models, team_id, aliases, config, permissions } = body;
  const wanted = {
    key_alias,
    duration,
    models,
    team_id,
    aliases,
    config,
    permissions,
    user_id: id,
  };
  const { row, key } = await newKey(wanted, null, by, deps);
  await createKey(row, deps);
  return renderNewKey(row, key, deps);
}

const NO_KEY: JsonObject = {
  key: null,
  token: null,
  token_id: null,
  key_name: null,
  expires: null,
};

function newUser(id: string, body: NewUserBody, by: string, nowMs: number): UserRow {
  const blank: UserRow = {
    ...noLimits(nowMs),
    id,
    email: null,
    alias: null,
    role: null,
    teams: [...new Set((body.teams ?? []).map((team) => team.team_id))],
    spendNanoUsd: body.spend ?? 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
  return changeUser(blank, body, by, nowMs);
}

async function findUser(
  id: string | null,
  email: string | null,
  deps: AdminDeps,
): Promise<UserRow> {
  const row =
    id !== null
      ? await table.findUserRow(deps.db, id)
      : await table.findUserRowByEmail(deps.db, email ?? "");
  if (row !== undefined) return row;
  throw new GatewayError("not_found", `User ${id ?? email} not found`, { param: "user_id" });
}

/** Spend of the keys outside of teams, which is what the user's own budget is about. */
async function liveSpend(row: UserRow, deps: AdminDeps): Promise<number> {
  const account = await accountOfUser(row, deps);
  const [standing] = await account.standings([{ kind: "user", id: row.id }]);
  return standing?.windowNanoUsd ?? row.spendNanoUsd;
}

function renderUser(row: UserRow, spentNanoUsd: number, deps: AdminDeps): JsonObject {
  const kept = (name: string, none: Json): Json => row.settings[name] ?? none;
  return {
    user_id: row.id,
    user_email: row.email,
    user_alias: row.alias,
    user_role: row.role,
    teams: row.teams,
    spend: usdFromNano(spentNanoUsd),
    ...renderLimits(row, deps.nowMs(), deps.timeZone),
    soft_budget: kept("soft_budget", null),
    model_max_budget: kept("model_max_budget", {}),
    sso_user_id: kept("sso_user_id", null),
    object_permission: kept("object_permission", null),
    ...renderAuthors(row),
  };
}
