import { standingOf } from "./cooldown.ts";
import type { DeploymentRules, Explanation, GroupRules, Wish } from "./choice.ts";
import { decide, type Decision } from "./decide.ts";
import { latenciesOf, mean } from "./latency.ts";
import { strategyOf, viewOf, type View } from "./look.ts";
import { emptyDeployment, type PoolState } from "./pool-state.ts";

/** What would be chosen now and why, taking no place. */
export function explain(
  state: PoolState,
  rules: GroupRules,
  wish: Wish,
  nowMs: number,
  random: () => number,
): Explanation {
  // Who does not wait gets the last word at once.
  const waitedMs = wish.waitMs > 0 ? 0 : Infinity;
  const decision = decide(state, rules, wish, nowMs, random, waitedMs);
  const views = rules.deployments.map((one) => viewOf(one, state, rules, wish, nowMs));
  const usable = views.filter((one) => one.room === "open" && wish.eligible.includes(one.rules.id));
  const order = Math.min(...usable.map((one) => one.rules.order));
  return {
    choice: choiceOf(decision),
    strategy: strategyOf(rules, wish),
    deployments: views.map((view) => {
      const eligible = wish.eligible.includes(view.rules.id);
      const excludedBy = eligible ? exclusionOf(view, order) : "not eligible";
      return { eligible, excludedBy, ...figuresOf(view.rules, view, state, nowMs) };
    }),
  };
}

function choiceOf(decision: Decision): Explanation["choice"] {
  switch (decision.kind) {
    case "go":
      return { ...decision, kind: "chosen", ticket: "" };
    case "wait-for-home":
    case "full":
      return { kind: "full", againAtMs: decision.againAtMs };
  }
}

/** Why it would not be taken; null when it could be. */
function exclusionOf(view: View, order: number): string | null {
  const { standing, room, wasAsked, rules } = view;
  if (standing.kind === "resting" || standing.kind === "probing") return standing.kind;
  if (room !== "open") return "full";
  if (wasAsked) return "asked";
  return rules.order > order ? "order" : null;
}

type Figures = Omit<Explanation["deployments"][number], "eligible" | "excludedBy">;

function figuresOf(
  rules: DeploymentRules,
  { capacity }: View,
  state: PoolState,
  nowMs: number,
): Figures {
  const known = state.deployments.get(rules.id) ?? emptyDeployment();
  const { requests, tokens, inFlight } = capacity;
  const standing = standingOf(known, nowMs);
  const isConfigured = requests.configured !== undefined || tokens.configured !== undefined;
  const isLearned = requests.learned !== undefined || tokens.learned !== undefined;
  const firstTokenMs = mean(latenciesOf(known, true, Infinity, nowMs));
  return {
    id: rules.id,
    restsUntilMs: standing.kind === "resting" ? standing.untilMs : null,
    requestsLastMinute: requests.used,
    tokensLastMinute: tokens.used,
    inFlight,
    requestsLimit: rounded(requests.configured ?? requests.learned),
    tokensLimit: rounded(tokens.configured ?? tokens.learned),
    limitSource: isConfigured ? "configured" : isLearned ? "learned" : null,
    firstTokenMs: rounded(firstTokenMs),
  };
}

function rounded(figure: number | undefined): number | null {
  return figure === undefined ? null : Math.round(figure);
}
