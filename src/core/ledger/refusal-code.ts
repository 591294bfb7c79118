import { ERRORS, type ErrorCode } from "../errors.ts";
import type { Refusal } from "../ledger.ts";

/** What reports count a refused call under, and what its caller's error is called. */
export function codeOfRefusal({ reason }: Refusal): ErrorCode {
  switch (reason) {
    case "unknown-key":
      return "invalid_key";
    case "expired":
      return "expired_key";
    case "blocked":
      return "blocked";
    case "route-denied":
      return "route_denied";
    case "address-denied":
      return "address_denied";
    case "parameter-missing":
      return "missing_parameter";
    case "model-denied":
      return "model_access_denied";
    case "rate-limit":
      return "rate_limited";
    case "budget":
      return "budget_exceeded";
    case "budget-in-flight":
      return "budget_in_flight";
  }
}

/** LiteLLM's statuses before 1.84, where the operator wants them. */
export function statusOfRefusal(
  refusal: Refusal,
  { route, legacyStatuses = false }: { route: string; legacyStatuses?: boolean },
): number {
  const { reason } = refusal;
  if (legacyStatuses && reason === "model-denied") return 401;
  // Claude Code shows what we say for a 429 only.
  if (legacyStatuses && reason === "budget" && route !== "/v1/messages") return 400;
  return ERRORS[codeOfRefusal(refusal)].status;
}
