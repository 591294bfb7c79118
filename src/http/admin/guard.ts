import { equalSecrets, findKey } from "../../core/credentials.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { hashKey, looksNative, readKey } from "../../core/key-format.ts";
import { mayCallRoute } from "../../core/routes.ts";
import type { Asker, Role } from "../../core/roles.ts";
import { MEMBER_PERMISSIONS_DEFAULT, ROLES } from "../../core/roles.ts";
import { invalidKey } from "../../pipeline/identify.ts";
import { findOpenedRow } from "../../platform/db/keys.ts";
import { findMembershipsOf } from "../../platform/db/organization-members.ts";
import { textsIn } from "../../platform/db/policy-limits.ts";
import type { KeyRow, TeamRow, UserRow } from "../../platform/db/schema/identity.ts";
import { findTeamRows } from "../../platform/db/teams.ts";
import { findUserRow } from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import { renderTime } from "./render.ts";

/** LiteLLM's name for whoever holds the master key. */
export const ADMIN_USER_ID = "default_user_id";

const MASTER: Asker = {
  roles: ["proxy_admin"],
  userId: ADMIN_USER_ID,
  keyHash: "master",
  teamIds: [],
  adminTeamIds: [],
  memberTeams: [],
  organizationIds: [],
  adminOrganizationIds: [],
};

/** Throws unless the headers carry the master key or a virtual key in good standing. */
export async function identifyAsker(
  headers: Headers,
  path: string,
  deps: AdminDeps,
): Promise<Asker> {
  const key = findKey(headers, deps.keyHeaderName);
  if (key === undefined) throw missingKey();
  if (await equalSecrets(key, deps.masterKey)) return MASTER;
  if (!key.startsWith("sk-")) throw invalidKey(key);
  // A native key that was not signed here is in no table: no need to ask.
  if (looksNative(key) && (await readKey(key, deps.signer)) === undefined) throw invalidKey(key);
  const row = await findOpenedRow(deps.db, await hashKey(key), deps.nowMs());
  if (row === undefined) throw invalidKey(key);
  checkStanding(row, deps.nowMs());
  checkRoute(row, path);
  return askerWith(row, deps);
}

/** Whom a change is recorded under: who asks, or whoever an administrator says they act for. */
export function changedBy(headers: Headers, asker: Asker = MASTER): string {
  const said = asker.roles.includes("proxy_admin") ? headers.get("litellm-changed-by") : null;
  return (said ?? asker.userId ?? asker.keyHash).slice(0, NAME_CHARACTERS_MAX);
}

const NAME_CHARACTERS_MAX = 256;

async function askerWith(row: KeyRow, deps: AdminDeps): Promise<Asker> {
  const { userId, hash: keyHash, settings } = row;
  if (settings["key_type"] === "provisioning") {
    return { ...MASTER, roles: ["provisioning"], userId, keyHash };
  }
  const user = userId === null ? undefined : await findUserRow(deps.db, userId);
  if (user?.blocked === true) throw blocked(`User=${user.id} is blocked.`);
  const teams = await findTeamRows(deps.db, user?.teams ?? []);
  const organizations = user === undefined ? [] : await findMembershipsOf(deps.db, user.id);
  const adminTeamIds = teams.filter((team) => isAdminOf(team, user)).map((team) => team.id);
  const adminOrganizationIds = organizations
    .filter((one) => one.role === "org_admin")
    .map((one) => one.organizationId);
  const offices: Role[] = [
    ...(adminTeamIds.length > 0 ? (["team_admin"] as const) : []),
    ...(adminOrganizationIds.length > 0 ? (["org_admin"] as const) : []),
  ];
  return {
    roles: [personalRole(user), ...offices],
    userId: user?.id ?? null,
    keyHash,
    teamIds: teams.map((team) => team.id),
    adminTeamIds,
    memberTeams: teams
      .filter((team) => !adminTeamIds.includes(team.id))
      .map((team) => ({ id: team.id, permissions: memberPermissions(team) })),
    organizationIds: organizations.map((one) => one.organizationId),
    adminOrganizationIds,
    readsAllSpend: isForReports(settings),
  };
}

/** LiteLLM's `permissions.get_spend_routes`, which only an administrator can give a key. */
function isForReports({ permissions }: KeyRow["settings"]): boolean {
  return isJsonObject(permissions) && permissions["get_spend_routes"] === true;
}

/** `org_admin` and `team_admin` are offices somewhere; as a person's own role they give nothing. */
function personalRole(user: UserRow | undefined): Role {
  const role = ROLES.find((one) => one === user?.role);
  return role === undefined || role === "org_admin" || role === "provisioning"
    ? "internal_user_viewer"
    : role;
}

export function memberPermissions({ settings }: TeamRow): readonly string[] {
  const said = settings["team_member_permissions"];
  return Array.isArray(said) ? textsIn(said) : MEMBER_PERMISSIONS_DEFAULT;
}

function isAdminOf(team: TeamRow, user: UserRow | undefined): boolean {
  return team.members.some((one) => one.role === "admin" && one.user_id === user?.id);
}

function checkStanding(row: KeyRow, nowMs: number): void {
  if (row.blocked === true) {
    throw blocked("Key is blocked. Update via `/key/unblock` if you're an admin.");
  }
  if (row.expiresAtMs !== null && nowMs >= row.expiresAtMs) {
    throw new GatewayError(
      "expired_key",
      `Authentication Error - Expired Key. Key Expiry time ${renderTime(row.expiresAtMs)} and current time ${renderTime(nowMs)}`,
    );
  }
}

/** A key may be kept to some routes (`allowed_routes`). */
function checkRoute({ settings }: KeyRow, path: string): void {
  const allowed = textsIn(settings["allowed_routes"]);
  if (allowed.length === 0 || mayCallRoute(allowed, path)) return;
  throw new GatewayError(
    "admin_only",
    `Virtual key is not allowed to call this route. Only allowed to call routes: ${JSON.stringify(allowed)}. Tried to call route: ${path}`,
  );
}

function blocked(message: string): GatewayError {
  return new GatewayError("blocked", message);
}

function missingKey(): GatewayError {
  return new GatewayError(
    "missing_key",
    "Authentication Error, No api key passed in. Send the master key as `Authorization: Bearer sk-...`.",
  );
}

export function notAllowed(path: string, { roles }: Asker): GatewayError {
  return new GatewayError(
    "admin_only",
    `Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=${path}. Your role=${roles.join(", ")}. Ask an administrator, or call it with the master key.`,
  );
}
