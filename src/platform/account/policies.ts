import { fitCounters } from "../../core/ledger/apply.ts";
import {
  NOTHING_SPENT,
  type Budget,
  type KeyPolicy,
  type Spent,
  type TeamPolicy,
  type UserPolicy,
} from "../../core/ledger/policy.ts";
import type { AccountState, ScopeId } from "../../core/ledger/state.ts";
import type { FoundKey } from "./known-keys.ts";
import { deleteKey, saveCounters, savePolicy } from "./storage.ts";

/** Where an account's rules are kept, in memory and on disk. Change them inside a transaction. */
export interface Keeper {
  sql: SqlStorage;
  state: AccountState;
  nowMs: number;
}

export function keepKey(keeper: Keeper, policy: KeyPolicy, spent: Spent): void {
  keeper.state.keys.set(policy.hash, policy);
  savePolicy(keeper.sql, "key", policy.hash, policy);
  fit(keeper, `key:${policy.hash}`, policy.limits.budgets, spent);
}

export function keepTeam(keeper: Keeper, policy: TeamPolicy, spent: Spent): void {
  keeper.state.teams.set(policy.id, policy);
  savePolicy(keeper.sql, "team", policy.id, policy);
  fit(keeper, `team:${policy.id}`, policy.limits.budgets, spent);
  for (const userId of membersMet(keeper, policy)) {
    const limits = policy.members[userId] ?? policy.memberLimits;
    fit(keeper, `user:${userId}`, limits?.budgets ?? [], NOTHING_SPENT);
  }
}

export function keepUser(keeper: Keeper, policy: UserPolicy, spent: Spent): void {
  keeper.state.users.set(policy.id, policy);
  savePolicy(keeper.sql, "user", policy.id, policy);
  fit(keeper, `user:${policy.id}`, policy.limits.budgets, spent);
}

/** What an administrator put here meanwhile is newer than what was read from D1. */
export function keepFound(keeper: Keeper, found: Extract<FoundKey, { kind: "here" }>): void {
  const { key, team, user, spentNanoUsd } = found;
  const { keys, teams, users } = keeper.state;
  if (!keys.has(key.hash)) keepKey(keeper, key, lifelong(spentNanoUsd.key));
  if (team !== undefined && !teams.has(team.id)) {
    keepTeam(keeper, team, lifelong(spentNanoUsd.team));
  }
  if (user !== undefined && !users.has(user.id)) {
    keepUser(keeper, user, lifelong(spentNanoUsd.user));
  }
}

export function forgetKey({ sql, state }: Keeper, keyHash: string): void {
  deleteKey(sql, keyHash);
  state.keys.delete(keyHash);
  state.counters.delete(`key:${keyHash}`);
}

/** Those the team names, and those whose calls were counted under its limits for members. */
function membersMet({ state }: Keeper, policy: TeamPolicy): Set<string> {
  const counted = [...state.counters.keys()].filter((id) => id.startsWith("user:"));
  return new Set([
    ...Object.keys(policy.members),
    ...counted.map((id) => id.slice("user:".length)),
  ]);
}

function fit(
  { sql, state, nowMs }: Keeper,
  id: ScopeId,
  budgets: readonly Budget[],
  spent: Spent,
): void {
  saveCounters(sql, id, fitCounters(state, id, budgets, spent, nowMs));
}

/** D1 knows only one figure: for a budget with windows it is taken as spent in the current one. */
function lifelong(spentNanoUsd: number): Spent {
  return { windowNanoUsd: spentNanoUsd, lifetimeNanoUsd: spentNanoUsd };
}
