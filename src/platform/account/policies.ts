import { fitCounters, resetSpend } from "../../core/ledger/apply.ts";
import { countedBudgets, limitsOfModels } from "../../core/ledger/budget.ts";
import {
  NO_LIMITS,
  NOTHING_SPENT,
  type KeyPolicy,
  type Limits,
  type Spent,
  type TeamPolicy,
  type UserPolicy,
} from "../../core/ledger/policy.ts";
import { enterKey, formerHash, removeKey, renameKey } from "../../core/ledger/rotation.ts";
import {
  countersOf,
  modelScopeId,
  modelScopesOf,
  type AccountState,
  type ScopeId,
} from "../../core/ledger/state.ts";
import type { FoundKey } from "./known-keys.ts";
import {
  deleteCounters,
  deleteKey,
  renameClosedLeases,
  saveCounters,
  saveLease,
  savePolicy,
} from "./storage.ts";

/** Where an account's rules are kept, in memory and on disk. Change them inside a transaction. */
export interface Keeper {
  sql: SqlStorage;
  state: AccountState;
  nowMs: number;
}

/** Sets what was spent. */
export function resetCounters({ sql, state }: Keeper, id: ScopeId, spentNanoUsd: number): void {
  const counters = countersOf(state, id);
  resetSpend(counters, spentNanoUsd);
  saveCounters(sql, id, counters);
}

/** A key that was rotated takes its books along. */
export function keepKey(keeper: Keeper, policy: KeyPolicy, spent: Spent): void {
  const former = formerHash(keeper.state, policy);
  if (former !== undefined) rotate(keeper, former, policy.hash);
  enterKey(keeper.state, policy);
  savePolicy(keeper.sql, "key", policy.hash, policy);
  fit(keeper, `key:${policy.hash}`, policy.limits, spent);
}

export function keepTeam(keeper: Keeper, policy: TeamPolicy, spent: Spent): void {
  keeper.state.teams.set(policy.id, policy);
  savePolicy(keeper.sql, "team", policy.id, policy);
  fit(keeper, `team:${policy.id}`, policy.limits, spent);
  for (const userId of membersMet(keeper, policy)) {
    const limits = policy.members[userId] ?? policy.memberLimits;
    fit(keeper, `user:${userId}`, limits ?? NO_LIMITS, NOTHING_SPENT);
  }
}

export function keepUser(keeper: Keeper, policy: UserPolicy, spent: Spent): void {
  keeper.state.users.set(policy.id, policy);
  savePolicy(keeper.sql, "user", policy.id, policy);
  fit(keeper, `user:${policy.id}`, policy.limits, spent);
}

/** What an administrator put here meanwhile is newer than what was read from D1. */
export function keepFound(keeper: Keeper, found: Extract<FoundKey, { kind: "here" }>): void {
  const { key, team, user, spentNanoUsd } = found;
  const { keys, teams, users, rotated } = keeper.state;
  const later = rotated.get(key.hash);
  // The account heard of a rotation that was taken back, because its word was lost.
  if (later !== undefined && !keys.has(key.hash)) rotate(keeper, later, key.hash);
  if (!keys.has(key.hash)) keepKey(keeper, key, lifelong(spentNanoUsd.key));
  if (team !== undefined && !teams.has(team.id)) {
    keepTeam(keeper, team, lifelong(spentNanoUsd.team));
  }
  if (user !== undefined && !users.has(user.id)) {
    keepUser(keeper, user, lifelong(spentNanoUsd.user));
  }
}

function rotate({ sql, state, nowMs }: Keeper, from: string, to: string): void {
  const { counters, leases } = renameKey(state, from, to);
  deleteKey(sql, from);
  for (const [old, id] of counters) {
    deleteCounters(sql, old);
    const known = state.counters.get(id);
    if (known !== undefined) saveCounters(sql, id, known);
  }
  for (const lease of leases) saveLease(sql, lease);
  renameClosedLeases(sql, from, to, nowMs);
}

export function forgetKey({ sql, state }: Keeper, keyHash: string): void {
  deleteKey(sql, keyHash);
  removeKey(state, keyHash);
  const id: ScopeId = `key:${keyHash}`;
  for (const one of [id, ...modelScopesOf(state, id)]) {
    deleteCounters(sql, one);
    state.counters.delete(one);
  }
}

/** Those the team names, and those whose calls were counted under its limits for members. */
function membersMet({ state }: Keeper, policy: TeamPolicy): Set<string> {
  const counted = [...state.counters.keys()].filter((id) => id.startsWith("user:"));
  return new Set([
    ...Object.keys(policy.members),
    ...counted.map((id) => id.slice("user:".length)),
  ]);
}

function fit(keeper: Keeper, id: ScopeId, limits: Limits, spent: Spent): void {
  const { sql, state, nowMs } = keeper;
  saveCounters(sql, id, fitCounters(state, id, countedBudgets(limits), spent, nowMs));
  for (const entry of limits.byModel) {
    const part = modelScopeId(id, entry.name);
    // What was never called has no books yet. Those of an entry that is gone stay: were they closed,
    // taking an entry out and putting it back would be a way to spend twice.
    if (state.counters.has(part)) fit(keeper, part, limitsOfModels(entry), NOTHING_SPENT);
  }
}

/** D1 knows only one figure: for a budget with windows it is taken as spent in the current one. */
function lifelong(spentNanoUsd: number): Spent {
  return { windowNanoUsd: spentNanoUsd, lifetimeNanoUsd: spentNanoUsd };
}
