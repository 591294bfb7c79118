import type { Deployment, GatewayConfig } from "../config/deployment.ts";
import type { GroupRules } from "./choice.ts";

/** What a pool has to know of a group. */
export function groupRules(
  group: string,
  deployments: readonly Deployment[],
  config: Pick<GatewayConfig, "version" | "router">,
): GroupRules {
  const { router } = config;
  return {
    group,
    configVersion: config.version,
    strategy: "adaptive",
    cooldownMs: router.cooldownMs,
    allowedFails: undefined,
    allowedFailsByCategory: {},
    cooldownsDisabled: false,
    latencyBuffer: 0,
    latencyTtlMs: 0,
    affinityTtlMs: 0,
    deployments: deployments.map((one) => ({
      id: one.id,
      order: one.order,
      weight: one.weight,
      requestsPerMinute: one.rpm,
      tokensPerMinute: one.tpm,
      parallel: undefined,
      picoPerToken: undefined,
      cacheReadFraction: 1,
    })),
  };
}

/** Whether a group needs somebody who sees all its calls: there is a choice, or a limit to keep. */
export function isPooled(rules: GroupRules): boolean {
  const [first, second] = rules.deployments;
  if (first === undefined) return false;
  const { requestsPerMinute, tokensPerMinute, parallel } = first;
  return (
    second !== undefined ||
    [requestsPerMinute, tokensPerMinute, parallel].some((limit) => limit !== undefined)
  );
}
