import type { BudgetRefusal, CostBound } from "../ledger.ts";
import { nanoFromPico } from "../money.ts";
import { periodAt } from "./counters.ts";
import type { AccountState, Scope } from "./state.ts";

/** What the budgets say to a call that costs at most so much. */
export type MoneyVerdict =
  | { kind: "fits"; heldNanoUsd: number; outputTokensMax: number }
  /** It would fit if calls in flight turned out cheaper than what they hold. */
  | { kind: "wait"; refusal: BudgetRefusal }
  /** It would not fit even then. */
  | { kind: "never"; refusal: BudgetRefusal };

/** One budget of one scope, with what is left of it. */
interface Purse {
  scope: Scope;
  limitNanoUsd: number;
  spentNanoUsd: number;
  heldNanoUsd: number;
  resetAtMs: number | null;
}

/**
 * An answer shorter than this is seldom worth its input, so rather than cutting a call below it, the
 * call waits for money in flight. A judgement, not a measurement: about a paragraph.
 */
const USEFUL_OUTPUT_TOKENS = 256;

/** Holds `spent + held ≤ limit` for every budget: nothing is admitted that could break it. */
export function weighMoney(
  state: AccountState,
  scopes: readonly Scope[],
  bound: CostBound,
  nowMs: number,
): MoneyVerdict {
  const full = costOf(bound, bound.outputTokensMax);
  const asAsked: MoneyVerdict = {
    kind: "fits",
    heldNanoUsd: full,
    outputTokensMax: bound.outputTokensMax,
  };
  // A model that is free by its price list needs no budget, so an exhausted one does not stop it.
  if (full === 0) return asAsked;
  const purses = scopes.flatMap((scope) => pursesOf(state, scope, nowMs));
  const tightest = least(purses, rest);
  const poorest = least(purses, unspent);
  if (tightest === undefined || poorest === undefined || full <= rest(tightest)) return asAsked;
  const smallest = bound.clampable ? costOf(bound, 1) : full;
  if (smallest > unspent(poorest)) return { kind: "never", refusal: refuse(poorest, full) };
  if (bound.clampable) {
    const now = tokensFor(bound, rest(tightest));
    const later = tokensFor(bound, unspent(poorest));
    if (now >= Math.min(later, USEFUL_OUTPUT_TOKENS)) return clamped(bound, now);
  }
  return { kind: "wait", refusal: refuse(tightest, full) };
}

function clamped(bound: CostBound, outputTokensMax: number): MoneyVerdict {
  return { kind: "fits", heldNanoUsd: costOf(bound, outputTokensMax), outputTokensMax };
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

function pursesOf(state: AccountState, scope: Scope, nowMs: number): Purse[] {
  const counters = state.counters.get(scope.id);
  return scope.limits.budgets.map((budget) => {
    const period = periodAt(counters, budget, nowMs, state.timeZone);
    return {
      scope,
      limitNanoUsd: budget.limitNanoUsd,
      spentNanoUsd: period.spentNanoUsd,
      // Calls that began in an earlier window will be settled in this one.
      heldNanoUsd: counters?.heldNanoUsd ?? 0,
      resetAtMs: period.endMs,
    };
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

function refuse(purse: Purse, neededNanoUsd: number): BudgetRefusal {
  const { scope, spentNanoUsd, heldNanoUsd, limitNanoUsd, resetAtMs } = purse;
  return {
    scope: scope.kind,
    name: scope.name,
    spentNanoUsd,
    heldNanoUsd,
    limitNanoUsd,
    neededNanoUsd,
    resetAtMs,
  };
}
