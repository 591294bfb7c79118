import * as z from "zod";
import { coverageOf, covers } from "../../core/roles.ts";
import { findOwnedKeyRows } from "../../platform/db/key-list.ts";
import { findKeyRow } from "../../platform/db/keys.ts";
import type { UserRow } from "../../platform/db/schema/identity.ts";
import { findTeamRows } from "../../platform/db/teams.ts";
import { findUserRow, listUserRows, USER_ORDERS } from "../../platform/db/users.ts";
import * as field from "./fields.ts";
import { ADMIN_USER_ID } from "./guard.ts";
import { hashOf, keyNotFound } from "./key-changes.ts";
import { renderKeyRow } from "./key-view.ts";
import { newUser } from "./new-user-row.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { renderTeam } from "./team-view.ts";
import { liveUserSpend, requireUser } from "./user-changes.ts";
import { requireReach } from "./user-reach.ts";
import { renderFlatUser, renderUser } from "./user-view.ts";

/** `a,b`, as LiteLLM writes lists in a query. */
const names = field.text.transform((list) => list.split(",").map((one) => one.trim()));

const UserList = z.object({
  role: field.text.optional(),
  user_ids: names.optional(),
  sso_user_ids: names.optional(),
  user_email: field.text.optional(),
  team: field.text.optional(),
  organization_ids: names.optional(),
  page: field.pageNumber(1, 1_000_000),
  page_size: field.pageNumber(25, 100),
  sort_by: z.enum(USER_ORDERS).default("created_at"),
  sort_order: z.enum(["asc", "desc"]).default("desc"),
});

export const userReadRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/user/info"],
    action: "user.read",
    summary: "One user, with their keys and teams. Without a parameter: whoever asks.",
    query: z.object({ user_id: field.text.optional(), key: field.text.optional() }),
    async answer(call) {
      const { deps, query } = call;
      const row = await userAsked(call, query);
      const keys = await findOwnedKeyRows(deps.db, { userId: row.id });
      const teams = await teamsOf(row, call);
      return {
        user_id: row.id,
        user_info: renderUser(row, await liveUserSpend(row, deps), deps),
        keys: keys.map((key) => renderKeyRow(key, key.spendNanoUsd, deps)),
        teams: teams.map((team) => renderTeam(team, team.spendNanoUsd, deps)),
      };
    },
  }),
  readRoute({
    paths: ["/v2/user/info"],
    action: "user.read",
    summary: "One user and nothing beside. Without a parameter: whoever asks.",
    query: z.object({ user_id: field.text.optional() }),
    async answer(call) {
      const row = await userAsked(call, call.query);
      return renderFlatUser(row, await liveUserSpend(row, call.deps), call.deps);
    },
  }),
  readRoute({
    paths: ["/user/list"],
    action: "user.read",
    summary: "Users, a page at a time, with the number of their keys.",
    query: UserList,
    async answer({ deps, query, coverage }) {
      const { page, page_size: size, sort_by: by, sort_order: order } = query;
      const filter = {
        role: query.role,
        ids: query.user_ids,
        ssoIds: query.sso_user_ids,
        email: query.user_email,
        teamId: query.team,
        organizationIds: query.organization_ids,
        coverage,
      };
      const ordered = { page, size, by, ascending: order === "asc" };
      const { rows, total } = await listUserRows(deps.db, filter, ordered);
      const users = rows.map(({ keyCount, ...row }) => ({
        ...renderUser(row, row.spendNanoUsd, deps),
        key_count: keyCount,
      }));
      return { users, total, page, page_size: size, total_pages: Math.ceil(total / size) };
    },
  }),
  readRoute({
    paths: ["/user/filter/ui"],
    action: "user.read",
    summary: "Users whose id or address holds a text, for fields that complete names.",
    query: z.object({
      user_id: field.text.optional(),
      user_email: field.text.optional(),
      page: field.pageNumber(1, 1_000_000),
      page_size: field.pageNumber(50, 100),
    }),
    async answer({ deps, query, coverage }) {
      const { page, page_size: size } = query;
      const filter = { idPart: query.user_id, email: query.user_email, coverage };
      const ordered = { page, size, by: "user_email" as const, ascending: true };
      const { rows } = await listUserRows(deps.db, filter, ordered);
      return rows.map(({ id, email, alias }) => ({
        user_id: id,
        user_email: email,
        user_alias: alias,
      }));
    },
  }),
  readRoute({
    paths: ["/user/available_roles"],
    action: "user.read",
    summary: "The roles a user can have.",
    query: z.object({}),
    answer: async () => AVAILABLE_ROLES,
  }),
];

const AVAILABLE_ROLES = {
  proxy_admin: {
    description: "Sees and changes everything",
    ui_label: "Admin (All Permissions)",
  },
  proxy_admin_viewer: {
    description: "Sees everything and changes nothing",
    ui_label: "Admin (View Only)",
  },
  internal_user: {
    description: "Makes, sees and deletes keys of their own and sees their own spend",
    ui_label: "Internal User (Create/Delete/View)",
  },
  internal_user_viewer: {
    description: "Sees keys and spend of their own",
    ui_label: "Internal User (View Only)",
  },
};

/** Who is meant: by id, by a key of theirs, or whoever asks. */
async function userAsked(
  call: AdminCall,
  { user_id: id, key }: { user_id?: string | undefined; key?: string | undefined },
): Promise<UserRow> {
  const { deps, asker } = call;
  const wanted = id ?? (key === undefined ? asker.userId : await ownerOfKey(key, call));
  if (wanted === ADMIN_USER_ID && asker.userId === wanted) {
    // The holder of the master key is nobody's row, unless somebody made one.
    const row = await findUserRow(deps.db, wanted);
    return row ?? newUser({ user_id: wanted, user_role: "proxy_admin" }, wanted, deps);
  }
  const row = await requireUser(wanted, null, deps);
  await requireReach(call, row);
  return row;
}

async function ownerOfKey(key: string, { deps }: AdminCall): Promise<string> {
  const row = await findKeyRow(deps.db, await hashOf(key));
  if (row?.userId === null || row === undefined) throw keyNotFound();
  return row.userId;
}

/** Those of the person's teams that the asker may see. */
async function teamsOf(row: UserRow, { deps, asker }: AdminCall) {
  const reach = coverageOf("team.read", asker);
  const teams = await findTeamRows(deps.db, row.teams);
  return teams.filter(
    ({ id: teamId, organizationId }) =>
      reach !== undefined && covers(reach, { teamId, organizationId }),
  );
}
