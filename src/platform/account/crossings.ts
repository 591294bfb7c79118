import type { Crossing } from "../../core/ledger/warnings.ts";
import { logEvent } from "../log.ts";

/** Tells the operator's log which budgets were crossed: whose, how far, and nothing else. */
export function tellCrossings(crossings: readonly Crossing[]): void {
  for (const crossing of crossings) {
    const { mark, id, scope, model, spentNanoUsd, limitNanoUsd } = crossing;
    logEvent(mark === "soft" ? "soft_budget_crossed" : "budget_threshold_crossed", {
      scope,
      id,
      ...(model !== null && { model }),
      ...(mark !== "soft" && { percent: Number(mark) }),
      spent_nano_usd: spentNanoUsd,
      limit_nano_usd: limitNanoUsd,
    });
  }
}
