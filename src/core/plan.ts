import type { Deployment, GatewayConfig } from "./config/deployment.ts";
import { findWildcard } from "./config/wildcards.ts";

/** What a caller's model name means: a group of deployments that can serve it. */
export interface ModelGroup {
  /** The group's own name, after aliases. */
  name: string;
  deployments: readonly Deployment[];
}

/** By alias, by its own name, or by the most specific pattern that fits. */
export function findGroup(model: string, config: GatewayConfig): ModelGroup | undefined {
  const name = config.aliases.get(model) ?? model;
  const deployments = config.groups.get(name) ?? findWildcard(name, config.wildcards);
  return deployments === undefined ? undefined : { name, deployments };
}

export interface Conditions {
  /** Time until which a deployment rests after it throttled or broke; 0 when it does not. */
  restsUntilMs(deploymentId: string): number;
  nowMs: number;
  /** Uniform in [0, 1). */
  random(): number;
}

/**
 * In which order deployments are tried: by `order`, within it LiteLLM's simple-shuffle (random, by
 * `weight` or else `rpm` or else `tpm`). Resting ones come last, soonest awake first: a caller sees a
 * 429 only after every deployment was given its chance.
 */
export function orderDeployments(
  deployments: readonly Deployment[],
  conditions: Conditions,
): Deployment[] {
  const awake = deployments.filter((one) => conditions.restsUntilMs(one.id) <= conditions.nowMs);
  const resting = deployments
    .filter((one) => conditions.restsUntilMs(one.id) > conditions.nowMs)
    .toSorted((a, b) => conditions.restsUntilMs(a.id) - conditions.restsUntilMs(b.id));
  return [...shuffleByTier(awake, conditions.random), ...resting];
}

function shuffleByTier(deployments: readonly Deployment[], random: () => number): Deployment[] {
  const weigh = weigherFor(deployments);
  // Weighted sampling without replacement: the largest of u^(1/w) goes first (Efraimidis, Spirakis).
  // Its logarithm is compared, because the power of a small weight is zero for every other draw.
  const draws = new Map(deployments.map((one) => [one, Math.log(1 - random()) / weigh(one)]));
  return deployments.toSorted(
    (a, b) => a.order - b.order || (draws.get(b) ?? 0) - (draws.get(a) ?? 0),
  );
}

function weigherFor(deployments: readonly Deployment[]): (deployment: Deployment) => number {
  for (const field of ["weight", "rpm", "tpm"] as const) {
    // One deployment with a weight makes weights the rule, as in LiteLLM; the others count little.
    if (deployments.some((one) => one[field] !== undefined)) {
      return (one) => Math.max(one[field] ?? 0, WEIGHT_MIN);
    }
  }
  return () => 1;
}

/** Keeps the quotient finite for a weight of zero, which then practically never comes first. */
const WEIGHT_MIN = 1e-3;
