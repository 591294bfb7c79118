import type { KeyPolicy } from "./policy.ts";
import {
  findKeyPolicy,
  modelScopesOf,
  movedScope,
  type AccountState,
  type Lease,
  type ScopeId,
} from "./state.ts";

/**
 * A rotated key is the same key under another hash: its counters and its calls in flight go on under
 * the new one, and the old one is remembered, so that whoever still uses it shares them.
 */

/** The key this hash opens now. A former hash does so only while its time of grace lasts. */
export function findOpenKey(
  state: AccountState,
  keyHash: string,
  nowMs: number,
): KeyPolicy | undefined {
  const key = findKeyPolicy(state, keyHash);
  if (key === undefined || key.hash === keyHash) return key;
  return key.previous !== null && nowMs < key.previous.untilMs ? key : undefined;
}

/** Takes a key into memory, in place of what was known of it. */
export function enterKey(state: AccountState, policy: KeyPolicy): void {
  removeKey(state, policy.hash);
  state.keys.set(policy.hash, policy);
  // A policy stored by an older version says nothing of it.
  if (policy.previous) state.rotated.set(policy.previous.hash, policy.hash);
}

export function removeKey(state: AccountState, keyHash: string): void {
  const former = state.keys.get(keyHash)?.previous?.hash;
  if (former !== undefined && state.rotated.get(former) === keyHash) state.rotated.delete(former);
  state.keys.delete(keyHash);
}

/** The hash under which the account knows a key that is about to be kept, if it is another one. */
export function formerHash(state: AccountState, policy: KeyPolicy): string | undefined {
  if (!policy.previous) return undefined;
  const { hash } = policy.previous;
  // Somebody may have tried to rotate it before, to a hash that nobody was told.
  const known = state.keys.has(hash) ? hash : (state.rotated.get(hash) ?? hash);
  return known === policy.hash ? undefined : known;
}

/** What became of a key's books, for whoever makes it durable. */
export interface Renaming {
  /** Old ids and new ones. */
  counters: [from: ScopeId, to: ScopeId][];
  leases: Lease[];
}

/** Goes on counting for `to` where `from` stops. */
export function renameKey(state: AccountState, from: string, to: string): Renaming {
  const [party, renamed] = [`key:${from}`, `key:${to}`];
  const counters: Renaming["counters"] = [];
  for (const id of [party, ...modelScopesOf(state, party)]) {
    const known = state.counters.get(id);
    if (known === undefined) continue;
    const next = movedScope(id, party, renamed);
    state.counters.delete(id);
    state.counters.set(next, known);
    counters.push([id, next]);
  }
  const leases = [...state.leases.values()].filter((lease) => lease.keyHash === from);
  for (const lease of leases) renameLease(lease, from, to);
  removeKey(state, from);
  return { counters, leases };
}

/** Also for closed leases, whose calls still count against rates for a minute. */
export function renameLease(lease: Lease, from: string, to: string): void {
  if (lease.keyHash !== from) return;
  lease.keyHash = to;
  lease.scopes = lease.scopes.map((id) => movedScope(id, `key:${from}`, `key:${to}`));
}
