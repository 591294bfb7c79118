import type { JsonObject } from "../json.ts";
import type { ScopeKind } from "../ledger.ts";

/** What may be spent and used. The same for a key, a team, a member of a team, and a user. */
export interface Limits {
  /** All apply. The first is the one callers are shown (`max_budget`). */
  budgets: Budget[];
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** Calls at the same time. */
  parallel: number | null;
}

export interface Budget {
  limitNanoUsd: number;
  /** As it was written (`30d`); null when the budget is for the whole life. */
  duration: string | null;
  /** The day windows of several days are counted from. */
  anchorMs: number;
}

export interface KeyPolicy {
  hash: string;
  /** The alias, or `sk-...W8TA`: how refusals name the key. */
  name: string;
  alias: string | null;
  teamId: string | null;
  userId: string | null;
  userEmail: string | null;
  organizationId: string | null;
  models: string[];
  limits: Limits;
  expiresAtMs: number | null;
  blocked: boolean;
  metadata: JsonObject;
  tags: string[];
}

export interface TeamPolicy {
  id: string;
  alias: string | null;
  models: string[];
  limits: Limits;
  blocked: boolean;
  /** By user id: people whose calls within the team have limits of their own. */
  members: Record<string, Limits>;
  /** For members without an entry; null when they have none. */
  memberLimits: Limits | null;
}

/** Applies to a person's keys outside of teams. */
export interface UserPolicy {
  id: string;
  email: string | null;
  models: string[];
  limits: Limits;
  blocked: boolean;
}

export const NO_LIMITS: Limits = {
  budgets: [],
  requestsPerMinute: null,
  tokensPerMinute: null,
  parallel: null,
};

/** The administrator's own calls: counted under LiteLLM's names for them, limited by nothing. */
export const MASTER_KEY_HASH = "master";

export const MASTER_KEY: KeyPolicy = {
  hash: MASTER_KEY_HASH,
  name: "litellm_proxy_master_key",
  alias: "litellm_proxy_master_key",
  teamId: null,
  userId: "default_user_id",
  userEmail: null,
  organizationId: null,
  models: [],
  limits: NO_LIMITS,
  expiresAtMs: null,
  blocked: false,
  metadata: {},
  tags: [],
};

/** What an administrator may ask of an account. Each takes effect for the next call. */
export interface AccountManagement {
  /** `spent` counts only for a key, team or user this account has never counted before. */
  putKey(policy: KeyPolicy, spent: Spent): Promise<void>;
  putTeam(policy: TeamPolicy, spent: Spent): Promise<void>;
  putUser(policy: UserPolicy, spent: Spent): Promise<void>;
  /** Forgets a key; says what it had spent and holds, so that another account can go on counting. */
  dropKey(keyHash: string): Promise<Standing>;
  /** One answer per question, in order; `undefined` for what this account has never counted. */
  standings(scopes: readonly ScopeName[]): Promise<(Standing | undefined)[]>;
  /** Sets the spend of the whole life and of the current windows; says what it was. */
  resetSpend(scope: ScopeName, spentNanoUsd: number): Promise<Standing>;
}

export interface ScopeName {
  kind: ScopeKind;
  id: string;
}

export interface Spent {
  /** In the window of the first budget; over the whole life when that never resets. */
  windowNanoUsd: number;
  lifetimeNanoUsd: number;
}

export interface Standing extends Spent {
  /** By calls in flight. */
  heldNanoUsd: number;
}

export const NOTHING_SPENT: Spent = { windowNanoUsd: 0, lifetimeNanoUsd: 0 };
