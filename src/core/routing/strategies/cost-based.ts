import { rankBy, type RankCandidates } from "./strategy.ts";

/** Cheapest. What has no price counts as dearer than anything that has one. */
export const costBased: RankCandidates = (candidates, { random }) =>
  rankBy(candidates, (one) => one.rules.picoPerToken ?? Infinity, random);
