import { NO_USAGE } from "../../../src/core/chat.ts";
import { fitCounters } from "../../../src/core/ledger/apply.ts";
import { countedBudgets } from "../../../src/core/ledger/budget.ts";
import {
  NO_LIMITS,
  NOTHING_SPENT,
  type KeyPolicy,
  type Limits,
  type ModelLimits,
  type TeamPolicy,
  type UserPolicy,
} from "../../../src/core/ledger/policy.ts";
import { createState, type AccountState } from "../../../src/core/ledger/state.ts";
import type { ReserveRequest } from "../../../src/core/ledger.ts";
import type { CallRecord } from "../../../src/core/record.ts";

/** 14 November 2023, 22:13:20 UTC. */
export const T = 1_700_000_000_000;

export function budgetOf(limitNanoUsd: number, duration: string | null = null): Limits {
  return { ...NO_LIMITS, budgets: [{ limitNanoUsd, duration, anchorMs: T }] };
}

export function keyPolicy(changes: Partial<KeyPolicy> = {}): KeyPolicy {
  return {
    hash: "k1",
    name: "sk-...W8TA",
    alias: null,
    teamId: null,
    userId: null,
    userEmail: null,
    organizationId: null,
    models: [],
    limits: NO_LIMITS,
    expiresAtMs: null,
    blocked: false,
    metadata: {},
    tags: [],
    aliases: {},
    allowedRoutes: [],
    allowedAddresses: [],
    enforcedParameters: [],
    allowsClamping: false,
    previous: null,
    ...changes,
  };
}

/** Limits for calls of one model, and none for the others. */
export function modelLimits(name: string, changes: Partial<ModelLimits> = {}): Limits {
  const none = { budgets: [], requestsPerMinute: null, tokensPerMinute: null };
  return { ...NO_LIMITS, byModel: [{ name, models: [name], ...none, ...changes }] };
}

export function teamPolicy(changes: Partial<TeamPolicy> = {}): TeamPolicy {
  return {
    id: "t1",
    alias: "core",
    organizationId: null,
    models: [],
    limits: NO_LIMITS,
    blocked: false,
    members: {},
    memberLimits: null,
    aliases: {},
    enforcedParameters: [],
    ...changes,
  };
}

export function userPolicy(changes: Partial<UserPolicy> = {}): UserPolicy {
  return { id: "u1", email: null, models: [], limits: NO_LIMITS, blocked: false, ...changes };
}

/** An account with these keys, and what else is given. */
export function stateWith(
  keys: readonly KeyPolicy[],
  team?: TeamPolicy,
  user?: UserPolicy,
): AccountState {
  const state = createState("UTC");
  for (const key of keys) {
    state.keys.set(key.hash, key);
    fitCounters(state, `key:${key.hash}`, countedBudgets(key.limits), NOTHING_SPENT, T);
  }
  if (team !== undefined) {
    state.teams.set(team.id, team);
    fitCounters(state, `team:${team.id}`, countedBudgets(team.limits), NOTHING_SPENT, T);
  }
  if (user !== undefined) {
    state.users.set(user.id, user);
    fitCounters(state, `user:${user.id}`, countedBudgets(user.limits), NOTHING_SPENT, T);
  }
  return state;
}

let made = 0;

/** A call that costs 100 nano-USD at most: 10 to read, 1 for each of 90 tokens it may write. */
export function requestFor(changes: Partial<ReserveRequest> = {}): ReserveRequest {
  made += 1;
  const { model = "gpt-4o" } = changes;
  return {
    leaseId: `lease-${made}`,
    keyHash: "k1",
    route: "/v1/chat/completions",
    requesterIp: null,
    model,
    accessGroups: [],
    modelAsked: model,
    modelMeant: model,
    parameters: ["model", "messages"],
    endUser: null,
    tags: [],
    bound: {
      inputNanoUsd: 10,
      outputPicoPerToken: 1_000,
      outputTokensMax: 90,
      clampable: false,
      tokens: 120,
    },
    allowsClamping: false,
    deadlineMs: T + 600_000,
    waitMs: 0,
    draft: draftOf(`lease-${made}`),
    ...changes,
  };
}

export function draftOf(requestId: string): CallRecord {
  return {
    requestId,
    responseId: null,
    sessionId: null,
    accountId: "account",
    keyHash: "k1",
    keyAlias: null,
    teamId: null,
    teamAlias: null,
    userId: null,
    userEmail: null,
    organizationId: null,
    endUser: null,
    route: "/v1/chat/completions",
    callType: "acompletion",
    stream: false,
    modelGroup: "gpt-4o",
    model: null,
    deploymentId: null,
    provider: null,
    apiBase: null,
    region: null,
    status: "failure",
    statusCode: 0,
    ending: "unsettled",
    errorCode: null,
    cacheHit: false,
    attempts: 0,
    routeReason: null,
    cachedTokensExpected: 0,
    fallbackFrom: null,
    hedgedNanoUsd: 0,
    startedAtMs: T,
    firstTokenAtMs: null,
    endedAtMs: T,
    overheadMs: 0,
    usage: NO_USAGE,
    usageSource: "reserved",
    costNanoUsd: 0,
    cost: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    costKnown: true,
    keySpendNanoUsd: 0,
    keyMaxBudgetNanoUsd: null,
    keyBudgetResetAtMs: null,
    priceSource: null,
    configVersion: "test",
    tags: [],
    keyMetadata: {},
    requesterIp: null,
    userAgent: null,
    parameters: {},
    content: null,
  };
}
