import type { Strategy } from "../choice.ts";
import { adaptive } from "./adaptive.ts";
import { costBased } from "./cost-based.ts";
import { latencyBased } from "./latency-based.ts";
import { leastBusy } from "./least-busy.ts";
import { simpleShuffle } from "./simple-shuffle.ts";
import type { RankCandidates } from "./strategy.ts";
import { usageBased } from "./usage-based.ts";

export const RANKINGS: Record<Strategy, RankCandidates> = {
  adaptive,
  "simple-shuffle": simpleShuffle,
  "least-busy": leastBusy,
  "usage-based-routing": usageBased,
  "usage-based-routing-v2": usageBased,
  "latency-based-routing": latencyBased,
  "cost-based-routing": costBased,
};
