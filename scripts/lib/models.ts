import { nameToSet } from "../../src/core/config/connection.ts";
import type { Deployment, GatewayConfig } from "../../src/core/config/deployment.ts";
import { findProvider } from "../../src/providers/index.ts";

/** Whether a model can be called, and which variables or settings its deployments still wait for. */
export interface ModelStanding {
  /** A `model_name`; one with a star stands for many. */
  name: string;
  deployments: number;
  usable: number;
  toSet: string[];
}

export function standingsOf({ groups, wildcards }: GatewayConfig): ModelStanding[] {
  const patterns = wildcards.map(({ pattern, deploymentsFor }) => {
    return [pattern, deploymentsFor(pattern.replaceAll("*", "any"))] as const;
  });
  return [...groups, ...patterns].map(([name, deployments]) => standingOf(name, deployments));
}

function standingOf(name: string, deployments: readonly Deployment[]): ModelStanding {
  const lacks = deployments.map((one) =>
    (findProvider(one.provider)?.missing(one) ?? []).map((field) => nameToSet(field, one)),
  );
  const usable = lacks.filter((one) => one.length === 0).length;
  return { name, deployments: lacks.length, usable, toSet: [...new Set(lacks.flat())] };
}

/** `demo` needs no credential, so it is the one to try wherever it is configured. */
export function modelToTry(standings: readonly ModelStanding[]): string | undefined {
  const usable = standings.filter((one) => one.usable > 0).map((one) => one.name);
  return usable.includes("demo") ? "demo" : usable.find((name) => !name.includes("*"));
}
