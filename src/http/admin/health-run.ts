import type { Deployment } from "../../core/config/deployment.ts";
import type { HealthCheck } from "../../pipeline/check-health.ts";

export interface Checked {
  deployment: Deployment;
  check: HealthCheck;
}

/** A Worker has six connections open at a time, and calls need some of them. */
const AT_A_TIME = 3;
/** A check takes some three requests to other services; a Worker may make a thousand for one of its own. */
const CHECKS_MAX = 200;

/** Checks some at a time, in their order. What is beyond the bound is told as not asked. */
export async function checkAll(
  deployments: readonly Deployment[],
  check: (deployment: Deployment) => Promise<HealthCheck>,
): Promise<Checked[]> {
  const asked = deployments.slice(0, CHECKS_MAX);
  const found = new Map<Deployment, HealthCheck>();
  const open = asked.values();
  const work = async (): Promise<void> => {
    // One iterator for all: whoever is free takes the next.
    for (const deployment of open) found.set(deployment, await check(deployment));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return deployments.map((deployment) => ({
    deployment,
    check: found.get(deployment) ?? NOT_ASKED,
  }));
}

const NOT_ASKED: HealthCheck = {
  kind: "skipped",
  message: `not asked: at most ${CHECKS_MAX} at once; ask for one with ?model=`,
};
