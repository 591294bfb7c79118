import { accountIdOf, hashKey, mintKey } from "../../../src/core/key-format.ts";
import type { Role } from "../../../src/core/roles.ts";
import { budgets, customers, tags } from "../../../src/platform/db/schema/budgets.ts";
import {
  keys,
  teams,
  users,
  type KeyRow,
  type TeamMember,
} from "../../../src/platform/db/schema/identity.ts";
import { invitations } from "../../../src/platform/db/schema/invitations.ts";
import {
  organizationMembers,
  organizations,
} from "../../../src/platform/db/schema/organizations.ts";
import { budgetRow, keyRow, teamRow, userRow } from "../../platform/db/rows.ts";
import { db, signer } from "./admin.ts";

/** Somebody with a role, and one of everything that their role reaches. */
export interface Place {
  role: Role;
  askerId: string;
  askerKey: string;
  askerKeyHash: string;
  organizationId: string;
  teamId: string;
  /** A person in the team and the organization; with a role that reaches only oneself: the asker. */
  userId: string;
  email: string;
  /** A key of that person: in the team, or in none when it is the asker's. */
  key: string;
  keyHash: string;
  keyTeamId: string | null;
  /** A person nobody put anywhere. */
  strangerId: string;
  budgetId: string;
  customerId: string;
  tag: string;
  invitationId: string;
  /** Open to everybody: `available_teams`. */
  openTeamId: string;
  /** For what does not exist yet. */
  newId: string;
}

export const OPEN_TEAM = "open-to-all";

let made = 0;

/** Straight into the database, in one go: hundreds are made, and how is not what is tested. */
export async function createPlace(role: Role): Promise<Place> {
  made += 1;
  const name = (what: string): string => `${what}-${made}`;
  const isPersonal = role === "internal_user" || role === "internal_user_viewer";
  const askerId = name("asker");
  const userId = isPersonal ? askerId : name("user");
  const [organizationId, teamId, strangerId] = [name("org"), name("team"), name("stranger")];
  const inTeam = isPersonal ? {} : { teamId, organizationId };
  const settings = role === "provisioning" ? { key_type: "provisioning" } : {};
  const asker = await newKey({ userId: askerId, settings, createdBy: askerId });
  const calls = { allowed_routes: ["llm_api_routes"] };
  const owned = await newKey({ userId, ...inTeam, settings: calls, createdBy: userId });
  const email = `${userId}@example.com`;
  const place: Place = {
    ...{ role, askerId, askerKey: asker.key, askerKeyHash: asker.row.hash },
    ...{ organizationId, teamId, userId, email, strangerId, openTeamId: OPEN_TEAM },
    ...{ key: owned.key, keyHash: owned.row.hash, keyTeamId: owned.row.teamId },
    ...{ budgetId: name("budget"), customerId: name("customer"), tag: name("tag") },
    ...{ invitationId: name("invitation"), newId: name("new") },
  };
  const people = [
    userRow(askerId, {
      email: `${askerId}@example.com`,
      role: personalRole(role),
      teams: [teamId],
    }),
    ...(isPersonal ? [] : [userRow(userId, { email, role: "internal_user", teams: [teamId] })]),
    userRow(strangerId),
  ];
  const { id: _, ...limits } = budgetRow("");
  await db.batch([
    db.insert(organizations).values({ ...limits, id: organizationId, alias: null, budgetId: null }),
    db.insert(organizationMembers).values(membershipsIn(place)),
    db.insert(teams).values(teamRow(teamId, { organizationId, members: membersOf(place) })),
    db.insert(users).values(people),
    db.insert(keys).values([asker.row, owned.row]),
    db.insert(budgets).values({ ...limits, id: place.budgetId }),
    db.insert(customers).values({ ...limits, id: place.customerId, alias: null, budgetId: null }),
    db.insert(tags).values({ ...limits, name: place.tag, description: null, budgetId: null }),
    db.insert(invitations).values({
      ...{ id: place.invitationId, userId, secretHash: "", acceptedAtMs: null, ...AUTHORS },
      expiresAtMs: Date.parse("2027-01-01"),
    }),
  ]);
  return place;
}

const AUTHORS = { createdAtMs: 0, createdBy: "test", updatedAtMs: 0, updatedBy: "test" };

export async function insertOpenTeam(): Promise<void> {
  await db.insert(teams).values(teamRow(OPEN_TEAM));
}

/** `org_admin` and `team_admin` are offices; as people they may only look. */
function personalRole(role: Role): string {
  const isOffice = role === "org_admin" || role === "team_admin" || role === "provisioning";
  return isOffice ? "internal_user_viewer" : role;
}

function membershipsIn({ role, organizationId, askerId, userId }: Place) {
  const member = { organizationId, userId, role: "internal_user" as const, ...AUTHORS };
  const admin = { organizationId, userId: askerId, role: "org_admin" as const, ...AUTHORS };
  return role === "org_admin" ? [member, admin] : [member];
}

function membersOf({ role, askerId, userId }: Place): TeamMember[] {
  const asker = role === "team_admin" ? ("admin" as const) : ("user" as const);
  const members: TeamMember[] = [{ role: asker, user_id: askerId, user_email: null }];
  return userId === askerId
    ? members
    : [...members, { role: "user", user_id: userId, user_email: null }];
}

async function newKey(changes: Partial<KeyRow>): Promise<{ key: string; row: KeyRow }> {
  const { teamId = null, userId = null } = changes;
  const accountId = await accountIdOf({ teamId, userId });
  const key = await mintKey(accountId, signer);
  return { key, row: keyRow(await hashKey(key), accountId, changes) };
}
