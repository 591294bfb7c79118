import { NO_USAGE, type Usage } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { costAsTold, costOf, type Cost } from "../core/cost.ts";
import { nanoFromPico } from "../core/money.ts";
import type { CostBound } from "../core/ledger.ts";
import type { Price } from "../core/price.ts";
import type { CostBreakdown, UsageSource } from "../core/record.ts";
import { nanoForUnits } from "../core/units.ts";
import type { Admitted } from "./admitted.ts";
import type { Lost } from "./hedge.ts";
import type { Outcome } from "./outcome.ts";

/** What a call costs, and how we know. */
export interface Charge {
  costNanoUsd: number;
  cost: CostBreakdown;
  usage: Usage;
  usageSource: UsageSource;
  /** The part of it that a second deployment cost, which was asked beside the one that answered. */
  hedgedNanoUsd?: number;
}

const FREE: CostBreakdown = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/**
 * One rule for every ending. The vendor's final count is the truth. Without it a call that reached
 * the vendor is never free: a stream that broke is charged for what was seen of it, and one whose
 * caller left, and which therefore may still be running up a bill, is charged what was reserved.
 */
export function chargeFor(outcome: Outcome, admitted: Admitted): Charge {
  const charge = chargeAnswer(outcome, admitted);
  const { lost, bound } = admitted;
  // A whole reservation has the other one's part in it.
  if (lost === undefined || charge.usageSource === "none" || charge.usageSource === "reserved") {
    return charge;
  }
  const hedgedNanoUsd = Math.min(lostCost(lost, charge.usage, bound), bound.inputNanoUsd);
  const cost = { ...charge.cost, input: charge.cost.input + hedgedNanoUsd };
  return { ...charge, costNanoUsd: charge.costNanoUsd + hedgedNanoUsd, cost, hedgedNanoUsd };
}

/**
 * What the vendor of a cancelled request bills: what it had counted, if it had; else the prompt, which
 * it had read, by the count of the one that answered, as if nothing of it was cached.
 */
function lostCost({ deployment, usage }: Lost, answered: Usage, bound: CostBound): number {
  const { price } = deployment;
  if (price === undefined) return bound.inputNanoUsd;
  if (usage !== undefined) return costOf(usage, price).costNanoUsd;
  if (answered.inputTokens === 0) return bound.inputNanoUsd;
  return costOf({ ...NO_USAGE, inputTokens: answered.inputTokens }, price).costNanoUsd;
}

function chargeAnswer(outcome: Outcome, admitted: Admitted): Charge {
  const price = outcome.deployment?.price;
  const { usage, usageIsFinal, units } = outcome.observed;
  if (outcome.ending === "refused" || price === undefined) {
    return { costNanoUsd: 0, cost: FREE, usage: NO_USAGE, usageSource: "none" };
  }
  if (usage !== undefined && usageIsFinal) {
    const { costNanoUsd, breakdown } = countedCost(usage, price, outcome.deployment);
    const byUnit = nanoForUnits(units, price);
    const cost = { ...breakdown, output: breakdown.output + byUnit };
    return { costNanoUsd: costNanoUsd + byUnit, cost, usage, usageSource: "reported" };
  }
  return outcome.ending === "caller-gone"
    ? chargeReserved(outcome, admitted)
    : chargeObserved(outcome, admitted, price);
}

/**
 * Vendors whose price depends on what only they know (who served the call, how far it searched), and
 * who say in their answers what they took. Others' figures are not believed: whoever sits between can
 * write anything there.
 */
const TELLS_COST = new Set(["openrouter", "perplexity"]);

/** What an operator states as the price is the price. */
function countedCost(usage: Usage, price: Price, deployment: Deployment | undefined): Cost {
  const counted = costOf(usage, price);
  const { toldNanoUsd } = usage;
  const isBelieved = TELLS_COST.has(deployment?.provider ?? "") && price.source !== "config";
  return isBelieved && toldNanoUsd !== undefined ? costAsTold(toldNanoUsd, counted) : counted;
}

function chargeReserved(outcome: Outcome, admitted: Admitted): Charge {
  const { heldNanoUsd } = admitted.admission;
  const input = Math.min(admitted.bound.inputNanoUsd, heldNanoUsd);
  return {
    costNanoUsd: heldNanoUsd,
    cost: { ...FREE, input, output: heldNanoUsd - input },
    usage: outcome.observed.usage ?? NO_USAGE,
    usageSource: "reserved",
  };
}

/** A token has at least one character, so the characters that came bound the tokens that came. */
function chargeObserved(outcome: Outcome, admitted: Admitted, price: Price): Charge {
  const { usage = NO_USAGE, outputCharacters } = outcome.observed;
  const outputTokens = Math.max(usage.outputTokens, outputCharacters);
  const seen = { ...usage, outputTokens };
  const { heldNanoUsd } = admitted.admission;
  const input =
    usage.inputTokens > 0
      ? costOf({ ...seen, outputTokens: 0, reasoningTokens: 0 }, price).costNanoUsd
      : admitted.bound.inputNanoUsd;
  const output = nanoFromPico(outputTokens * price.outputPico);
  const costNanoUsd = Math.min(input + output, Math.max(heldNanoUsd, input));
  return {
    costNanoUsd,
    cost: {
      ...FREE,
      input: Math.min(input, costNanoUsd),
      output: Math.max(costNanoUsd - input, 0),
    },
    usage: seen,
    usageSource: "observed",
  };
}
