import { namesModel } from "../access.ts";
import type { ScopeKind } from "../ledger.ts";
import { limitsOfModels } from "./budget.ts";
import { createCounters, type Counters } from "./counters.ts";
import {
  MASTER_KEY,
  MASTER_KEY_HASH,
  type KeyPolicy,
  type Limits,
  type TeamPolicy,
  type UserPolicy,
} from "./policy.ts";
import type { Slice } from "./shared/borrower.ts";
import type { Pass } from "./shared/pass.ts";

/** All an account knows, as plain data. Whoever keeps it makes it durable. */
export interface AccountState {
  keys: Map<string, KeyPolicy>;
  /** Hashes of rotated keys before and after their last rotation. */
  rotated: Map<string, string>;
  teams: Map<string, TeamPolicy>;
  users: Map<string, UserPolicy>;
  counters: Map<ScopeId, Counters>;
  leases: Map<string, Lease>;
  /** Of budgets it shares with other accounts, by the id of their counters. */
  slices: Map<ScopeId, Slice>;
  timeZone: string;
}

/**
 * Whose counters: `key:<hash>`, `team:<id>`, `user:<id>`, or `modelScopeId` of one of these. It is
 * never taken apart again.
 */
export type ScopeId = string;

/** Money, tokens and a place set aside for one call, until it settles or its deadline passes. */
export interface Lease {
  id: string;
  keyHash: string;
  /** The names its model goes by. */
  models: string[];
  /** Who pays, as it was when the call was admitted. */
  scopes: ScopeId[];
  heldNanoUsd: number;
  /** The part of the held money that pays for what the model reads. */
  inputNanoUsd: number;
  outputTokensMax: number;
  tokens: number;
  admittedAtMs: number;
  deadlineMs: number;
  /** Set where a party it shares with other accounts has rates. */
  pass?: Pass;
}

/** One party a call is charged to, with the rules it must obey. */
export interface Scope {
  kind: ScopeKind;
  id: ScopeId;
  /** For people: the alias or the id. */
  name: string;
  /** Set when this is the party's part for some models only: its name. */
  model: string | null;
  /** What the party may use. */
  models: readonly string[];
  limits: Limits;
  blocked: boolean;
}

export function createState(timeZone: string): AccountState {
  return {
    keys: new Map(),
    rotated: new Map(),
    teams: new Map(),
    users: new Map(),
    counters: new Map(),
    leases: new Map(),
    slices: new Map(),
    timeZone,
  };
}

/** Whose calls these are, whether or not the key may still be used: a former hash names it for ever. */
export function findKeyPolicy(state: AccountState, keyHash: string): KeyPolicy | undefined {
  if (keyHash === MASTER_KEY_HASH) return MASTER_KEY;
  return state.keys.get(keyHash) ?? state.keys.get(state.rotated.get(keyHash) ?? "");
}

/** Everybody who pays for a call of this key to a model of these names, each with its part for it. */
export function scopesOf(state: AccountState, key: KeyPolicy, models: readonly string[]): Scope[] {
  return partiesOf(state, key).flatMap((party) => [party, ...partsFor(models, party)]);
}

/**
 * The key, then its team and the member, or the person. A person's own budget is for their keys
 * outside of teams; inside one, what the team grants its member counts instead.
 */
export function partiesOf(state: AccountState, key: KeyPolicy): Scope[] {
  const scopes = [keyScope(key)];
  const team = key.teamId === null ? undefined : state.teams.get(key.teamId);
  if (team !== undefined) scopes.push(teamScope(team));
  const person = key.teamId === null ? userScope(state, key) : memberScope(team, key);
  if (person !== undefined) scopes.push(person);
  return scopes;
}

function keyScope({ hash, name, models, limits, blocked }: KeyPolicy): Scope {
  return { kind: "key", id: `key:${hash}`, name, model: null, models, limits, blocked };
}

function teamScope({ id, alias, models, limits, blocked }: TeamPolicy): Scope {
  const name = alias ?? id;
  return { kind: "team", id: `team:${id}`, name, model: null, models, limits, blocked };
}

function userScope(state: AccountState, { userId }: KeyPolicy): Scope | undefined {
  const user = userId === null ? undefined : state.users.get(userId);
  if (user === undefined) return undefined;
  const { id, email, models, limits, blocked } = user;
  const name = email ?? id;
  return { kind: "user", id: `user:${id}`, name, model: null, models, limits, blocked };
}

function memberScope(team: TeamPolicy | undefined, key: KeyPolicy): Scope | undefined {
  const { userId, userEmail } = key;
  if (team === undefined || userId === null) return undefined;
  const own = Object.hasOwn(team.members, userId) ? team.members[userId] : undefined;
  const limits = own ?? team.memberLimits;
  if (limits === null) return undefined;
  const name = userEmail ?? userId;
  const id = `user:${userId}`;
  return { kind: "user", id, name, model: null, models: [], limits, blocked: false };
}

/** Every entry that means the model binds, whatever the others say. */
function partsFor(models: readonly string[], party: Scope): Scope[] {
  const { byModel } = party.limits;
  const meant = byModel.filter((one) =>
    one.models.some((entry) => models.some((model) => namesModel(entry, model))),
  );
  return meant.map((one) => ({
    ...party,
    id: modelScopeId(party.id, one.name),
    model: one.name,
    limits: limitsOfModels(one),
  }));
}

/** Where a party's calls to some models are counted. The length keeps ids with colons apart. */
export function modelScopeId(party: ScopeId, name: string): ScopeId {
  return modelScopePrefix(party) + name;
}

/** All per-model counters of this party, those of entries that are gone included. */
export function modelScopesOf(state: AccountState, party: ScopeId): ScopeId[] {
  const prefix = modelScopePrefix(party);
  return [...state.counters.keys()].filter((id) => id.startsWith(prefix));
}

/** The same part of another party. */
export function movedScope(id: ScopeId, from: ScopeId, to: ScopeId): ScopeId {
  if (id === from) return to;
  const prefix = modelScopePrefix(from);
  return id.startsWith(prefix) ? modelScopePrefix(to) + id.slice(prefix.length) : id;
}

function modelScopePrefix(party: ScopeId): string {
  return `model:${party.length}:${party}:`;
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

export function release(counters: Counters, lease: Lease): void {
  counters.heldNanoUsd -= lease.heldNanoUsd;
  counters.heldTokens -= lease.tokens;
  counters.inFlight -= 1;
}
