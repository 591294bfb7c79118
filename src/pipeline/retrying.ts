import type { Deployment, RouterSettings } from "../core/config/deployment.ts";
import { fallbacksFor } from "../core/routing/fallbacks.ts";
import {
  backoffMs,
  mayRiskMore,
  RETRIES_MAX,
  retryRule,
  spoiltNanoUsd,
} from "../core/retry-policy.ts";
import type { Admitted } from "./admitted.ts";
import type { AttemptResult } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { callEndsAtMs } from "./timeouts.ts";

export type FailedResult = Extract<AttemptResult, { ok: false }>;

/** What follows from a failed attempt. */
export interface Sequel {
  /** Another deployment of the group may be asked. */
  failover: boolean;
  /** The one that failed may be asked again, from `againAtMs` on. */
  retry: boolean;
  againAtMs: number;
  /** Nothing speaks against a further attempt. */
  goesOn: boolean;
}

/** What the attempts at one group have taken so far, in number, time and money. */
export interface Retrying {
  note(result: FailedResult, deployment: Deployment): Sequel;
  /** Whether the call can wait that long for its next attempt; counts it if so. */
  mayWait(waitMs: number): boolean;
  /** The most attempts there could have been, by what is known now. */
  attemptsMax(): number;
}

/** `size`: how many deployments there are. Each gets a chance, however small the number of retries. */
export function createRetrying(call: Call, admitted: Admitted, size: number, deps: Deps): Retrying {
  const { router } = call.terms;
  const money = { ...admitted.bound, heldNanoUsd: admitted.admission.heldNanoUsd };
  const endsAtMs = callEndsAtMs(call, router);
  // Where another model can be asked, nobody waits longer for this one than in line for a place.
  const waitsMsMax = hasFallback(call, router) ? router.queueWaitMs : WAITS_MS_MAX;
  let failures = 0;
  let spoiltSoFar = 0;
  let waitedMs = 0;
  const wished = Math.min(call.wish.retriesMax ?? router.retriesMax, RETRIES_MAX);
  let attemptsMax = 1 + Math.max(wished, size - 1);
  return {
    note({ failure, spoilt }, deployment) {
      failures += 1;
      const rule = retryRule(failure, {
        wished: call.wish.retriesMax,
        group: call.group.name,
        ofDeployment: deployment.maxRetries,
        router,
      });
      if (spoilt !== undefined) spoiltSoFar += spoiltNanoUsd(spoilt, money, deployment.price);
      attemptsMax = 1 + Math.max(rule.retriesMax, size - 1);
      const hasTime = deps.nowMs() < endsAtMs;
      const waits = { random: () => deps.random(), leastMs: router.retryAfterMsMin };
      return {
        failover: rule.failover,
        retry: rule.retry,
        againAtMs: deps.nowMs() + backoffMs(failure, failures, waits),
        goesOn: hasTime && failures < attemptsMax && mayRiskMore(spoiltSoFar, money.heldNanoUsd),
      };
    },
    mayWait(waitMs) {
      const isShort = waitMs <= WAIT_MS_MAX && waitedMs + waitMs <= waitsMsMax;
      if (!isShort || deps.nowMs() + waitMs > endsAtMs) return false;
      waitedMs += waitMs;
      return true;
    },
    attemptsMax: () => attemptsMax,
  };
}

function hasFallback({ wish, group }: Call, { fallbacks }: RouterSettings): boolean {
  return (wish.fallbacks ?? fallbacksFor(group.name, "overloaded", fallbacks)).length > 0;
}

/** A caller waits this long for a vendor's `retry-after`; beyond it the caller's own client decides. */
const WAIT_MS_MAX = 10_000;
/** All waits together. A vendor that is not back by then will not be for this call. */
const WAITS_MS_MAX = 30_000;
