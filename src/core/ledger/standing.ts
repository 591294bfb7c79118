import type { AccessReply, Admission, KeyStanding } from "../ledger.ts";
import type { CallRecord } from "../record.ts";
import { periodAt, shownSpend } from "./counters.ts";
import { closedDoor } from "./decide.ts";
import type { KeyPolicy, Limits, Standing } from "./policy.ts";
import { rateStandings } from "./rates.ts";
import { findKeyPolicy, scopesOf, type AccountState, type Lease, type ScopeId } from "./state.ts";

/** What the caller of an admitted call is told. The lease may be open already. */
export function admissionOf(
  state: AccountState,
  lease: Lease,
  nowMs: number,
): Admission | undefined {
  const key = findKeyPolicy(state, lease.keyHash);
  if (key === undefined) return undefined;
  const { heldNanoUsd, outputTokensMax } = lease;
  return { heldNanoUsd, outputTokensMax, key: keyStanding(state, key, nowMs) };
}

function keyStanding(state: AccountState, key: KeyPolicy, nowMs: number): KeyStanding {
  return {
    alias: key.alias,
    teamId: key.teamId,
    teamAlias: (key.teamId === null ? undefined : state.teams.get(key.teamId)?.alias) ?? null,
    userId: key.userId,
    userEmail: key.userEmail,
    organizationId: key.organizationId,
    metadata: key.metadata,
    tags: key.tags,
    ...budgetStanding(state, `key:${key.hash}`, key.limits, nowMs),
    limits: rateStandings(state, scopesOf(state, key), nowMs),
  };
}

function budgetStanding(state: AccountState, id: ScopeId, { budgets }: Limits, nowMs: number) {
  const counters = state.counters.get(id);
  const [budget] = budgets;
  if (budget === undefined) {
    const spendNanoUsd = counters?.spentNanoUsd ?? 0;
    return { spendNanoUsd, maxBudgetNanoUsd: null, budgetResetAtMs: null };
  }
  const period = periodAt(counters, budget, nowMs, state.timeZone);
  return {
    spendNanoUsd: period.spentNanoUsd,
    maxBudgetNanoUsd: budget.limitNanoUsd,
    budgetResetAtMs: period.endMs,
  };
}

export function standingOf(state: AccountState, id: ScopeId, nowMs: number): Standing | undefined {
  const counters = state.counters.get(id);
  if (counters === undefined) return undefined;
  return {
    windowNanoUsd: shownSpend(counters, nowMs),
    lifetimeNanoUsd: counters.spentNanoUsd,
    heldNanoUsd: counters.heldNanoUsd,
  };
}

/** Which models each level allows, for those who only ask and spend nothing. */
export function accessOf(state: AccountState, keyHash: string, nowMs: number): AccessReply {
  const key = findKeyPolicy(state, keyHash);
  if (key === undefined) return { kind: "refused", refusal: { reason: "unknown-key" } };
  const scopes = scopesOf(state, key);
  const refusal = closedDoor(state, key, scopes, nowMs);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const lists = scopes.map(({ kind, models }) => ({ scope: kind, models: [...models] }));
  return { kind: "granted", lists };
}

/**
 * The record of a call nobody settled. Its draft was written before the account had named the key,
 * so the key's side is filled in here; its cost is the hold, split the way the bound was made.
 */
export function unsettledRecord(
  state: AccountState,
  lease: Lease,
  draft: CallRecord,
  nowMs: number,
): CallRecord {
  const { heldNanoUsd, inputNanoUsd } = lease;
  const output = heldNanoUsd - inputNanoUsd;
  return {
    ...draft,
    ...recordedKey(state, lease, draft, nowMs),
    ending: "unsettled",
    usageSource: "reserved",
    endedAtMs: nowMs,
    costNanoUsd: heldNanoUsd,
    cost: { input: inputNanoUsd, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 },
  };
}

function recordedKey(
  state: AccountState,
  lease: Lease,
  draft: CallRecord,
  nowMs: number,
): Partial<CallRecord> {
  const key = findKeyPolicy(state, lease.keyHash);
  if (key === undefined) return {};
  const standing = keyStanding(state, key, nowMs);
  return {
    keyAlias: standing.alias,
    teamId: standing.teamId,
    teamAlias: standing.teamAlias,
    userId: standing.userId,
    userEmail: standing.userEmail,
    organizationId: standing.organizationId,
    keyMetadata: standing.metadata,
    tags: [...new Set([...standing.tags, ...draft.tags])],
    keySpendNanoUsd: standing.spendNanoUsd,
    keyMaxBudgetNanoUsd: standing.maxBudgetNanoUsd,
    keyBudgetResetAtMs: standing.budgetResetAtMs,
  };
}
