import type { Capacity } from "../capacity.ts";
import type { DeploymentRules } from "../choice.ts";

/** A deployment that could take the call, and what is known of it. */
export interface Candidate {
  rules: DeploymentRules;
  capacity: Capacity;
  /** Mean of what callers of such calls waited lately; undefined: not tried lately. */
  latencyMs: number | undefined;
}

export interface StrategyContext {
  /** Uniform in [0, 1). */
  random(): number;
  /** The conversation, where one is to be kept together. */
  affinity: string | null;
  /** `lowest_latency_buffer`. */
  latencyBuffer: number;
}

/** All candidates, best first. */
export type RankCandidates = (
  candidates: readonly Candidate[],
  context: StrategyContext,
) => Candidate[];

/** Least first; those alike in random order. */
export function rankBy(
  candidates: readonly Candidate[],
  measure: (candidate: Candidate) => number,
  random: () => number,
): Candidate[] {
  const draws = new Map(
    candidates.map((one) => [one, { size: measure(one), draw: random() }] as const),
  );
  const none = { size: Infinity, draw: 0 };
  return candidates.toSorted((first, second) => {
    const [a, b] = [draws.get(first) ?? none, draws.get(second) ?? none];
    return a.size === b.size ? a.draw - b.draw : a.size - b.size;
  });
}
