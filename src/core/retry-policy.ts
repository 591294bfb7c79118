import { costOf } from "./cost.ts";
import type { Usage } from "./chat.ts";
import type { RouterSettings } from "./config/deployment.ts";
import { failurePolicy, type Failure, type FailureCategory } from "./failure.ts";
import type { Price } from "./price.ts";

/** Who has something to say about how often a failed call is tried again. */
export interface RetryVoices {
  /** The caller's `num_retries`. */
  wished: number | undefined;
  group: string;
  /** `num_retries` of the deployment that failed. */
  ofDeployment: number | undefined;
  router: Pick<RouterSettings, "retriesMax" | "retriesByCategory" | "groupRetries">;
}

export interface RetryRule {
  /** Further attempts after the first, within the group. */
  retriesMax: number;
  /** Another deployment of the group might answer. */
  failover: boolean;
  /** The one that failed might answer after a moment. */
  retry: boolean;
}

/**
 * What a failure allows. The caller's word comes first; then what the operator said of this kind of
 * failure, which is more exact than any number for all kinds; then the deployment's and the router's.
 * A number the operator gave for a kind of failure holds even where we would not try again.
 */
export function retryRule(failure: Failure, voices: RetryVoices): RetryRule {
  const { wished, group, ofDeployment, router } = voices;
  const { category } = failure;
  const { failover, retry } = failurePolicy(failure);
  const ofCategory =
    router.groupRetries.get(group)?.[category] ?? router.retriesByCategory[category];
  const retriesMax = Math.min(
    wished ?? ofCategory ?? ofDeployment ?? router.retriesMax,
    RETRIES_MAX,
  );
  const isInsisted = ofCategory !== undefined && ofCategory > 0;
  return { retriesMax, failover, retry: (retry || isInsisted) && retriesMax > 0 };
}

/** With waits that double, more attempts than this outlast every client. */
export const RETRIES_MAX = 20;

/**
 * How long to leave a deployment alone that failed so many times for this call: as long as the vendor
 * wishes, else doubling from a quarter of a second with full jitter, and never less than the operator's
 * `retry_after`.
 */
export function backoffMs(
  { retryAfterMs }: Pick<Failure, "retryAfterMs">,
  failures: number,
  { random, leastMs }: { random(): number; leastMs: number },
): number {
  const ceilingMs = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MS_MAX);
  return Math.max(retryAfterMs ?? Math.round(random() * ceilingMs), leastMs);
}

const BACKOFF_MS = 250;
const BACKOFF_MS_MAX = 8_000;

/** What a vendor may bill for an attempt that brought no answer. */
export interface Spoilt {
  /** What it counted, if it came to that: Anthropic's grammar counts the prompt at the start. */
  usage: Usage | undefined;
  /** It had the time to write the whole answer, and not only to read the question. */
  isWhole: boolean;
}

/** The most such an attempt can be billed: what was counted, else what the call was bounded by. */
export function spoiltNanoUsd(
  { usage, isWhole }: Spoilt,
  { inputNanoUsd, heldNanoUsd }: { inputNanoUsd: number; heldNanoUsd: number },
  price: Price | undefined,
): number {
  if (usage !== undefined && price !== undefined) return costOf(usage, price).costNanoUsd;
  return isWhole ? heldNanoUsd : inputNanoUsd;
}

/**
 * Nobody is charged for attempts that brought no answer, so their price is the operator's. It may
 * reach what the call itself holds, and then the call ends: a vendor that breaks every stream at its
 * most expensive moment must not be paid for that many times. One attempt is always free, because none
 * can cost more than is held.
 */
export function mayRiskMore(spoiltSoFarNanoUsd: number, heldNanoUsd: number): boolean {
  return spoiltSoFarNanoUsd <= heldNanoUsd;
}

/** Whether a failure of this kind leaves open that the vendor has worked, and so that it bills. */
export function mayHaveWorked(category: FailureCategory, wasAccepted: boolean): boolean {
  // A request that got no answer in time was being worked on, as far as anybody knows.
  return wasAccepted || category === "timeout";
}
