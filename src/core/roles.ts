/**
 * Who may do what in the management API: one table, from which routes are guarded and the API's own
 * description is made. A role gives an action a reach; who has several roles has all their reaches.
 */
export const ROLES = [
  "proxy_admin",
  "proxy_admin_viewer",
  "org_admin",
  "team_admin",
  "internal_user",
  "internal_user_viewer",
  /** A key that can create users and nothing else, for sign-up forms. */
  "provisioning",
] as const;

export type Role = (typeof ROLES)[number];

/** How far an action goes: everything, what the asker's organizations or teams own, or their own. */
export type Reach = "all" | "organization" | "team" | "own";

type Row = Partial<Record<Role, Reach>>;

const ADMIN: Row = { proxy_admin: "all" };
const ADMIN_VIEW: Row = { ...ADMIN, proxy_admin_viewer: "all" };
const ORGANIZATION: Row = { ...ADMIN, org_admin: "organization" };
const TEAM: Row = { ...ORGANIZATION, team_admin: "team" };
const OWN: Row = { ...TEAM, internal_user: "own" };
const OWN_VIEW: Row = {
  ...OWN,
  proxy_admin_viewer: "all",
  internal_user_viewer: "own",
};

const TABLE = {
  "key.read": OWN_VIEW,
  "key.create": OWN,
  /** Update, delete, block, rotate. */
  "key.change": OWN,
  "key.reset-spend": TEAM,
  "user.read": {
    ...ADMIN_VIEW,
    org_admin: "organization",
    internal_user: "own",
    internal_user_viewer: "own",
  },
  "user.create": { ...ORGANIZATION, provisioning: "all" },
  /** People themselves: only what they are called. */
  "user.change": { ...ORGANIZATION, internal_user: "own" },
  "user.delete": ORGANIZATION,
  /** For people without an office: the teams they are in. */
  "team.read": OWN_VIEW,
  "team.create": ORGANIZATION,
  "team.change": ORGANIZATION,
  "team.delete": ORGANIZATION,
  "team.members": TEAM,
  /** Adding members; for people without an office: themselves, to teams that are open to all. */
  "team.join": { ...TEAM, internal_user: "own" },
  "organization.read": { ...ADMIN_VIEW, org_admin: "organization" },
  "organization.create": ADMIN,
  "organization.change": ADMIN,
  "organization.delete": ADMIN,
  "organization.members": ORGANIZATION,
  "budget.read": ADMIN_VIEW,
  "budget.change": ADMIN,
  "customer.read": ADMIN_VIEW,
  "customer.change": ADMIN,
  "tag.read": ADMIN_VIEW,
  "tag.change": ADMIN,
  "model.read": ADMIN_VIEW,
  "model.change": ADMIN,
  "credential.read": ADMIN_VIEW,
  "credential.change": ADMIN,
  "invitation.read": { ...ADMIN_VIEW, org_admin: "organization" },
  "invitation.create": ORGANIZATION,
  "invitation.change": ORGANIZATION,
  "spend.read": OWN_VIEW,
  /** Sums over everybody. */
  "spend.read-all": ADMIN_VIEW,
  "spend.reset": ADMIN,
  "audit.read": ADMIN_VIEW,
  "settings.read": ADMIN_VIEW,
  "settings.change": ADMIN,
  /** Asks upstreams, which costs money. */
  "health.check": ADMIN,
} as const satisfies Record<string, Row>;

export type Action = keyof typeof TABLE;

export const PERMISSIONS: Record<Action, Row> = TABLE;

/** Whoever calls the management API. */
export interface Asker {
  roles: readonly Role[];
  userId: string | null;
  /** SHA-256 of the key they use; `master` for the master key. */
  keyHash: string;
  /** Teams they belong to, in whatever role. */
  teamIds: readonly string[];
  adminTeamIds: readonly string[];
  /** What each team lets its plain members do with its keys. */
  memberTeams: readonly MemberTeam[];
  organizationIds: readonly string[];
  adminOrganizationIds: readonly string[];
  /** A key made for reports may read everybody's spend, whatever its owner is. */
  readsAllSpend?: boolean;
}

export interface MemberTeam {
  id: string;
  /** LiteLLM's `team_member_permissions`: routes. */
  permissions: readonly string[];
}

