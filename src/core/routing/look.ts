import { capacityOf } from "./capacity.ts";
import type { DeploymentRules, GroupRules, Strategy, Wish } from "./choice.ts";
import { isAwake, standingOf, type Standing } from "./cooldown.ts";
import { latenciesOf, mean } from "./latency.ts";
import { emptyDeployment, type PoolState } from "./pool-state.ts";
import { believed } from "./quota.ts";
import type { Candidate } from "./strategies/strategy.ts";

/** A deployment as one call sees it. */
export interface View extends Candidate {
  standing: Standing;
  /** Failed this call before. */
  wasAsked: boolean;
  /** `crowded`: room by the operator's word, none by what the vendor was found to allow. */
  room: "open" | "crowded" | "shut";
  /** When it can take the call again; now, when it can. */
  backAtMs: number;
}

export function strategyOf(rules: GroupRules, wish: Wish): Strategy {
  return wish.strategy ?? rules.strategy;
}

/** The deployments this call can use at all. */
export function lookAt(state: PoolState, rules: GroupRules, wish: Wish, nowMs: number): View[] {
  return rules.deployments
    .filter((one) => wish.eligible.includes(one.id))
    .map((one) => viewOf(one, state, rules, wish, nowMs));
}

export function viewOf(
  deployment: DeploymentRules,
  state: PoolState,
  rules: GroupRules,
  wish: Wish,
  nowMs: number,
): View {
  const known = state.deployments.get(deployment.id) ?? emptyDeployment();
  const quota = strategyOf(rules, wish) === "adaptive" ? believed(known.quota) : {};
  const capacity = capacityOf(deployment, known, quota, wish, nowMs);
  const standing = standingOf(known, nowMs);
  const isUsable = isAwake(standing) || known.rest?.judged === true;
  const room = isAwake(standing) && capacity.fitsLearned ? "open" : "crowded";
  return {
    rules: deployment,
    capacity,
    latencyMs: mean(latenciesOf(known, wish.stream, rules.latencyTtlMs, nowMs)),
    standing,
    wasAsked: wish.asked.includes(deployment.id),
    room: isUsable && capacity.fitsRules ? room : "shut",
    backAtMs: Math.max(isAwake(standing) ? nowMs : standing.untilMs, capacity.roomAtMs),
  };
}
