import type { AttemptReport, Choice, Chooser, GroupRules, Wish } from "../core/routing/choice.ts";
import {
  decide,
  expire,
  explain,
  forgetGone,
  renew,
  report,
  take,
  type PoolState,
} from "../core/routing/state.ts";

export interface Chance {
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
}

/**
 * Chooses by what this isolate has seen: enough where there is nothing to choose, and the best there
 * is while the pool cannot be reached. Nobody waits here, because nobody is told when room comes free.
 */
export function createLocalChooser(
  state: PoolState,
  rules: GroupRules,
  { nowMs, random }: Chance,
): Chooser {
  const configured = new Set(rules.deployments.map(({ id }) => id));
  forgetGone(state, configured, nowMs());

  function choose(wish: Wish): Choice {
    expire(state, nowMs());
    const decision = decide(state, rules, wish, nowMs(), random, Infinity);
    switch (decision.kind) {
      case "go":
        return take(state, wish, decision, nowMs());
      case "wait-for-home":
      case "full":
        return { kind: "full", againAtMs: decision.againAtMs };
    }
  }

  const tell = (told: AttemptReport): void => report(state, rules, told, nowMs());
  return {
    choose: async (wish) => choose(wish),
    chooseAgain: async (told, wish) => {
      tell(told);
      return choose(wish);
    },
    finish: async (told) => tell(told),
    renew: async (call) => renew(state, call, nowMs()),
    peek: async (wish) => explain(state, rules, { ...wish, waitMs: 0 }, nowMs(), random),
  };
}