/** What LiteLLM lets members do where a team says nothing. */
export const MEMBER_PERMISSIONS_DEFAULT: readonly string[] = ["/key/info", "/key/health"];

export const MEMBER_PERMISSIONS = [
  "/key/info",
  "/key/list",
  "/key/health",
  "/key/generate",
  "/key/service-account/generate",
  "/key/update",
  "/key/delete",
  "/key/regenerate",
  "/key/block",
  "/key/unblock",
] as const;

/** What an action of this asker may touch. */
export type Coverage =
  | { kind: "all" }
  | {
      kind: "some";
      organizationIds: readonly string[];
      teamIds: readonly string[];
      userId: string | null;
      keyHash: string | null;
      /** Teams and organizations in which the asker's own things are theirs to change; left out: all. */
      ownWithin?: { teamIds: readonly string[]; organizationIds: readonly string[] };
    };

/** Whose something is. What is left out belongs to nobody of that kind. */
export interface Owner {
  organizationId?: string | null;
  teamId?: string | null;
  userId?: string | null;
  keyHash?: string | null;
}

/**
 * `undefined` when none of the asker's roles allows the action at all. What plain members may do with
 * a team's keys is said by route (`/key/update`), so the path decides too.
 */
export function coverageOf(action: Action, asker: Asker, path = ""): Coverage | undefined {
  if (asker.readsAllSpend === true && isReadingSpend(action)) return { kind: "all" };
  const row = PERMISSIONS[action];
  const reaches = new Set(asker.roles.flatMap((role) => row[role] ?? []));
  if (reaches.size === 0) return undefined;
  if (reaches.has("all")) return { kind: "all" };
  const isOwn = reaches.has("own");
  const permitted = isOwn && isAboutKeys(action) ? permittedTeams(asker, path) : [];
  return {
    kind: "some",
    organizationIds: reaches.has("organization") ? asker.adminOrganizationIds : [],
    teamIds: [
      ...(reaches.has("team") ? asker.adminTeamIds : []),
      ...(isOwn && action === "team.read" ? asker.teamIds : []),
      ...permitted,
    ],
    userId: isOwn ? asker.userId : null,
    keyHash: isOwn ? asker.keyHash : null,
    ...(isOwn && changesKeys(action)
      ? { ownWithin: { teamIds: permitted, organizationIds: asker.organizationIds } }
      : {}),
  };
}

function isReadingSpend(action: Action): boolean {
  return action === "spend.read" || action === "spend.read-all";
}

function changesKeys(action: Action): boolean {
  return action === "key.create" || action === "key.change";
}

function isAboutKeys(action: Action): boolean {
  return action === "key.read" || changesKeys(action);
}

/** `/v2/key/info` and `/key/abc/regenerate` are permitted as `/key/info` and `/key/regenerate`. */
function permittedTeams({ memberTeams }: Asker, path: string): string[] {
  const [, name] = /^(?:\/v2)?\/key\/(?:[^/]+\/(?=regenerate$))?(.+)$/.exec(path) ?? [];
  if (name === undefined) return [];
  return memberTeams
    .filter((team) => team.permissions.includes(`/key/${name}`))
    .map((team) => team.id);
}

export function covers(coverage: Coverage, owner: Owner): boolean {
  if (coverage.kind === "all") return true;
  const { organizationId, teamId } = owner;
  return (
    (isNamed(organizationId) && coverage.organizationIds.includes(organizationId)) ||
    (isNamed(teamId) && coverage.teamIds.includes(teamId)) ||
    (isOwn(coverage, owner) && isTheirsToChange(coverage, owner))
  );
}

function isOwn(coverage: SomeCoverage, { userId, keyHash }: Owner): boolean {
  return (
    (isNamed(userId) && coverage.userId === userId) ||
    (isNamed(keyHash) && coverage.keyHash === keyHash)
  );
}

/** A key of one's own spends its team's money, or its organization's: then these have a say. */
function isTheirsToChange({ ownWithin }: SomeCoverage, { teamId, organizationId }: Owner): boolean {
  if (ownWithin === undefined) return true;
  if (isNamed(teamId)) return ownWithin.teamIds.includes(teamId);
  return !isNamed(organizationId) || ownWithin.organizationIds.includes(organizationId);
}

type SomeCoverage = Extract<Coverage, { kind: "some" }>;

function isNamed(id: string | null | undefined): id is string {
  return id !== null && id !== undefined;
}
