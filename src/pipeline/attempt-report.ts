import type { Failure, FailureCategory } from "../core/failure.ts";
import type { AttemptReport } from "../core/routing/choice.ts";
import type { Charge } from "./charge.ts";
import type { Outcome } from "./outcome.ts";

/** How an attempt went, without where it was made. */
export type Told = Pick<AttemptReport, "result" | "tokens" | "cachedTokens">;

/** Nobody was asked, so the vendor counts nothing. */
export const UNSENT: Told = { result: { kind: "unsent" }, tokens: 0 };

/** Its answer was not waited for; what its vendor counts nobody knows. */
export const ABANDONED: Told = { result: { kind: "abandoned" }, tokens: null };

/** An attempt that brought no answer. */
export function toldOfFailure({ category, retryAfterMs, isHasty }: Failure): Told {
  if (isHasty === true) return ABANDONED;
  return {
    result: {
      kind: "failed",
      category,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
    tokens: countsNothing(category) ? 0 : null,
  };
}

/** A vendor that refuses a request does not count its tokens; one that breaks may have. */
function countsNothing(category: FailureCategory): boolean {
  switch (category) {
    case "rate-limit":
    case "quota":
    case "overloaded":
    case "context-length":
    case "content-policy":
    case "invalid-request":
    case "too-large":
    case "credential":
    case "permission":
    case "not-found":
      return true;
    case "server-error":
    case "timeout":
    case "connection":
    case "broken-stream":
      return false;
  }
}

/** What the end of a call says about the attempt that was still under way. */
export function toldOfEnding(
  { ending, observed, errorCode }: Outcome,
  charge: Charge,
  timing: { sentAtMs: number; nowMs: number; stream: boolean; cutsEarly: boolean },
): Told {
  const tokens = tokensOf(charge);
  switch (ending) {
    case "finished":
      return {
        result: { kind: "answered", ...durations(observed, timing) },
        tokens,
        ...cachedOf(charge),
      };
    case "broken":
      // Neither a fault of ours nor a caller's haste says anything about the deployment.
      if (errorCode === "internal_error" || (timing.cutsEarly && errorCode === "upstream_timeout"))
        return { result: { kind: "abandoned" }, tokens };
      return { result: { kind: "failed", category: brokenBy(errorCode) }, tokens };
    case "caller-gone":
    case "refused":
      return { result: { kind: "abandoned" }, tokens };
  }
}

function durations(
  { firstTokenAtMs }: Outcome["observed"],
  { sentAtMs, nowMs, stream }: { sentAtMs: number; nowMs: number; stream: boolean },
): { firstTokenMs: number | null; totalMs: number } {
  // An answer in one piece has its first token when it has its last.
  const hasFirst = stream && firstTokenAtMs !== null;
  return {
    firstTokenMs: hasFirst ? Math.max(0, firstTokenAtMs - sentAtMs) : null,
    totalMs: Math.max(0, nowMs - sentAtMs),
  };
}

function brokenBy(errorCode: Outcome["errorCode"]): FailureCategory {
  if (errorCode === "upstream_timeout") return "timeout";
  if (errorCode === "upstream_overloaded") return "overloaded";
  return errorCode === "upstream_rate_limited" ? "rate-limit" : "broken-stream";
}

function cachedOf({ usage, usageSource }: Charge): Pick<Told, "cachedTokens"> {
  if (usageSource !== "reported") return {};
  const { cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = usage;
  return { cachedTokens: cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens };
}

/** `null` where only the reservation is known. */
function tokensOf({ usage, usageSource }: Charge): number | null {
  switch (usageSource) {
    case "reported":
    case "observed":
      return usage.inputTokens + usage.outputTokens;
    case "reserved":
      return null;
    case "none":
      return 0;
  }
}
