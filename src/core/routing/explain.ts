import type { Explanation, GroupRules, Wish } from "./choice.ts";
import { decide } from "./decide.ts";
import type { PoolState } from "./pool-state.ts";

/** What would be chosen now and why, taking no place. */
export function explain(
  state: PoolState,
  rules: GroupRules,
  wish: Wish,
  nowMs: number,
  random: () => number,
): Explanation {
  const decision = decide(state, rules, wish, nowMs, random);
  return {
    choice:
      decision.kind === "go"
        ? { ...decision, kind: "chosen", ticket: "" }
        : { kind: "full", againAtMs: decision.againAtMs },
    strategy: wish.strategy ?? rules.strategy,
    deployments: [],
  };
}
