import type {
  AccessReply,
  Admission,
  BudgetStanding,
  KeyStanding,
  Refusal,
  ReserveRequest,
  Visit,
} from "../ledger.ts";
import type { CallRecord } from "../record.ts";
import { aliasesOf, modelNames } from "./aliases.ts";
import { limitAt } from "./budget.ts";
import { periodAt, shownSpend } from "./counters.ts";
import { closedDoor, closedRoute } from "./door.ts";
import { pursesOf, type Purse } from "./money.ts";
import type { KeyPolicy, Limits, ScopeName, Standing, TeamPolicy } from "./policy.ts";
import { rateStandings } from "./rates.ts";
import { codeOfRefusal, statusOfRefusal } from "./refusal-code.ts";
import { findOpenKey } from "./rotation.ts";
import {
  NO_ATTRIBUTION,
  regionsOf,
  sharedNamesOf,
  sharedPurses,
  sharedScopes,
} from "./shared/purse.ts";
import {
  findKeyPolicy,
  modelScopeId,
  partiesOf,
  scopesOf,
  type AccountState,
  type Lease,
  type ScopeId,
} from "./state.ts";

/** What the caller of an admitted call is told. The lease may be open already. */
export function admissionOf(
  state: AccountState,
  lease: Lease,
  nowMs: number,
): Admission | undefined {
  const key = findKeyPolicy(state, lease.keyHash);
  if (key === undefined) return undefined;
  const { heldNanoUsd, outputTokensMax } = lease;
  const standing = keyStanding(state, key, lease.models, nowMs);
  const shared = sharedPurses(state, lease.scopes, nowMs).map(withoutHolds);
  const budgets = [...standing.budgets, ...shared];
  const regions = regionsOf(state, lease.scopes);
  return { heldNanoUsd, outputTokensMax, key: { ...standing, budgets, regions } };
}

/** The key as it stands, before or after a call to these models. */
export function keyStanding(
  state: AccountState,
  key: KeyPolicy,
  models: readonly string[],
  nowMs: number,
): KeyStanding {
  const scopes = scopesOf(state, key, models);
  const team = key.teamId === null ? undefined : state.teams.get(key.teamId);
  return {
    alias: key.alias,
    teamId: key.teamId,
    teamAlias: team?.alias ?? null,
    userId: key.userId,
    userEmail: key.userEmail,
    organizationId: key.organizationId ?? team?.organizationId ?? null,
    metadata: key.metadata,
    tags: key.tags,
    ...routerStanding(key, team),
    regions: [],
    ...budgetStanding(state, `key:${key.hash}`, key.limits, nowMs),
    limits: rateStandings(state, scopes, nowMs),
    budgets: pursesOf(state, scopes, nowMs).map(withoutHolds),
  };
}

/** Nothing at all for the many who have none. */
function routerStanding(
  { routerSettings: own }: KeyPolicy,
  team: TeamPolicy | undefined,
): Pick<KeyStanding, "routerSettings"> {
  const teams = team?.routerSettings;
  return own === undefined && teams === undefined ? {} : { routerSettings: { ...teams, ...own } };
}

/** What calls hold changes from moment to moment and is nothing a caller could pay or plan with. */
function withoutHolds({ heldNanoUsd: _, ...budget }: Purse): BudgetStanding {
  return budget;
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
    maxBudgetNanoUsd: limitAt(budget, nowMs),
    budgetResetAtMs: period.endMs,
  };
}

/** Of a party, or of its part for some models. */
export function standingOfName(
  state: AccountState,
  { kind, id, model }: ScopeName,
  nowMs: number,
): Standing | undefined {
  const party: ScopeId = `${kind}:${id}`;
  return standingOf(state, model === undefined ? party : modelScopeId(party, model), nowMs);
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
export function accessOf(
  state: AccountState,
  keyHash: string,
  visit: Visit | undefined,
  nowMs: number,
): AccessReply {
  const key = findOpenKey(state, keyHash, nowMs);
  if (key === undefined) return { kind: "refused", refusal: { reason: "unknown-key" } };
  const sharing = sharedScopes(state, sharedNamesOf(state, key, NO_ATTRIBUTION));
  const parties = [...partiesOf(state, key), ...sharing];
  const refusal =
    closedDoor(state, key, parties, nowMs) ??
    (visit === undefined ? undefined : closedRoute(key, visit));
  if (refusal !== undefined) return { kind: "refused", refusal };
  const lists = parties.map(({ kind, models }) => ({ scope: kind, models: [...models] }));
  const standing = keyStanding(state, key, [], nowMs);
  return { kind: "granted", lists, aliases: aliasesOf(state, key), key: standing };
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

/** The record of a call that was refused here: nobody was asked, and it cost nothing. */
export function refusedRecord(
  state: AccountState,
  request: ReserveRequest,
  refusal: Refusal,
  nowMs: number,
): CallRecord {
  const { keyHash, draft } = request;
  return {
    ...draft,
    ...recordedKey(state, { keyHash, models: modelNames(request) }, draft, nowMs),
    statusCode: statusOfRefusal(refusal, request),
    ending: "refused",
    errorCode: codeOfRefusal(refusal),
    usageSource: "none",
    endedAtMs: Math.max(nowMs, draft.startedAtMs),
  };
}

function recordedKey(
  state: AccountState,
  lease: Pick<Lease, "keyHash" | "models">,
  draft: CallRecord,
  nowMs: number,
): Partial<CallRecord> {
  const key = findKeyPolicy(state, lease.keyHash);
  if (key === undefined) return {};
  const standing = keyStanding(state, key, lease.models, nowMs);
  return {
    keyHash: key.hash,
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
