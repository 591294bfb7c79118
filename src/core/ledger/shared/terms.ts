import type { ScopeKind } from "../../ledger.ts";
import type { Region } from "../../routing/region.ts";
import type { Budget } from "../policy.ts";
import type { RateLimits } from "../rates.ts";
import type { SharedWindow } from "./window.ts";

/** Whose budget many accounts can share. */
export type SharedKind = Extract<ScopeKind, "organization" | "end_user" | "tag" | "global">;

export interface SharedName {
  kind: SharedKind;
  /** Empty for `global`. */
  id: string;
}

export interface SharedPolicy extends SharedName {
  /** The alias or the id: how refusals name it. */
  name: string;
  /** Null: nothing is limited, so nothing is lent. */
  budget: Budget | null;
  /** Empty: every model. */
  models: string[];
  blocked: boolean;
  /** Where prompts of an end user may be read; undefined: anywhere. */
  region?: Region;
  /** What all accounts together may do at a time; missing where nobody limits it. See `turnstile.ts`. */
  rates?: RateLimits;
  /** Set where the budget is everybody's default and nobody's own. */
  isDefault?: true;
  /** The default's, where the party has no rates of its own. */
  defaultRates?: RateLimits;
  /** Refuses nothing; told of where there is a budget, for nothing else is counted. */
  softBudget?: Budget;
}

/** Nobody limits it: accounts that have heard otherwise are set right. */
export function openPolicy({ kind, id }: SharedName): SharedPolicy {
  return { kind, id, name: id, budget: null, models: [], blocked: false };
}

const NO_RATES: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, parallel: null };

export function ratesOf({ rates, defaultRates }: SharedPolicy): RateLimits {
  return rates ?? defaultRates ?? NO_RATES;
}

/** Has every call to be counted in one place? */
export function hasRates({ rates, defaultRates }: SharedPolicy): boolean {
  return rates !== undefined || defaultRates !== undefined;
}

/** Only where there is one, so that the many who have none are told of none. */
export function statedRates(limits: RateLimits): RateLimits | undefined {
  const { requestsPerMinute, tokensPerMinute, parallel } = limits;
  const isLimited = [requestsPerMinute, tokensPerMinute, parallel].some((one) => one !== null);
  return isLimited ? { requestsPerMinute, tokensPerMinute, parallel } : undefined;
}

/** The name of the shared budget's object, and of its counters in every account. */
export function sharedId({ kind, id }: SharedName): string {
  return `${kind}:${id}`;
}

/**
 * What an account says of its slice. Complete every time, so that one which arrives makes up for all
 * that were lost. By saying it, the account gives up everything beyond `keepNanoUsd`, durably and
 * before the words leave it.
 */
export interface Statement {
  accountId: string;
  name: SharedName;
  /** Grows with every statement. The lender believes only what is newer than what it heard last. */
  number: number;
  window: SharedWindow;
  /** Settled in this window. */
  spentNanoUsd: number;
  /** What is spent, and what calls in flight hold. */
  keepNanoUsd: number;
  wantNanoUsd: number;
}

/** The budget as its lender knows it. */
export interface Terms {
  policy: SharedPolicy;
  /** Grows with every change of the policy. 0: read from the database, the lender was not asked yet. */
  revision: number;
  window: SharedWindow;
  /** Settled in this window by everybody but the one who is told. */
  othersSpentNanoUsd: number;
}

export type Answer =
  /** Of the statement with this number; the account believes it only if it said nothing since. */
  | { kind: "lent"; terms: Terms; grantedNanoUsd: number }
  /** The statement was of a window that is over. */
  | { kind: "rolled"; terms: Terms }
  /** A later statement was heard before this one. */
  | { kind: "stale"; heardNumber: number };

/** What an administrator is shown. */
export interface SharedStanding {
  spentNanoUsd: number;
  /** By calls in flight, and lent to accounts that could not be asked. */
  heldNanoUsd: number;
  resetAtMs: number | null;
}
