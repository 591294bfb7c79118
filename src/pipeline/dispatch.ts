import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { failurePolicy, type Failure } from "../core/failure.ts";
import { orderDeployments } from "../core/plan.ts";
import { findProvider } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import type { Admitted } from "./admitted.ts";
import { attemptAnswer, type Answer, type AttemptResult } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { pricedDeployments } from "./forward-bound.ts";
import { keepersOf, readPrevious } from "./previous-response.ts";

export type Dispatched =
  | {
      kind: "answered";
      answer: Answer;
      deployment: Deployment;
      attempts: number;
      /** Parameters the target cannot express and whose absence is cosmetic. */
      dropped: string[];
    }
  | ({ kind: "failed"; deployment: Deployment; attempts: number } & Failed);

/** Why a deployment did not answer; see `AttemptResult`. */
type Failed = Omit<Extract<AttemptResult, { ok: false }>, "ok">;

/**
 * Asks deployments until one answers: the only place in the gateway that tries anything twice.
 * Every deployment of the group gets a chance before any is asked again.
 */
export async function dispatch(call: Call, admitted: Admitted, deps: Deps): Promise<Dispatched> {
  const owner = {
    accountId: call.caller.accountId,
    userId: admitted.admission.key.userId,
  };
  const previous = await readPrevious(call, owner, deps);
  const candidates = await keepersOf(previous, findCandidates(call, deps), deps);
  const attemptsMax = 1 + Math.max(deps.config.router.retriesMax, candidates.length - 1);
  const deadlineMs = call.context.startedAtMs + deps.config.router.timeoutMs;
  const { outputTokensMax } = admitted;
  const given = { call, outputTokensMax, owner, previousId: previous?.id };
  let remaining = candidates;
  for (let attempts = 1; ; attempts++) {
    const [candidate, ...others] = remaining;
    if (candidate === undefined) throw new GatewayError("internal_error", "No deployment is left.");
    const { deployment } = candidate;
    const result = await attemptAnswer({ ...given, ...candidate, attempts }, deps);
    if (result.ok) {
      return { kind: "answered", ...result, deployment, attempts };
    }
    const { failure, setupError } = result;
    const failed: Failed = { failure, setupError };
    noteFailure(deployment, failure, deps);
    const againAtMs = deps.nowMs() + backoffMs(failure, attempts, deps);
    remaining = nextCandidates({ ...candidate, failed, againAtMs }, others);
    const next = remaining[0];
    const waitMs = Math.max(0, (next?.againAtMs ?? 0) - deps.nowMs());
    const exhausted = next === undefined || attempts >= attemptsMax;
    if (exhausted || waitMs > RETRY_WAIT_MS_MAX || deps.nowMs() + waitMs > deadlineMs) {
      return { kind: "failed", ...mostHopeful(next, { deployment, failed }), attempts };
    }
    if (waitMs > 0) await deps.sleep(waitMs);
    if (call.context.callerGone.aborted) {
      return { kind: "failed", ...failed, deployment, attempts };
    }
  }
}

interface Candidate {
  deployment: Deployment;
  provider: Provider;
  /** How it failed when it was asked. */
  failed?: Failed;
  /** When it may be asked again; 0 before it was ever asked. */
  againAtMs: number;
}

/** Deployments that can be called at all, best first. Says what is missing when there are none. */
function findCandidates(call: Call, deps: Deps): Candidate[] {
  const ordered = orderDeployments(pricedDeployments(call), {
    restsUntilMs: (id) => deps.cooldowns.restsUntilMs(id),
    nowMs: deps.nowMs(),
    random: () => deps.random(),
  });
  const serving = ordered.filter((one) => serves(findProvider(one.provider), call));
  if (serving.length === 0 && ordered.length > 0) throw notServed(call);
  const candidates = serving.flatMap((deployment) => {
    const provider = findProvider(deployment.provider);
    return provider === undefined || provider.missing(deployment).length > 0
      ? []
      : [{ deployment, provider, againAtMs: 0 }];
  });
  if (candidates.length === 0) throw notConfigured(call, ordered);
  return candidates;
}

function serves(provider: Provider | undefined, { route: { forward } }: Call): boolean {
  return forward === undefined || provider?.endpoints?.[forward.operation] !== undefined;
}

function notServed({ envelope, route }: Call): GatewayError {
  const unserved = route.forward?.unserved;
  if (unserved !== undefined) {
    return new GatewayError("invalid_request", `${envelope.model} ${unserved}`, { param: "model" });
  }
  const message = `The provider of ${envelope.model} serves no ${route.forward?.operation ?? ""}; GET /v1/models lists the other models.`;
  return new GatewayError("not_supported", message, { param: "model" });
}

function notConfigured(call: Call, deployments: readonly Deployment[]): GatewayError {
  const missing = deployments.flatMap((one) =>
    // The variable an administrator wrote in the configuration says more than the setting it fills.
    (findProvider(one.provider)?.missing(one) ?? []).map((name) => one.unresolved[name] ?? name),
  );
  return new GatewayError(
    "not_configured",
    `${call.envelope.model} has no usable deployment: an administrator still has to set ${[...new Set(missing)].join(", ")}.`,
    { param: "model" },
  );
}

/**
 * A deployment that failed goes out of the row, or behind those nobody asked yet; among those asked
 * before, the one that may be asked again soonest is next.
 */
function nextCandidates(last: Candidate & { failed: Failed }, others: Candidate[]): Candidate[] {
  const { failover, retry } = failurePolicy(last.failed.failure);
  const again = retry ? [last] : [];
  return failover ? [...others, ...again].toSorted((a, b) => a.againAtMs - b.againAtMs) : again;
}

/** Told to the caller: of a throttled deployment and a misconfigured one, "try again later" is true. */
function mostHopeful(
  next: Candidate | undefined,
  last: { deployment: Deployment; failed: Failed },
): Failed & { deployment: Deployment } {
  const { deployment, failed = last.failed } = next?.failed === undefined ? last : next;
  return { ...failed, deployment };
}

function noteFailure(deployment: Deployment, failure: Failure, deps: Deps): void {
  const restMs = restOf(failure, deps.config.router.cooldownMs);
  if (restMs > 0) deps.cooldowns.rest(deployment.id, deps.nowMs() + restMs);
}

/** LiteLLM cools a deployment at once on 429 and on errors that asking again cannot mend. */
function restOf(failure: Failure, cooldownMs: number): number {
  switch (failure.category) {
    case "rate-limit":
    case "overloaded":
      return Math.min(Math.max(failure.retryAfterMs ?? cooldownMs, cooldownMs), REST_MS_MAX);
    case "quota":
    case "credential":
    case "permission":
    case "not-found":
    case "timeout":
      return cooldownMs;
    case "server-error":
    case "connection":
    case "broken-stream":
    case "context-length":
    case "content-policy":
    case "invalid-request":
    case "too-large":
      return 0;
  }
}

/** The vendor's wish first, otherwise doubling from a quarter of a second, with full jitter. */
function backoffMs(failure: Failure, attempts: number, deps: Deps): number {
  if (failure.retryAfterMs !== undefined) return failure.retryAfterMs;
  return Math.round(deps.random() * Math.min(BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MS_MAX));
}

const BACKOFF_MS = 250;
const BACKOFF_MS_MAX = 8_000;
/** A caller waits this long for a vendor's `retry-after`; beyond it the caller's own client decides. */
const RETRY_WAIT_MS_MAX = 10_000;
/** A vendor that asks for an hour is asked again sooner: quotas are often lifted early. */
const REST_MS_MAX = 60_000;
