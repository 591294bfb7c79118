import { GatewayError } from "../core/errors.ts";
import type { BudgetRefusal, RateStanding, Refusal, ScopeKind } from "../core/ledger.ts";
import { formatUsd, usdFromNano } from "../core/money.ts";
import { rateHeadersOf, scopeWord } from "./rate-headers.ts";
import { MESSAGES_ROUTE, rejectedHeaders } from "./unified-headers.ts";

/** What was refused. */
export interface Attempted {
  model: string;
  nowMs: number;
  /** The route's path; some tell more in headers. */
  route?: string;
  /** LiteLLM's statuses before 1.84. */
  legacyStatuses?: boolean;
}

/** What a caller is told when the account says no: which limit, whose, and when it ends. */
export function errorOfRefusal(refusal: Refusal, attempted: Attempted): GatewayError {
  const { model, nowMs, legacyStatuses = false } = attempted;
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
    case "route-denied":
      return new GatewayError(
        "route_denied",
        `Virtual key is not allowed to call this route. Only allowed to call routes: [${quoted(refusal.allowed)}]. Tried to call route: ${refusal.route}`,
      );
    case "address-denied":
      return new GatewayError(
        "address_denied",
        `Access forbidden: IP address not allowed. This key may not be used from ${refusal.requesterIp ?? "an unknown address"}; an administrator can change its allowed_ips.`,
      );
    case "parameter-missing":
      return new GatewayError(
        "missing_parameter",
        `BadRequest please pass param=${refusal.parameter} in request body. This is a required param of this ${scopeName(refusal.scope)}`,
        { param: refusal.parameter },
      );
    case "model-denied":
      return modelDenied(refusal.scope, refusal.allowed, model, legacyStatuses);
    case "rate-limit":
      return rateLimited(refusal.limit, refusal.name, nowMs);
    case "budget":
      return overBudget(refusal, attempted);
    case "budget-in-flight":
      return budgetInFlight(refusal);
  }
}

function blockedMessage(scope: ScopeKind, name: string): string {
  return scope === "key"
    ? "Key is blocked. Update via `/key/unblock` if you're an admin."
    : `${titleOf(scope)}=${name} is blocked. An administrator can unblock it.`;
}

function modelDenied(
  scope: ScopeKind,
  allowed: readonly string[],
  model: string,
  legacyStatuses: boolean,
): GatewayError {
  const word = scope === "organization" ? "org" : scope;
  return new GatewayError(
    "model_access_denied",
    `${word} not allowed to access model. This ${word} can only access models=[${quoted(allowed)}]. Tried to access ${model}`,
    { param: "model", type: `${word}_model_access_denied`, ...(legacyStatuses && { status: 401 }) },
  );
}

function rateLimited(limit: RateStanding, name: string, nowMs: number): GatewayError {
  const unit = limit.unit === "parallel" ? "max_parallel_requests" : limit.unit;
  const retryAfterMs = Math.max(limit.resetMs, 1_000);
  const resetsAt = iso(nowMs + retryAfterMs)
    .slice(0, 19)
    .replace("T", " ");
  const forModel = limit.model === null ? "" : `:${limit.model}`;
  return new GatewayError(
    "rate_limited",
    `Rate limit exceeded for ${scopeWord(limit)}: ${name}${forModel}. Limit type: ${unit}. Current limit: ${limit.limit}, Remaining: ${limit.remaining}. Limit resets at: ${resetsAt} UTC`,
    {
      retryAfterMs,
      headers: {
        ...rateHeadersOf([limit]),
        rate_limit_type: unit,
        reset_at: resetsAt,
      },
    },
  );
}

function overBudget(refusal: BudgetRefusal, attempted: Attempted): GatewayError {
  const { spentNanoUsd, limitNanoUsd, neededNanoUsd, resetAtMs } = refusal;
  const short =
    spentNanoUsd < limitNanoUsd
      ? ` ${formatUsd(limitNanoUsd - spentNanoUsd)} is left and this call could cost ${formatUsd(neededNanoUsd)}; a smaller max_tokens may fit.`
      : "";
  const reset = resetAtMs === null ? " It does not reset." : ` It resets at ${iso(resetAtMs)}.`;
  const isMessages = attempted.route === MESSAGES_ROUTE;
  return new GatewayError("budget_exceeded", exceeded(refusal) + short + reset, {
    ...(resetAtMs === null ? {} : { retryAfterMs: resetAtMs - attempted.nowMs }),
    ...(isMessages && { headers: rejectedHeaders(refusal) }),
    // Claude Code shows what we say for a 429 only.
    ...(attempted.legacyStatuses === true && !isMessages && { status: 400 }),
  });
}

/** LiteLLM's words, which scripts look for; they differ with whose budget it was. */
function exceeded({ scope, name, model, spentNanoUsd, limitNanoUsd }: BudgetRefusal): string {
  const spent = usdFromNano(spentNanoUsd);
  const limit = usdFromNano(limitNanoUsd);
  if (model !== null) {
    const owner = scope === "key" ? "Virtual Key" : titleOf(scope);
    return `LiteLLM ${owner}: ${name}, exceeded budget for model=${model}. Current cost: ${spent}, Max budget: ${limit}.`;
  }
  if (scope === "end_user") {
    return `ExceededBudget: End User=${name} over budget. Spend=${spent}, Budget=${limit}.`;
  }
  const whose = scope === "global" ? "" : ` ${titleOf(scope)}=${name}`;
  return `Budget has been exceeded!${whose} Current cost: ${spent}, Max budget: ${limit}.`;
}

function budgetInFlight(refusal: BudgetRefusal): GatewayError {
  const forModel = refusal.model === null ? "" : ` for ${refusal.model}`;
  return new GatewayError(
    "budget_in_flight",
    `The rest of the budget of ${scopeName(refusal.scope)} ${refusal.name}${forModel} is held by calls in flight: ${formatUsd(refusal.spentNanoUsd)} spent, ${formatUsd(refusal.heldNanoUsd)} held, of ${formatUsd(refusal.limitNanoUsd)}. Try again when they are done.`,
    { retryAfterMs: 1_000 },
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** `end user` */
function scopeName(scope: ScopeKind): string {
  return scope.replace("_", " ");
}

/** `End User` */
function titleOf(scope: ScopeKind): string {
  return scopeName(scope).replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
