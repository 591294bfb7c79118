import { ERRORS, type ErrorCode } from "./errors.ts";

/** How calls ended, as a trend shows it. `blocked`: a limit or a rule of the operator's refused them. */
export const OUTCOMES = [
  "success",
  "client_error",
  "provider_error",
  "blocked",
  "gateway_error",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

const BLOCKED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "rate_limited",
  "budget_exceeded",
  "budget_in_flight",
  "model_access_denied",
  "route_denied",
  "address_denied",
  "blocked",
]);

/**
 * What kind of ending the daily sums mean by `success`, by an error's code, or, where a call failed
 * without one, by its status.
 */
export function outcomeOf(ending: string): Outcome {
  if (ending === "success") return "success";
  return isErrorCode(ending) ? outcomeOfCode(ending) : outcomeOfStatus(Number(ending));
}

/** Every error code whose calls are of this kind. */
export function codesOf(outcome: Outcome): ErrorCode[] {
  return Object.keys(ERRORS)
    .filter(isErrorCode)
    .filter((code) => outcomeOfCode(code) === outcome);
}

function isErrorCode(ending: string): ending is ErrorCode {
  return Object.hasOwn(ERRORS, ending);
}

function outcomeOfCode(code: ErrorCode): Outcome {
  if (BLOCKED.has(code)) return "blocked";
  const { origin, status } = ERRORS[code];
  switch (origin) {
    case "client":
      return "client_error";
    case "gateway":
      return "gateway_error";
    case "provider":
      // A vendor that refuses the request itself, too long or against its rules, is not in trouble.
      return status === 400 || status === 413 ? "client_error" : "provider_error";
  }
}

/** No status at all is a call nobody settled. */
function outcomeOfStatus(status: number): Outcome {
  if (status === 429) return "blocked";
  if (status >= 400 && status < 500) return "client_error";
  return status >= 500 ? "provider_error" : "gateway_error";
}
