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
  "user.change": ORGANIZATION,
  "user.delete": ORGANIZATION,
  /** For people without an office: the teams they are in. */
  "team.read": OWN_VIEW,
  "team.create": ORGANIZATION,
  "team.change": ORGANIZATION,
  "team.delete": ORGANIZATION,
  "team.members": TEAM,
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
  adminOrganizationIds: readonly string[];
}

/** What an action of this asker may touch. */
export type Coverage =
  | { kind: "all" }
  | {
      kind: "some";
      organizationIds: readonly string[];
      teamIds: readonly string[];
      userId: string | null;
      keyHash: string | null;
    };

/** Whose something is. What is left out belongs to nobody of that kind. */
export interface Owner {
  organizationId?: string | null;
  teamId?: string | null;
  userId?: string | null;
  keyHash?: string | null;
}

/** `undefined` when none of the asker's roles allows the action at all. */
export function coverageOf(action: Action, asker: Asker): Coverage | undefined {
  const row = PERMISSIONS[action];
  const reaches = new Set(asker.roles.flatMap((role) => row[role] ?? []));
  if (reaches.size === 0) return undefined;
  if (reaches.has("all")) return { kind: "all" };
  const isOwn = reaches.has("own");
  return {
    kind: "some",
    organizationIds: reaches.has("organization") ? asker.adminOrganizationIds : [],
    teamIds: [
      ...(reaches.has("team") ? asker.adminTeamIds : []),
      ...(isOwn && action === "team.read" ? asker.teamIds : []),
    ],
    userId: isOwn ? asker.userId : null,
    keyHash: isOwn ? asker.keyHash : null,
  };
}

export function covers(coverage: Coverage, owner: Owner): boolean {
  if (coverage.kind === "all") return true;
  const { organizationId, teamId, userId, keyHash } = owner;
  return (
    (isNamed(organizationId) && coverage.organizationIds.includes(organizationId)) ||
    (isNamed(teamId) && coverage.teamIds.includes(teamId)) ||
    (isNamed(userId) && coverage.userId === userId) ||
    (isNamed(keyHash) && coverage.keyHash === keyHash)
  );
}

function isNamed(id: string | null | undefined): id is string {
  return id !== null && id !== undefined;
}
