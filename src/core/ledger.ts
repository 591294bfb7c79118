import type { ModelAlias } from "./access.ts";
import type { JsonObject } from "./json.ts";
import type { CallRecord } from "./record.ts";
import type { Region } from "./routing/region.ts";

/**
 * What the request path asks of an account, and what the account answers. The account object
 * implements `AccountLedger`; the arithmetic lives in `core/ledger/`.
 */
export interface AccountLedger {
  /**
   * One atomic decision over the key, its team and its user: may it call this model now, and can
   * every budget and window that applies hold the bound? Everything is reserved or nothing is.
   */
  reserve(request: ReserveRequest): Promise<ReserveReply>;
  /**
   * Replaces what a running call holds by what it needs as another: at a model it falls back to, or
   * at two deployments at once. Judged like `reserve`, in one step; what is refused leaves the call
   * with what it held. `gone` when the lease is closed: the account has charged the call already.
   */
  amend(request: ReserveRequest): Promise<AmendReply>;
  /**
   * Replaces a reservation by what really happened and files the record. Idempotent by `leaseId`:
   * a second settlement of the same lease changes nothing.
   */
  settle(settlement: Settlement): Promise<void>;
  /** Keeps a lease alive while its call still runs. A lease that is gone stays gone. */
  extend(leaseId: string, deadlineMs: number): Promise<void>;
  /**
   * Which models a key may use, for questions that cost nothing: model lists, token counts. A visit
   * is judged as a call's would be: may the key come here, and from there?
   */
  access(keyHash: string, visit?: Visit): Promise<AccessReply>;
}

/** What an account would say to a call, without letting it in. */
export interface AccountWitness {
  /** Judges like `reserve`, and changes nothing. */
  explain(request: ReserveRequest): Promise<ReserveExplanation>;
}

export type ReserveExplanation =
  | {
      kind: "explained";
      verdict: ReserveVerdict;
      /** Null when nobody knows the key. */
      key: KeyStanding | null;
      /** Every budget that binds the call, with what calls in flight hold of it. */
      budgets: (BudgetStanding & { heldNanoUsd: number })[];
      /** Every rate limit that binds the call, before it is counted. */
      limits: RateStanding[];
    }
  | { kind: "aliased"; model: string }
  | { kind: "moved"; accountId: string };

export type ReserveVerdict =
  | { kind: "admitted"; heldNanoUsd: number; outputTokensMax: number }
  | { kind: "refused"; refusal: Refusal }
  /** It would wait for money that is held; the refusal is for when patience runs out. */
  | { kind: "wait"; refusal: Refusal };

export type AccessReply =
  | {
      kind: "granted";
      /** A model must pass every list (`mayUseModel`): the key's, its team's, its user's. */
      lists: { scope: ScopeKind; models: string[] }[];
      /** Names the key and its team gave to models, with what they stand for. */
      aliases: Record<string, ModelAlias>;
      key: KeyStanding;
    }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "moved"; accountId: string };

/** Where a request came to, and from where. */
export interface Visit {
  /** The route's path without its parameters: `/v1/messages`. */
  route: string;
  requesterIp: string | null;
}

export interface ReserveRequest extends Visit {
  /** The call's id. Retrying a reserve with the same id does not reserve twice. */
  leaseId: string;
  /** SHA-256 of the whole key, hex. */
  keyHash: string;
  /** The public model name, and the access groups it belongs to. */
  model: string;
  accessGroups: string[];
  /** Whose list entries and access groups count, where an A/B test has another model serve it. */
  accessModel?: string;
  /** The name the caller sent. */
  modelAsked: string;
  /** The name `model` was found by: the caller's, or what an alias of the key makes of it. */
  modelMeant: string;
  /** Names of what the body holds, `metadata.<name>` included. */
  parameters: string[];
  /** Whom the caller says it asks for, and the caller's tags. */
  endUser: string | null;
  tags: string[];
  bound: CostBound;
  /** The caller takes a shorter answer than it asked for rather than none. */
  allowsClamping: boolean;
  /** When the account may resolve the lease by itself, conservatively. */
  deadlineMs: number;
  /** How long the caller is willing to wait for money that calls in flight hold. */
  waitMs: number;
  /** Refusals are answered, and so recorded, with LiteLLM's statuses before 1.84. */
  legacyStatuses?: boolean;
  /** Filed, completed with what the account knows, when it refuses the call or nobody ever settles it. */
  draft: CallRecord;
}

