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
