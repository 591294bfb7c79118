import { NO_USAGE, type Usage } from "../core/chat.ts";
import { costOf } from "../core/cost.ts";
import { nanoFromPico } from "../core/money.ts";
import type { Price } from "../core/price.ts";
import type { CostBreakdown, UsageSource } from "../core/record.ts";
import { nanoForUnits } from "../core/units.ts";
import type { Admitted } from "./admitted.ts";
import type { Outcome } from "./outcome.ts";

/** What a call costs, and how we know. */
export interface Charge {
  costNanoUsd: number;
  cost: CostBreakdown;
  usage: Usage;
  usageSource: UsageSource;
}

const FREE: CostBreakdown = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/**
 * One rule for every ending. The vendor's final count is the truth. Without it a call that reached
 * the vendor is never free: a stream that broke is charged for what was seen of it, and one whose
 * caller left, and which therefore may still be running up a bill, is charged what was reserved.
 */
export function chargeFor(outcome: Outcome, admitted: Admitted): Charge {
  const price = outcome.deployment?.price;
  const { usage, usageIsFinal, units } = outcome.observed;
  if (outcome.ending === "refused" || price === undefined) {
    return { costNanoUsd: 0, cost: FREE, usage: NO_USAGE, usageSource: "none" };
  }
  if (usage !== undefined && usageIsFinal) {
    const { costNanoUsd, breakdown } = costOf(usage, price);
    const byUnit = nanoForUnits(units, price);
    const cost = { ...breakdown, output: breakdown.output + byUnit };
    return { costNanoUsd: costNanoUsd + byUnit, cost, usage, usageSource: "reported" };
  }
  return outcome.ending === "caller-gone"
    ? chargeReserved(outcome, admitted)
    : chargeObserved(outcome, admitted, price);
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
