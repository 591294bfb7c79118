import type { FailureCategory } from "../failure.ts";
import { addToWindow, takeFromWindow } from "../ledger/rate-window.ts";
import { forgetHomes, settleHome } from "./affinity.ts";
import { countSince, requestsUsed, tokensUsed } from "./capacity.ts";
import type { AttemptReport, DeploymentRules, GroupRules } from "./choice.ts";
import { endsRest, isCallersFault, restAfter, type Failed } from "./cooldown.ts";
import { addSample, TIMED_OUT_MS } from "./latency.ts";
import { stateOf, type DeploymentState, type Place, type PoolState } from "./pool-state.ts";
import { learnFromHeaders, learnFromRefusal, type Observed } from "./quota.ts";
import { giveBack } from "./take.ts";

/**
 * Learns how an attempt went and gives its place back. A place given back before (reported twice,
 * overdue, or lost with the pool's memory) is no reason to learn nothing: a refusal is still news.
 */
export function report(
  state: PoolState,
  rules: GroupRules,
  told: AttemptReport,
  nowMs: number,
): void {
  const known = state.deployments.get(told.deploymentId);
  const place = known && giveBack(known, told.ticket, (one) => tokensOf(told, one), nowMs);
  const deploymentRules = rules.deployments.find((one) => one.id === told.deploymentId);
  // The configuration has changed meanwhile, and may change back: only the place matters.
  if (deploymentRules === undefined) return;
  const deployment = stateOf(state, told.deploymentId);
  forgetHomes(state, rules.affinityTtlMs, nowMs);
  noteResult(told, { state, deployment, deploymentRules, rules, place, nowMs });
  if (told.quota !== undefined) {
    const ownUse = {
      requests: requestsUsed(deployment, nowMs).accepted,
      tokens: tokensUsed(deployment, nowMs),
    };
    deployment.quota = learnFromHeaders(deployment.quota, told.quota, ownUse, nowMs);
  }
}

interface Noted {
  state: PoolState;
  deployment: DeploymentState;
  deploymentRules: DeploymentRules;
  rules: GroupRules;
  place: Place | undefined;
  nowMs: number;
}

function noteResult(told: AttemptReport, noted: Noted): void {
  const { result, deploymentId } = told;
  const { state, deployment, place, nowMs } = noted;
  switch (result.kind) {
    case "answered":
      if (endsRest(place, deployment)) deployment.rest = undefined;
      if (place === undefined) return;
      addSample(deployment, { ...result, atMs: nowMs, stream: place.stream });
      return settleHome(state, place.affinity, deploymentId, cachedBy(told, noted), nowMs);
    case "failed":
      return noteFailure(result, noted);
    case "abandoned":
      return;
    case "unsent":
      // Who is refused uses nothing up, or a spent budget could keep everybody else out.
      if (place !== undefined) takeFromWindow(deployment.requests, place.takenAtMs, 1);
      return;
  }
}

/** What of the conversation is in the vendor's cache now, as far as can be told. */
function cachedBy(
  { tokens, cachedTokens }: AttemptReport,
  { deploymentRules: { tellsCacheWrites = false } }: Noted,
): number | undefined {
  return (tellsCacheWrites ? cachedTokens : undefined) ?? tokens ?? undefined;
}

function noteFailure(failed: Failed, noted: Noted): void {
  const { deployment, deploymentRules, rules, place, nowMs } = noted;
  if (isCallersFault(failed.category)) {
    if (endsRest(place, deployment)) deployment.rest = undefined;
    return;
  }
  addToWindow(deployment.failures, nowMs, 1);
  if (failed.category === "rate-limit" && place !== undefined)
    noteRefusal(deployment, place, nowMs);
  if (failed.category === "timeout" && place !== undefined) {
    const sample = { atMs: nowMs, stream: place.stream, totalMs: TIMED_OUT_MS };
    addSample(deployment, { ...sample, firstTokenMs: null });
  }
  deployment.rest =
    restAfter(failed, place, deployment, deploymentRules, rules, nowMs) ?? deployment.rest;
}

function noteRefusal(deployment: DeploymentState, place: Place, nowMs: number): void {
  addToWindow(deployment.refused, place.takenAtMs, 1);
  const { quota } = deployment;
  const requests = requestsLetThrough(deployment, nowMs);
  // What a few large calls happened to use says nothing of a limit of tokens.
  const isChance = requests.lastMinute < requests.least;
  deployment.quota = {
    requests: learnFromRefusal(quota.requests, requests, nowMs),
    tokens: isChance
      ? quota.tokens
      : learnFromRefusal(quota.tokens, tokensLetThrough(deployment, nowMs), nowMs),
  };
}

/** Who has less than this is served by being refused now and then. */
const REQUESTS_MIN = 5;
const TOKENS_MIN = 10_000;

function requestsLetThrough(deployment: DeploymentState, nowMs: number): Observed {
  const { requests, refused } = deployment;
  return {
    least: REQUESTS_MIN,
    lastMinute: requestsUsed(deployment, nowMs).accepted,
    since: (atMs) => countSince(requests, atMs) - countSince(refused, atMs),
  };
}

function tokensLetThrough(deployment: DeploymentState, nowMs: number): Observed {
  const inFlightSince = (atMs: number) =>
    deployment.places
      .values()
      .filter((place) => place.takenAtMs >= atMs)
      .reduce((sum, place) => sum + place.tokens, 0);
  return {
    least: TOKENS_MIN,
    lastMinute: tokensUsed(deployment, nowMs),
    since: (atMs) => countSince(deployment.tokens, atMs) + inFlightSince(atMs),
  };
}

/** What an attempt used. A refusal used nothing; when nobody knows, what was held stands. */
function tokensOf({ tokens, result }: AttemptReport, place: Place): number {
  if (tokens !== null) return tokens;
  if (result.kind === "failed" && !MAY_HAVE_READ.has(result.category)) return 0;
  return place.tokens;
}

/** Failures after which the vendor may have counted tokens nobody heard of. */
const MAY_HAVE_READ: ReadonlySet<FailureCategory> = new Set([
  "timeout",
  "connection",
  "broken-stream",
  "server-error",
]);
