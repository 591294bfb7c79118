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
  /** Refuses nothing: somebody is told when it is crossed. */
  softBudget: Budget | null;
  /** Limits for calls of some models. Those of all models apply besides. */
  byModel: ModelLimits[];
}

export interface ModelLimits {
  /** Counted under this name: the model's, or the group's for several. */
  name: string;
  /** Public names or patterns; see `namesModel`. */
  models: string[];
  budgets: Budget[];
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
}

export interface Budget {
  limitNanoUsd: number;
  /** As it was written (`30d`); null when the budget is for the whole life. */
  duration: string | null;
  /** The day windows of several days are counted from. */
  anchorMs: number;
  /** An exception an administrator made: so much more until then. */
  increase?: { nanoUsd: number; untilMs: number };
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
  /** Names of this key's own for models, with what they stand for. */
  aliases: Record<string, string>;
  /** Routes, patterns and names of groups of them (`core/routes.ts`); empty: all. */
  allowedRoutes: string[];
  /** Addresses and CIDR blocks; empty: all. */
  allowedAddresses: string[];
  /** Parameters every call has to name. */
  enforcedParameters: string[];
  /** How its calls are routed, where not as everybody's; see `ownRouterSettings`. */
  routerSettings?: JsonObject;
  /** A call that named its length may be shortened too. */
  allowsClamping: boolean;
  /** What it was before it was last rotated; null when it never was. */
  previous: PreviousKey | null;
}

/** A former hash of a key. Until then it opens the same door. */
export interface PreviousKey {
  hash: string;
  untilMs: number;
}

export interface TeamPolicy {
  id: string;
  alias: string | null;
  /** Whose budget its calls count against, unless the key names another. */
  organizationId: string | null;
  models: string[];
  limits: Limits;
  blocked: boolean;
  /** By user id: people whose calls within the team have limits of their own. */
  members: Record<string, Limits>;
  /** For members without an entry; null when they have none. */
  memberLimits: Limits | null;
  aliases: Record<string, string>;
  enforcedParameters: string[];
  routerSettings?: JsonObject;
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
  softBudget: null,
  byModel: [],
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
  aliases: {},
  allowedRoutes: [],
  allowedAddresses: [],
  enforcedParameters: [],
  allowsClamping: false,
  previous: null,
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
  /** The party's part for some models only: its name. */
  model?: string;
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
