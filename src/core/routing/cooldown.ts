import type { FailureCategory } from "../failure.ts";
import { countInWindow } from "../ledger/rate-window.ts";
import type { DeploymentRules, GroupRules } from "./choice.ts";
import { usableLimit } from "./quota.ts";
import type { DeploymentState, Place, Rest } from "./pool-state.ts";

/** Whether a deployment may be asked. `probe`: its rest is over, and one call may try. */
export type Standing =
  | { kind: "open" }
  | { kind: "probe" }
  | { kind: "resting"; untilMs: number }
  | { kind: "probing"; untilMs: number };

/** May be asked, if only by one call. */
export function isAwake(
  standing: Standing,
): standing is Extract<Standing, { kind: "open" | "probe" }> {
  return standing.kind === "open" || standing.kind === "probe";
}

/** A refusal comes at once, so a throttled deployment that is silent for so long has taken the call. */
const ACCEPTED_AFTER_MS = 1_500;
/** Nobody knows when a probe will end; soon is a fair guess. */
const PROBE_RETRY_MS = 1_000;

export function standingOf({ rest, places }: DeploymentState, nowMs: number): Standing {
  if (rest === undefined) return { kind: "open" };
  if (nowMs < rest.untilMs) return { kind: "resting", untilMs: rest.untilMs };
  // Maps keep the order of insertion: this is the first call since the rest.
  const probe = places.values().find((place) => place.takenAtMs >= rest.untilMs);
  if (probe === undefined) return { kind: "probe" };
  if (!rest.throttled) return { kind: "probing", untilMs: nowMs + PROBE_RETRY_MS };
  const acceptedAtMs = probe.takenAtMs + ACCEPTED_AFTER_MS;
  return nowMs < acceptedAtMs ? { kind: "probing", untilMs: acceptedAtMs } : { kind: "open" };
}

/** What went wrong, and whether it was one call's fault or the deployment's. */
type Fault = "throttled" | "broken" | "flaky" | "callers";

/** LiteLLM cools at once on 429 and on what asking again cannot mend, and on the rest by shares. */
const FAULTS: Record<FailureCategory, Fault> = {
  "rate-limit": "throttled",
  overloaded: "throttled",
  quota: "broken",
  credential: "broken",
  permission: "broken",
  "not-found": "broken",
  timeout: "broken",
  "server-error": "flaky",
  connection: "flaky",
  "broken-stream": "flaky",
  "context-length": "callers",
  "content-policy": "callers",
  "invalid-request": "callers",
  "too-large": "callers",
};

/** The deployment did its work; the call could not be answered anywhere. */
export function isCallersFault(category: FailureCategory): boolean {
  return FAULTS[category] === "callers";
}

export interface Failed {
  category: FailureCategory;
  retryAfterMs?: number;
}

/** A vendor that asks for an hour is asked again sooner: quotas are often lifted early. */
const REST_MS_MAX = 60_000;
/** LiteLLM's: a rest when more than half of the minute's calls failed. */
const FAILED_SHARE_MAX = 0.5;

/**
 * The rest a failure leads to; undefined: none. `place` is the failed call's; the failure itself is
 * counted already.
 */
export function restAfter(
  failed: Failed,
  place: Place | undefined,
  state: DeploymentState,
  rules: DeploymentRules,
  group: GroupRules,
  nowMs: number,
): Rest | undefined {
  const fault = FAULTS[failed.category];
  const throttled = fault === "throttled";
  // Sparing the only one helps nobody: what it refused one call, it may answer the next.
  const isAlone = group.deployments.length === 1;
  if (isAlone || group.cooldownsDisabled || fault === "callers") return undefined;
  // Calls that began before a rest say nothing new about it, but a refusal is always of this moment.
  if (!throttled && isStale(place, state.rest)) return undefined;
  const isProbe = place?.isProbe ?? false;
  if (!isProbe && !isEnough(failed.category, fault, state, rules, group, nowMs)) return undefined;
  const cooldownMs = rules.cooldownMs ?? group.cooldownMs;
  const statedMs = throttled ? failed.retryAfterMs : undefined;
  const judged = throttled && statedMs === undefined && group.judgesRests;
  const judgedMs = judged ? refillMs(state, nowMs) : Infinity;
  // What the operator wrote holds, however long.
  const unstatedMs = Math.min(cooldownMs, judgedMs);
  const restMs = statedMs === undefined ? unstatedMs : Math.min(statedMs, REST_MS_MAX);
  if (restMs <= 0) return undefined;
  return { untilMs: Math.max(nowMs + restMs, state.rest?.untilMs ?? 0), throttled, judged };
}

const MINUTE_MS = 60_000;
/** A rest shorter than this ends before those who were sent with the refused call are back. */
const JUDGED_REST_MS_MIN = 1_000;
/** Calls that should fit again after it. */
const REFILLED_CALLS = 2;

/** How long what was learned of the vendor's rate needs for a few more calls. */
function refillMs(state: DeploymentState, nowMs: number): number {
  const perMinute = usableLimit(state.quota.requests, nowMs) ?? 0;
  return Math.max((MINUTE_MS * REFILLED_CALLS) / perMinute, JUDGED_REST_MS_MIN);
}

function isStale(place: Place | undefined, rest: Rest | undefined): boolean {
  return rest !== undefined && (place === undefined || place.takenAtMs < rest.untilMs);
}

function isEnough(
  category: FailureCategory,
  fault: Fault,
  state: DeploymentState,
  rules: DeploymentRules,
  group: GroupRules,
  nowMs: number,
): boolean {
  const allowed =
    rules.allowedFailsByCategory?.[category] ??
    rules.allowedFails ??
    group.allowedFailsByCategory[category] ??
    group.allowedFails;
  const failures = countInWindow(state.failures, nowMs);
  if (allowed !== undefined) return failures > allowed;
  if (fault !== "flaky") return true;
  const over = Math.max(countInWindow(state.requests, nowMs) - state.places.size, failures);
  // The only call of a minute proves nothing.
  return over > 1 && failures / over > FAILED_SHARE_MAX;
}

/** Whether an answer ends the rest: one that began after it does, an older one proves nothing. */
export function endsRest(place: Place | undefined, { rest }: DeploymentState): boolean {
  return rest !== undefined && place !== undefined && place.takenAtMs >= rest.untilMs;
}
