import type { ScopeKind } from "../ledger.ts";
import { createCounters, type Counters } from "./counters.ts";
import {
  MASTER_KEY,
  MASTER_KEY_HASH,
  type KeyPolicy,
  type Limits,
  type TeamPolicy,
  type UserPolicy,
} from "./policy.ts";

/** All an account knows, as plain data. Whoever keeps it makes it durable. */
export interface AccountState {
  keys: Map<string, KeyPolicy>;
  teams: Map<string, TeamPolicy>;
  users: Map<string, UserPolicy>;
  counters: Map<ScopeId, Counters>;
  leases: Map<string, Lease>;
  timeZone: string;
}

/** `key:<hash>`, `team:<id>`, `user:<id>`; inside a team's account the last is the member. */
export type ScopeId = `${ScopeKind}:${string}`;

/** Money, tokens and a place set aside for one call, until it settles or its deadline passes. */
export interface Lease {
  id: string;
  keyHash: string;
  /** Who pays, as it was when the call was admitted. */
  scopes: ScopeId[];
  heldNanoUsd: number;
  /** The part of the held money that pays for what the model reads. */
  inputNanoUsd: number;
  outputTokensMax: number;
  tokens: number;
  admittedAtMs: number;
  deadlineMs: number;
}

/** One party a call is charged to, with the rules it must obey. */
export interface Scope {
  kind: ScopeKind;
  id: ScopeId;
  /** For people: the alias or the id. */
  name: string;
  models: readonly string[];
  limits: Limits;
  blocked: boolean;
}

export function createState(timeZone: string): AccountState {
  return {
    keys: new Map(),
    teams: new Map(),
    users: new Map(),
    counters: new Map(),
    leases: new Map(),
    timeZone,
  };
}

export function findKeyPolicy(state: AccountState, keyHash: string): KeyPolicy | undefined {
  return keyHash === MASTER_KEY_HASH ? MASTER_KEY : state.keys.get(keyHash);
}

/**
 * The key, then its team and the member, or the person. A person's own budget is for their keys
 * outside of teams; inside one, what the team grants its member counts instead.
 */
export function scopesOf(state: AccountState, key: KeyPolicy): Scope[] {
  const scopes = [keyScope(key)];
  const team = key.teamId === null ? undefined : state.teams.get(key.teamId);
  if (team !== undefined) scopes.push(teamScope(team));
  const person = key.teamId === null ? userScope(state, key) : memberScope(team, key);
  if (person !== undefined) scopes.push(person);
  return scopes;
}

function keyScope({ hash, name, models, limits, blocked }: KeyPolicy): Scope {
  return { kind: "key", id: `key:${hash}`, name, models, limits, blocked };
}

function teamScope({ id, alias, models, limits, blocked }: TeamPolicy): Scope {
  return { kind: "team", id: `team:${id}`, name: alias ?? id, models, limits, blocked };
}

function userScope(state: AccountState, { userId }: KeyPolicy): Scope | undefined {
  const user = userId === null ? undefined : state.users.get(userId);
  if (user === undefined) return undefined;
  const { id, email, models, limits, blocked } = user;
  return { kind: "user", id: `user:${id}`, name: email ?? id, models, limits, blocked };
}

function memberScope(team: TeamPolicy | undefined, key: KeyPolicy): Scope | undefined {
  const { userId, userEmail } = key;
  if (team === undefined || userId === null) return undefined;
  const own = Object.hasOwn(team.members, userId) ? team.members[userId] : undefined;
  const limits = own ?? team.memberLimits;
  if (limits === null) return undefined;
  const name = userEmail ?? userId;
  return { kind: "user", id: `user:${userId}`, name, models: [], limits, blocked: false };
}

/** The counters of a scope, made when first needed: what its live leases hold is counted in. */
export function countersOf(state: AccountState, id: ScopeId, spentNanoUsd = 0): Counters {
  const known = state.counters.get(id);
  if (known !== undefined) return known;
  const made = createCounters(spentNanoUsd);
  for (const lease of state.leases.values()) {
    if (lease.scopes.includes(id)) hold(made, lease);
  }
  state.counters.set(id, made);
  return made;
}

export function hold(counters: Counters, lease: Lease): void {
  counters.heldNanoUsd += lease.heldNanoUsd;
  counters.heldTokens += lease.tokens;
  counters.inFlight += 1;
}
