import { AFFINITY_TTL_MS } from "../config/router-settings.ts";
import type { Deployment, GatewayConfig, RouterSettings } from "../config/deployment.ts";
import type { Price } from "../price.ts";
import type { ModelGroup } from "../plan.ts";
import type { DeploymentRules, GroupRules, Strategy } from "./choice.ts";

/** What a pool has to know of a group. */
export function groupRules(
  group: string,
  deployments: readonly Deployment[],
  { version, router }: Pick<GatewayConfig, "version" | "router">,
): GroupRules {
  const strategy = strategyFor({ name: group, deployments }, router);
  const affinityTtlMs = strategy === "adaptive" ? AFFINITY_TTL_MS : 0;
  return {
    group,
    configVersion: version,
    strategy,
    cooldownMs: router.cooldownMs,
    judgesRests: strategy === "adaptive" && !router.isCooldownWritten,
    allowedFails: router.allowedFails,
    allowedFailsByCategory: router.allowedFailsByCategory,
    cooldownsDisabled: router.cooldownsDisabled,
    latencyBuffer: router.latencyBuffer,
    latencyTtlMs: router.latencyTtlMs,
    // Who wrote one of LiteLLM's strategies gets that and no stickiness, unless it was asked for.
    affinityTtlMs: router.affinityTtlMs ?? affinityTtlMs,
    deployments: deployments.map(deploymentRules),
  };
}

/** LiteLLM's default means nothing in a group without a choice, and less than ours in any other. */
export function strategyFor(
  { name, deployments }: ModelGroup,
  router: Pick<RouterSettings, "strategy" | "groupStrategies">,
): Strategy {
  const written = router.groupStrategies.get(name) ?? router.strategy;
  return written ?? (deployments.length > 1 ? "adaptive" : "simple-shuffle");
}

function deploymentRules(deployment: Deployment): DeploymentRules {
  const { id, order, weight, price } = deployment;
  return {
    id,
    order,
    weight,
    requestsPerMinute: deployment.rpm,
    tokensPerMinute: deployment.tpm,
    parallel: deployment.parallelMax,
    picoPerToken: pricePerToken(price),
    cacheReadFraction: cacheReadFraction(price),
    tellsCacheWrites: tellsCacheWrites(price),
    cooldownMs: deployment.cooldownMs,
    allowedFails: deployment.allowedFails,
    allowedFailsByCategory: deployment.allowedFailsByCategory,
  };
}

function pricePerToken(price: Price | undefined): number | undefined {
  if (price === undefined || price.unitsOnly === true) return undefined;
  return price.inputPico + price.outputPico;
}

function cacheReadFraction(price: Price | undefined): number {
  if (price === undefined || price.inputPico <= 0) return 1;
  return Math.min(price.cacheReadPico / price.inputPico, 1);
}

/** Who charges more for filling a cache than for reading says how much was filled. */
function tellsCacheWrites(price: Price | undefined): boolean {
  return price !== undefined && price.cacheWrite5mPico > price.inputPico;
}

/** Whether a group needs somebody who sees all its calls: there is a choice, or a limit to keep. */
export function isPooled(rules: GroupRules): boolean {
  const [first] = rules.deployments;
  if (first === undefined) return false;
  const { requestsPerMinute, tokensPerMinute, parallel } = first;
  const isLimited = [requestsPerMinute, tokensPerMinute, parallel].some((one) => one !== undefined);
  return rules.deployments.length > 1 || isLimited;
}
