import type { BudgetRefusal, CostBound, ScopeKind } from "../ledger.ts";
import { nanoFromPico } from "../money.ts";
import { limitAt } from "./budget.ts";
import { periodAt } from "./counters.ts";
import type { AccountState, Scope } from "./state.ts";

/** What the budgets say to a call that costs at most so much. */
export type MoneyVerdict =
  | { kind: "fits"; heldNanoUsd: number; outputTokensMax: number }
  /** It would fit if calls in flight turned out cheaper than what they hold. */
  | { kind: "wait"; refusal: BudgetRefusal }
  /** It would not fit even then. */
  | { kind: "never"; refusal: BudgetRefusal };

/** One budget of one party, with what of it is spent and held. Whoever has money can make one. */
export interface Purse {
  scope: ScopeKind;
  name: string;
  model: string | null;
  limitNanoUsd: number;
  spentNanoUsd: number;
  heldNanoUsd: number;
  duration: string | null;
  resetAtMs: number | null;
}

/**
 * An answer shorter than this is seldom worth its input, so rather than cutting a call below it, the
 * call waits for money in flight. A judgement, not a measurement: about a paragraph.
 */
const USEFUL_OUTPUT_TOKENS = 256;

/**
 * The fewest tokens a call may be cut to: down to one where the caller left the length to the model,
 * to a useful answer where it named one and allows less, and not at all where it only named one.
 */
export function shortestAnswer(bound: CostBound, isAllowed: boolean): number {
  if (bound.clampable) return 1;
  const { outputTokensMax } = bound;
  return isAllowed ? Math.min(outputTokensMax, USEFUL_OUTPUT_TOKENS) : outputTokensMax;
}

/** Holds `spent + held ≤ limit` for every budget: nothing is admitted that could break it. */
export function weighMoney(
  purses: readonly Purse[],
  bound: CostBound,
  tokensMin: number,
): MoneyVerdict {
  const full = costOf(bound, bound.outputTokensMax);
  const asAsked: MoneyVerdict = {
    kind: "fits",
    heldNanoUsd: full,
    outputTokensMax: bound.outputTokensMax,
  };
  // A model that is free by its price list needs no budget, so an exhausted one does not stop it.
  if (full === 0) return asAsked;
  const tightest = least(purses, rest);
  const poorest = least(purses, unspent);
  if (tightest === undefined || poorest === undefined || full <= rest(tightest)) return asAsked;
  const smallest = costOf(bound, tokensMin);
  if (smallest > unspent(poorest)) {
    const empty = purses.filter((purse) => smallest > unspent(purse));
    return { kind: "never", refusal: refuse(lastToReset(empty) ?? poorest, full) };
  }
  if (tokensMin < bound.outputTokensMax) {
    const now = tokensFor(bound, rest(tightest));
    const later = tokensFor(bound, unspent(poorest));
    if (now >= Math.max(tokensMin, Math.min(later, USEFUL_OUTPUT_TOKENS))) {
      return clamped(bound, now);
    }
  }
  return { kind: "wait", refusal: refuse(tightest, full) };
}

function clamped(bound: CostBound, outputTokensMax: number): MoneyVerdict {
  return { kind: "fits", heldNanoUsd: costOf(bound, outputTokensMax), outputTokensMax };
}

/** The most the call can cost. */
export function dearest(bound: CostBound): number {
  return costOf(bound, bound.outputTokensMax);
}

function costOf(bound: CostBound, outputTokens: number): number {
  return bound.inputNanoUsd + nanoFromPico(bound.outputPicoPerToken * outputTokens);
}

/** How many tokens may be written for this much money; negative when it does not pay the input. */
function tokensFor(bound: CostBound, nanoUsd: number): number {
  const forOutputPico = (nanoUsd - bound.inputNanoUsd) * 1_000;
  if (bound.outputPicoPerToken === 0) return forOutputPico < 0 ? -1 : bound.outputTokensMax;
  return Math.min(Math.floor(forOutputPico / bound.outputPicoPerToken), bound.outputTokensMax);
}

export function pursesOf(state: AccountState, scopes: readonly Scope[], nowMs: number): Purse[] {
  return scopes.flatMap(({ id, kind: scope, name, model, limits }) => {
    const counters = state.counters.get(id);
    return limits.budgets.map((budget) => {
      const period = periodAt(counters, budget, nowMs, state.timeZone);
      return {
        scope,
        name,
        model,
        limitNanoUsd: limitAt(budget, nowMs),
        spentNanoUsd: period.spentNanoUsd,
        // Calls that began in an earlier window will be settled in this one.
        heldNanoUsd: counters?.heldNanoUsd ?? 0,
        duration: budget.duration,
        resetAtMs: period.endMs,
      };
    });
  });
}

function rest({ limitNanoUsd, spentNanoUsd, heldNanoUsd }: Purse): number {
  return limitNanoUsd - spentNanoUsd - heldNanoUsd;
}

function unspent({ limitNanoUsd, spentNanoUsd }: Purse): number {
  return limitNanoUsd - spentNanoUsd;
}

function least(purses: readonly Purse[], measure: (purse: Purse) => number): Purse | undefined {
  return purses.toSorted((a, b) => measure(a) - measure(b))[0];
}

/** Of several that are empty, the one that keeps the caller out longest is worth telling of. */
function lastToReset(purses: readonly Purse[]): Purse | undefined {
  return purses.toSorted((a, b) => (b.resetAtMs ?? Infinity) - (a.resetAtMs ?? Infinity) || 0)[0];
}

function refuse(purse: Purse, neededNanoUsd: number): BudgetRefusal {
  return { ...purse, neededNanoUsd };
}
