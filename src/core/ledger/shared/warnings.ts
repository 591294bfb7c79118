import { thresholdsOf, tellOnce, type Crossing } from "../warnings.ts";
import { spentByAll, type LenderState } from "./lender.ts";
import { sharedId } from "./terms.ts";

/**
 * What spending of all accounts together has passed and nobody was told. The lender alone can say it,
 * and says it when accounts have told it what they spent. Marked in its books; write them to disk in
 * the same transaction.
 */
export function takeSharedCrossings(state: LenderState): Crossing[] {
  const { policy, window } = state;
  const { budget, softBudget = null, kind: scope, name } = policy;
  if (budget === null) return [];
  const spentNanoUsd = spentByAll(state);
  return thresholdsOf({ budgets: [budget], softBudget }).flatMap(({ mark, budget, fraction }) => {
    const { limitNanoUsd, duration } = budget;
    if (spentNanoUsd < limitNanoUsd * fraction) return [];
    if (!tellOnce(state, mark, budget)) return [];
    const { endMs: resetAtMs } = window;
    const id = sharedId(policy);
    return [
      { mark, id, scope, name, model: null, spentNanoUsd, limitNanoUsd, duration, resetAtMs },
    ];
  });
}
