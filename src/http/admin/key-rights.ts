import type { Asker, Coverage } from "../../core/roles.ts";
import { mayCallRoute } from "../../core/routes.ts";
import type { KeyRow, TeamRow } from "../../platform/db/schema/identity.ts";
import { fieldIn, listOf, widerField } from "./key-ceiling.ts";

/**
 * What people who are no administrators may make of keys. Whether they reach the key at all is said
 * in `core/roles.ts`; here is what they may ask for it. The idea: nobody makes a key that can do more
 * than they can themselves.
 */
export interface KeyWish {
  asker: Asker;
  /** What the action reaches: their teams decide what plain members may do with keys. */
  coverage: Coverage;
  /** The key they ask with; `undefined` when they ask otherwise. */
  own: KeyRow | undefined;
  /** Null: the key is new. */
  before: KeyRow | null;
  after: KeyRow;
  /** Names of the fields they sent. */
  fields: ReadonlySet<string>;
  /** The key's team after the change. */
  team: TeamRow | undefined;
  /** They will see the key itself. */
  isShown: boolean;
}

export interface Overreach {
  param: string;
  message: string;
}

/** What of it they may not, if anything. */
export function overreachOf(wish: KeyWish): Overreach | undefined {
  if (wish.asker.roles.includes("proxy_admin")) return undefined;
  return (
    administratorsField(wish) ??
    strangeOwner(wish) ??
    strangeOrganization(wish) ??
    wide(wish) ??
    givenKey(wish)
  );
}

/** Money, and rights in the gateway, are an administrator's to give. */
const ADMINISTRATORS = ["spend", "permissions", "budget_id", "temp_budget_increase"];
const MANAGING_TYPES = new Set<unknown>(["management", "provisioning"]);

function administratorsField({ own, before, after, fields }: KeyWish): Overreach | undefined {
  const field = ADMINISTRATORS.find((one) => fields.has(one) && !isLeft(one, own, before, after));
  if (field !== undefined) return only(field, `Only proxy admins can set ${field}.`);
  const raise = "temp_budget_increase";
  const raised = after.metadata[raise];
  if (raised !== undefined && raised !== before?.metadata[raise]) {
    return only("metadata", `Only proxy admins can set ${raise}.`);
  }
  const type = after.settings["key_type"];
  return MANAGING_TYPES.has(type) && type !== before?.settings["key_type"]
    ? only("key_type", `Only proxy admins can make keys of type ${String(type)}.`)
    : undefined;
}

/** Said, but as it is anyway: LiteLLM's clients send a spend of 0 with every new key. */
function isLeft(field: string, own: KeyRow | undefined, before: KeyRow | null, after: KeyRow) {
  // What a row says was spent may be behind, so setting it to that is setting it.
  if (field === "spend") return before === null && after.spendNanoUsd === 0;
  const value = fieldIn(after, field);
  const said = JSON.stringify(value);
  const was = before === null ? ["null", "{}"] : [JSON.stringify(fieldIn(before, field))];
  return was.includes(said) || (before === null && value === own?.settings[field]);
}

/**
 * A key acts as the person it belongs to. So one for somebody else is a team administrator's to make
 * for a member of the team, and can do nothing but call models.
 */
function strangeOwner(wish: KeyWish): Overreach | undefined {
  const { asker, coverage, before, after, team, isShown } = wish;
  const { userId, settings } = after;
  if (userId === asker.userId && userId !== null) return undefined;
  const isMember = team?.members.some((one) => one.user_id === userId) === true;
  const isNamed = userId !== null && before?.userId !== userId;
  if (isNamed ? !isMember || !isOffice(asker, after) : !reaches(coverage, after)) {
    return only("user_id", "Keys are for yourself, or for members of teams you administer.");
  }
  return userId === null || !isShown || onlyCalls(listOf(settings["allowed_routes"]))
    ? undefined
    : only("allowed_routes", "A key for somebody else needs key_type=llm_api: it may only call.");
}

const CALLS = ["llm_api_routes", "openai_routes", "anthropic_routes", "google_routes"];

function onlyCalls(routes: readonly string[]): boolean {
  return (
    routes.length > 0 &&
    routes.every((one) => CALLS.includes(one) || mayCallRoute(["llm_api_routes"], one))
  );
}

function strangeOrganization({ asker, before, after, team }: KeyWish): Overreach | undefined {
  const { organizationId } = after;
  return organizationId === null ||
    organizationId === before?.organizationId ||
    organizationId === team?.organizationId ||
    asker.organizationIds.includes(organizationId)
    ? undefined
    : only("organization_id", `You do not belong to organization=${organizationId}.`);
}

/** A key nobody asks more for than a name may stay as it is. */
function wide({ own, before, after, fields }: KeyWish): Overreach | undefined {
  if (own === undefined || (before !== null && substance(fields) === undefined)) return undefined;
  const field = widerField(own, after);
  return field === undefined
    ? undefined
    : only(field, `Your own key does not have as much: see its ${field}.`);
}

/**
 * Who has a key without having made it may name it, block it, renew it and give it back. What it may
 * do was decided by somebody else.
 */
const NAMING = new Set([
  "key",
  "key_alias",
  "new_key",
  "grace_period",
  "aws_access_key",
  "blocked",
]);

function substance(fields: ReadonlySet<string>): string | undefined {
  return [...fields].find((one) => !NAMING.has(one));
}

/** Set where somebody decided about a key that others made: from then on it is like one that was given. */
const DECIDED = "decided_by_administrator";

export function withDecision(asker: Asker, before: KeyRow, after: KeyRow, body: object): KeyRow {
  if (before.createdBy === asker.userId || substance(sentFields(body)) === undefined) return after;
  return { ...after, settings: { ...after.settings, [DECIDED]: true } };
}

export function sentFields(body: object): Set<string> {
  const sent = Object.entries(body).filter(([, value]) => value !== undefined);
  return new Set(sent.map(([name]) => name));
}

function givenKey(wish: KeyWish): Overreach | undefined {
  const { asker, coverage, before, after, fields } = wish;
  if (before === null || reaches(coverage, before)) return undefined;
  if (before.blocked === true && after.blocked !== true) {
    return only("blocked", "The key was blocked; ask whoever administers it.");
  }
  const isTheirs = before.createdBy === asker.userId && before.settings[DECIDED] !== true;
  if (isTheirs) return undefined;
  const field = substance(fields);
  return field === undefined
    ? undefined
    : only(field, `This key was given to you, so its ${field} is not yours to change.`);
}

/** By more than having it: as administrators, or because the team lets its members. */
function reaches(coverage: Coverage, { teamId, organizationId }: KeyRow): boolean {
  if (coverage.kind === "all") return true;
  return (
    (teamId !== null && coverage.teamIds.includes(teamId)) ||
    (organizationId !== null && coverage.organizationIds.includes(organizationId))
  );
}

/** Do they administer the key's team or organization? */
function isOffice(
  { adminTeamIds, adminOrganizationIds }: Asker,
  { teamId, organizationId }: KeyRow,
): boolean {
  return (
    (teamId !== null && adminTeamIds.includes(teamId)) ||
    (organizationId !== null && adminOrganizationIds.includes(organizationId))
  );
}

function only(param: string, message: string): Overreach {
  return { param, message };
}
