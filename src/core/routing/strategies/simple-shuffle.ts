import type { DeploymentRules } from "../choice.ts";
import type { RankCandidates } from "./strategy.ts";

/** Random, by `weight` where any deployment has one, else by `rpm`, else by `tpm`, else evenly. */
export const simpleShuffle: RankCandidates = (candidates, { random }) => {
  const weigh = weigherFor(candidates.map((one) => one.rules));
  // Weighted sampling without replacement: the largest of u^(1/w) goes first (Efraimidis, Spirakis).
  // Its logarithm is compared, because the power of a small weight is zero for every other draw.
  const draws = new Map(
    candidates.map((one) => [one, Math.log(1 - random()) / weigh(one.rules)] as const),
  );
  return candidates.toSorted((a, b) => (draws.get(b) ?? 0) - (draws.get(a) ?? 0));
};

/** Keeps the quotient finite for a weight of zero, which then practically never comes first. */
const WEIGHT_MIN = 1e-6;

function weigherFor(all: readonly DeploymentRules[]): (rules: DeploymentRules) => number {
  for (const field of ["weight", "requestsPerMinute", "tokensPerMinute"] as const) {
    // One deployment with a weight makes weights the rule, as in LiteLLM; the others count little.
    if (all.some((one) => one[field] !== undefined)) {
      return (one) => Math.max(one[field] ?? 0, WEIGHT_MIN);
    }
  }
  return () => 1;
}
