import { rankBy, type RankCandidates } from "./strategy.ts";

/** Fewest calls in flight. */
export const leastBusy: RankCandidates = (candidates, { random }) =>
  rankBy(candidates, (one) => one.capacity.inFlight, random);
