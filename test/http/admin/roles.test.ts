import { beforeAll, describe, expect, it } from "vitest";
import { PERMISSIONS, ROLES, type Reach, type Role } from "../../../src/core/roles.ts";
import { ADMIN_ROUTES } from "../../../src/http/admin/index.ts";
import type { AdminRoute } from "../../../src/http/admin/route.ts";
import { budgets, customers, tags } from "../../../src/platform/db/schema/budgets.ts";
import { keys, teams, users } from "../../../src/platform/db/schema/identity.ts";
import { invitations } from "../../../src/platform/db/schema/invitations.ts";
import {
  organizationMembers,
  organizations,
} from "../../../src/platform/db/schema/organizations.ts";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin, db } from "./admin.ts";
import { createPlace, insertOpenTeam, OPEN_TEAM, type Place } from "./places.ts";
import { SAMPLES, type Sample } from "./role-samples.ts";
import { call as record, insertTraffic } from "./traffic.ts";

const { request } = createAdmin({
  config: loaded({
    litellm_settings: { default_internal_user_params: { available_teams: [OPEN_TEAM] } },
  }),
});

const nameOf = ({ method, paths }: AdminRoute): string => `${method} ${paths[0]}`;

/** A sample nobody wrote makes the route fail by its name below. */
const NO_SAMPLE: Sample = { ask: () => ({}) };
const sampleOf = (route: AdminRoute): Sample => SAMPLES[nameOf(route)] ?? NO_SAMPLE;

/** The reaches of everybody in `ROLES`; offices are held by people who may otherwise only look. */
function reachesOf({ action }: AdminRoute, role: Role): Set<Reach> {
  const held: Role[] = [role];
  if (role === "org_admin" || role === "team_admin") held.push("internal_user_viewer");
  return new Set(held.flatMap((one) => PERMISSIONS[action][one] ?? []));
}

/** What an asker owns: with an office that does not reach this action, only what is their own. */
function ownOf(place: Place, reaches: Set<Reach>): Place {
  if (reaches.size > 1 || !reaches.has("own")) return place;
  const { askerId: userId, askerKeyHash } = place;
  if (place.userId === userId) return place;
  return { ...place, userId, keyHash: askerKeyHash, keyTeamId: null };
}

function isOffice(reaches: Set<Reach>): boolean {
  return [...reaches].some((reach) => reach !== "own");
}

async function call(route: AdminRoute, place: Place, wish: ReturnType<Sample["ask"]>) {
  const { params = {}, query = {}, body = {} } = wish;
  const path = route.paths[0].replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? "nothing"),
  );
  const isRead = route.method === "GET";
  const asked = isRead ? `${path}?${new URLSearchParams(query).toString()}` : path;
  return request(asked, {
    method: route.method,
    headers: { authorization: `Bearer ${place.askerKey}`, "content-type": "application/json" },
    ...(isRead ? {} : { body: JSON.stringify(body) }),
  });
}

/** Everything the management API changes. */
async function everything(): Promise<string> {
  const rows = await db.batch([
    db.select().from(keys),
    db.select().from(teams),
    db.select().from(users),
    db.select().from(organizations),
    db.select().from(organizationMembers),
    db.select().from(budgets),
    db.select().from(customers),
    db.select().from(tags),
    db.select().from(invitations),
  ]);
  return JSON.stringify(rows);
}

let foreign: Place;
const standing = new Map<Role, Place>();

beforeAll(async () => {
  await insertOpenTeam();
  foreign = await createPlace("proxy_admin_viewer");
  await insertTraffic([spentIn(foreign)]);
  for (const role of ROLES) standing.set(role, await createPlace(role));
});

function spentIn({ userId, email, teamId, organizationId, keyHash, tag, customerId }: Place) {
  const owner = { userId, userEmail: email, teamId, organizationId, keyHash };
  return record("of-others", { ...owner, tags: [tag], endUser: customerId });
}

function standingPlace(role: Role): Place {
  const place = standing.get(role);
  if (place === undefined) throw new Error(`nobody is ${role}`);
  return place;
}

describe("every route of the management API", () => {
  it("has a sample in role-samples.ts", () => {
    const names = ADMIN_ROUTES.map(nameOf);
    expect(names.filter((name) => SAMPLES[name] === undefined)).toEqual([]);
    expect(Object.keys(SAMPLES).filter((name) => !names.includes(name))).toEqual([]);
  });

  describe.each(ADMIN_ROUTES.map((route) => [nameOf(route), route] as const))("%s", (_, route) => {
    const sample = sampleOf(route);

    it("turns away who lacks the action, before it looks at what they want", async () => {
      const lacking = ROLES.filter((role) => reachesOf(route, role).size === 0);
      const before = await everything();
      for (const role of lacking) {
        const place = standingPlace(role);
        const path = route.paths[0].replaceAll(/:\w+/g, "nothing");
        const authorization = `Bearer ${place.askerKey}`;
        const unreadable = route.method === "GET" ? {} : { body: "{" };
        const init = { method: route.method, headers: { authorization }, ...unreadable };
        const answer = await request(path, init);
        expect(answer.status, role).toBe(403);
      }
      expect(await everything()).toBe(before);
    });

    it("serves who has the action and owns what they ask for", async () => {
      for (const role of ROLES) {
        if (reachesOf(route, role).size === 0) continue;
        const place = route.method === "GET" ? standingPlace(role) : await createPlace(role);
        const reaches = reachesOf(route, role);
        const answer = await call(route, place, sample.ask(ownOf(place, reaches)));
        if (sample.needsMaster === true || (sample.needsOffice === true && !isOffice(reaches))) {
          expect(answer.status, role).toBe(403);
          continue;
        }
        const shown = `${role}: ${answer.status} ${(await answer.text()).slice(0, 300)}`;
        expect([401, 403], shown).not.toContain(answer.status);
        expect(answer.status, shown).toBeLessThan(500);
        if (sample.mayFail !== true) expect(answer.status, shown).toBe(200);
      }
    });

    it("keeps who has the action off what is others'", async () => {
      const before = await everything();
      for (const role of ROLES) {
        const reaches = reachesOf(route, role);
        if (reaches.size === 0 || reaches.has("all")) continue;
        const place = standingPlace(role);
        const wish = sample.ask({ ...foreign, newId: place.newId });
        const answer = await call(route, place, wish);
        const text = await answer.text();
        const shown = `${role}: ${answer.status} ${text.slice(0, 300)}`;
        if (sample.isList === true) expect(namesIn(text, wish), shown).toEqual([]);
        else expect(answer.status, shown).toBe(403);
      }
      expect(await everything()).toBe(before);
    });
  });
});

/** Of what is others', all that an answer gives away; what it was asked with is no secret. */
function namesIn(answer: string, wish: object): string[] {
  const { userId, email, teamId, organizationId, keyHash, tag, customerId, askerId } = foreign;
  const names = [userId, email, teamId, organizationId, keyHash, tag, customerId, askerId];
  const asked = JSON.stringify(wish);
  return names.filter((name) => answer.includes(`"${name}"`) && !asked.includes(`"${name}"`));
}