/** The most a call can cost. Rates are the dearest of all deployments that may serve it. */
export interface CostBound {
  /** Nano-USD for everything the model will read. */
  inputNanoUsd: number;
  /** Pico-USD for each token it may write. */
  outputPicoPerToken: number;
  /** Most tokens it may write: the caller's figure, else the model's limit. */
  outputTokensMax: number;
  /** The caller named no figure, so a smaller one may be chosen for it. */
  clampable: boolean;
  /** Counted against tokens-per-minute while the call runs. */
  tokens: number;
}

export type ReserveReply =
  | { kind: "admitted"; admission: Admission }
  | { kind: "refused"; refusal: Refusal }
  /** For this key the name stands for another model; look that one up and reserve again. */
  | { kind: "aliased"; model: string }
  /** The key now belongs to another account. */
  | { kind: "moved"; accountId: string };

export type AmendReply = Exclude<ReserveReply, { kind: "moved" }> | { kind: "gone" };

export interface Admission {
  /** What was really reserved. `outputTokensMax` is lower than asked when the budget clamped it. */
  heldNanoUsd: number;
  outputTokensMax: number;
  key: KeyStanding;
}

/** The key as records and response headers show it. */
export interface KeyStanding {
  alias: string | null;
  teamId: string | null;
  teamAlias: string | null;
  userId: string | null;
  userEmail: string | null;
  organizationId: string | null;
  metadata: JsonObject;
  tags: string[];
  /** Its own and its team's `router_settings`, its own first. */
  routerSettings?: JsonObject;
  /** Where its prompts may be read, by the word of whom the call is for. Empty: anywhere. */
  regions: readonly Region[];
  /** Settled so far in the current window, this call not included. */
  spendNanoUsd: number;
  maxBudgetNanoUsd: number | null;
  budgetResetAtMs: number | null;
  limits: RateStanding[];
  budgets: BudgetStanding[];
}

/** One budget that binds the key's calls, what calls in flight hold not counted. */
export interface BudgetStanding {
  scope: ScopeKind;
  name: string;
  /** Set when the budget is for some models only: its name. */
  model: string | null;
  spentNanoUsd: number;
  limitNanoUsd: number;
  duration: string | null;
  resetAtMs: number | null;
}

/** One rate limit of one scope after this call was counted. */
export interface RateStanding {
  scope: ScopeKind;
  /** Set when the limit is for some models only: its name. */
  model: string | null;
  unit: "requests" | "tokens" | "parallel";
  limit: number;
  remaining: number;
  resetMs: number;
}

/** Who can have limits. In a team's account `user` is a member of the team. */
export type ScopeKind = "key" | "team" | "user" | "organization" | "end_user" | "tag" | "global";

export type Refusal =
  | { reason: "unknown-key" }
  | { reason: "expired"; expiredAtMs: number }
  | { reason: "blocked"; scope: ScopeKind; name: string }
  | { reason: "model-denied"; scope: ScopeKind; allowed: string[] }
  | { reason: "route-denied"; route: string; allowed: string[] }
  | { reason: "address-denied"; requesterIp: string | null }
  | { reason: "parameter-missing"; scope: ScopeKind; parameter: string }
  | { reason: "rate-limit"; limit: RateStanding; name: string }
  | ({ reason: "budget" } & BudgetRefusal)
  /** The budget could pay, but calls in flight hold the money and did not finish in time. */
  | ({ reason: "budget-in-flight" } & BudgetRefusal);

export interface BudgetRefusal {
  scope: ScopeKind;
  /** Alias or id of the key, team or user whose budget it is. */
  name: string;
  /** Set when the budget is for some models only: its name. */
  model: string | null;
  spentNanoUsd: number;
  heldNanoUsd: number;
  limitNanoUsd: number;
  duration: string | null;
  /** What this call could have cost at most. */
  neededNanoUsd: number;
  resetAtMs: number | null;
}

export interface Settlement {
  leaseId: string;
  keyHash: string;
  /** What is charged, nano-USD. */
  costNanoUsd: number;
  /** Tokens read and written, for tokens-per-minute. */
  tokens: number;
  record: CallRecord;
}
