import { rankBy, type Candidate, type RankCandidates } from "./strategy.ts";

/**
 * Any of those whose latency is within the buffer of the lowest. One that was not tried lately counts
 * as quick, as in LiteLLM: there is no other way to find out.
 */
export const latencyBased: RankCandidates = (candidates, { latencyBuffer, random }) => {
  const lowest = Math.min(...candidates.map(latencyOf));
  const nearMs = lowest * (1 + latencyBuffer);
  return rankBy(candidates, (one) => (latencyOf(one) <= nearMs ? lowest : latencyOf(one)), random);
};

function latencyOf({ latencyMs }: Candidate): number {
  return latencyMs ?? 0;
}
