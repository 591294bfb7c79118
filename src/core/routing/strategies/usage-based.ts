import { rankBy, type RankCandidates } from "./strategy.ts";

/** Fewest tokens in the last minute. What is over its limits is no candidate in the first place. */
export const usageBased: RankCandidates = (candidates, { random }) =>
  rankBy(candidates, (one) => one.capacity.tokens.used, random);
