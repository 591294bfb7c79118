import { GatewayError } from "../core/errors.ts";
import type { BudgetRefusal, RateStanding, Refusal, ScopeKind } from "../core/ledger.ts";
import { formatUsd, usdFromNano } from "../core/money.ts";

/** What was refused. */
export interface Attempted {
  model: string;
  nowMs: number;
}

/** What a caller is told when the account says no: which limit, whose, and when it ends. */
export function errorOfRefusal(refusal: Refusal, { model, nowMs }: Attempted): GatewayError {
  switch (refusal.reason) {
    case "unknown-key":
      return new GatewayError(
        "invalid_key",
        "Authentication Error, Invalid proxy server token passed. This key was deleted or never existed; ask an administrator for a new one.",
      );
    case "expired":
      return new GatewayError(
        "expired_key",
        `Authentication Error - Expired Key. Key Expiry time ${iso(refusal.expiredAtMs)} and current time ${iso(nowMs)}`,
      );
    case "blocked":
      return new GatewayError("blocked", blockedMessage(refusal.scope, refusal.name));
    case "model-denied":
      return new GatewayError(
        "model_access_denied",
        `${refusal.scope} not allowed to access model. This ${refusal.scope} can only access models=[${refusal.allowed.map((name) => `'${name}'`).join(", ")}]. Tried to access ${model}`,
        { param: "model", type: `${refusal.scope}_model_access_denied` },
      );
    case "rate-limit":
      return rateLimited(refusal.limit, refusal.name, nowMs);
    case "budget":
      return overBudget(refusal, nowMs);
    case "budget-in-flight":
      return budgetInFlight(refusal);
  }
}

function blockedMessage(scope: ScopeKind, name: string): string {
  return scope === "key"
    ? "Key is blocked. Update via `/key/unblock` if you're an admin."
    : `${capitalised(scope)}=${name} is blocked. An administrator can unblock it.`;
}

function rateLimited(limit: RateStanding, name: string, nowMs: number): GatewayError {
  const unit = limit.unit === "parallel" ? "max_parallel_requests" : limit.unit;
  const retryAfterMs = Math.max(limit.resetMs, 1_000);
  const resetsAt = iso(nowMs + retryAfterMs)
    .slice(0, 19)
    .replace("T", " ");
  return new GatewayError(
    "rate_limited",
    `Rate limit exceeded for ${limit.scope === "key" ? "api_key" : limit.scope}: ${name}. Limit type: ${unit}. Current limit: ${limit.limit}, Remaining: ${limit.remaining}. Limit resets at: ${resetsAt} UTC`,
    { retryAfterMs, headers: { rate_limit_type: unit, reset_at: resetsAt } },
  );
}

/** The words before the first full stop are LiteLLM's, which scripts look for. */
function overBudget(refusal: BudgetRefusal, nowMs: number): GatewayError {
  const { spentNanoUsd, limitNanoUsd, neededNanoUsd, resetAtMs } = refusal;
  const spent = `Budget has been exceeded! ${capitalised(refusal.scope)}=${refusal.name} Current cost: ${usdFromNano(spentNanoUsd)}, Max budget: ${usdFromNano(limitNanoUsd)}.`;
  const short =
    spentNanoUsd < limitNanoUsd
      ? ` ${formatUsd(limitNanoUsd - spentNanoUsd)} is left and this call could cost ${formatUsd(neededNanoUsd)}; a smaller max_tokens may fit.`
      : "";
  const reset = resetAtMs === null ? " It does not reset." : ` It resets at ${iso(resetAtMs)}.`;
  return new GatewayError("budget_exceeded", spent + short + reset, {
    ...(resetAtMs === null ? {} : { retryAfterMs: resetAtMs - nowMs }),
  });
}

function budgetInFlight(refusal: BudgetRefusal): GatewayError {
  return new GatewayError(
    "budget_in_flight",
    `The rest of the budget of ${refusal.scope} ${refusal.name} is held by calls in flight: ${formatUsd(refusal.spentNanoUsd)} spent, ${formatUsd(refusal.heldNanoUsd)} held, of ${formatUsd(refusal.limitNanoUsd)}. Try again when they are done.`,
    { retryAfterMs: 1_000 },
  );
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
