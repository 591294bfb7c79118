import type { ReserveExplanation, ReserveRequest, ReserveVerdict } from "../ledger.ts";
import { modelNames } from "./aliases.ts";
import { decide, pursesOfCall, scopesOfCall, type Decision } from "./decide.ts";
import { rateStandings } from "./rates.ts";
import { findOpenKey } from "./rotation.ts";
import { keyStanding } from "./standing.ts";
import { regionsOf } from "./shared/purse.ts";
import type { TurnstileView } from "./shared/turnstile.ts";
import type { AccountState } from "./state.ts";

/**
 * What `decide` says to a call, and the turnstiles it would have to pass; and everything that was
 * looked at. Changes nothing.
 */
export function explainDecision(
  state: AccountState,
  request: ReserveRequest,
  turnstiles: readonly TurnstileView[],
  nowMs: number,
): Exclude<ReserveExplanation, { kind: "moved" }> {
  const decision = decide(state, request, nowMs);
  if (decision.kind === "aliased") return decision;
  const verdict = verdictOf(decision, turnstiles);
  const key = findOpenKey(state, request.keyHash, nowMs);
  if (key === undefined) return { kind: "explained", verdict, key: null, budgets: [], limits: [] };
  const scopes = scopesOfCall(state, key, request);
  const regions = regionsOf(
    state,
    scopes.map(({ id }) => id),
  );
  return {
    kind: "explained",
    verdict,
    key: { ...keyStanding(state, key, modelNames(request), nowMs), regions },
    budgets: pursesOfCall(state, scopes, nowMs),
    limits: [...rateStandings(state, scopes, nowMs), ...turnstiles.flatMap((one) => one.limits)],
  };
}

function verdictOf(
  decision: Exclude<Decision, { kind: "aliased" }>,
  turnstiles: readonly TurnstileView[],
): ReserveVerdict {
  switch (decision.kind) {
    case "admitted": {
      const refusal = turnstiles.find((one) => one.refusal !== undefined)?.refusal;
      if (refusal !== undefined) return { kind: "refused", refusal };
      const { heldNanoUsd, outputTokensMax } = decision.lease;
      return { kind: "admitted", heldNanoUsd, outputTokensMax };
    }
    case "refused":
    case "wait":
      return decision;
  }
}
