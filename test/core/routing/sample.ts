import type {
  AttemptReport,
  Choice,
  DeploymentRules,
  GroupRules,
  Wish,
} from "../../../src/core/routing/choice.ts";
import { decide, report, take, type PoolState } from "../../../src/core/routing/state.ts";
import { createRandom } from "../ledger/random.ts";

export type Chosen = Extract<Choice, { kind: "chosen" }>;

/** Uniform in [0, 1), the same every time. */
export function seeded(seed: number): () => number {
  const random = createRandom(seed);
  return () => random.below(1_000_000_007) / 1_000_000_007;
}

export function deployment(id: string, fields: Partial<DeploymentRules> = {}): DeploymentRules {
  return {
    id,
    order: 0,
    weight: undefined,
    requestsPerMinute: undefined,
    tokensPerMinute: undefined,
    parallel: undefined,
    picoPerToken: undefined,
    cacheReadFraction: 0.1,
    ...fields,
  };
}

export function group(
  deployments: readonly (string | DeploymentRules)[],
  fields: Partial<GroupRules> = {},
): GroupRules {
  return {
    group: "m",
    configVersion: "v1",
    strategy: "adaptive",
    cooldownMs: 5_000,
    judgesRests: false,
    allowedFails: undefined,
    allowedFailsByCategory: {},
    cooldownsDisabled: false,
    latencyBuffer: 0,
    latencyTtlMs: 3_600_000,
    affinityTtlMs: 300_000,
    deployments: deployments.map((one) => (typeof one === "string" ? deployment(one) : one)),
    ...fields,
  };
}

export function wish(rules: GroupRules, fields: Partial<Wish> = {}): Wish {
  return {
    callId: "call",
    group: rules.group,
    eligible: rules.deployments.map((one) => one.id),
    asked: [],
    tokens: 0,
    stream: false,
    affinity: null,
    cachedTokensGuess: 0,
    fairTo: "account",
    waitMs: 0,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    ...fields,
  };
}

/** A pool with its clock, as a Durable Object would drive it. */
export function driver(state: PoolState, rules: GroupRules, random = seeded(1)) {
  let calls = 0;
  const tell = (
    chosen: Chosen,
    result: AttemptReport["result"],
    nowMs: number,
    fields: Partial<AttemptReport> = {},
  ): void => {
    const { deploymentId, ticket } = chosen;
    const base = { callId: ticket, group: rules.group, deploymentId, ticket, tokens: null };
    report(state, rules, { ...base, result, ...fields }, nowMs);
  };
  return {
    look: (nowMs: number, fields: Partial<Wish> = {}, waitedMs = 0) =>
      decide(state, rules, wish(rules, fields), nowMs, random, waitedMs),
    /** Takes a place, or says that there is none. */
    go(nowMs: number, fields: Partial<Wish> = {}): Chosen | undefined {
      const asked = wish(rules, { callId: `call-${(calls += 1)}`, ...fields });
      const decision = decide(state, rules, asked, nowMs, random);
      return decision.kind === "go" ? take(state, asked, decision, nowMs) : undefined;
    },
    tell,
    answer: (chosen: Chosen, nowMs: number, tokens: number | null = null) =>
      tell(chosen, { kind: "answered", firstTokenMs: null, totalMs: 1_000 }, nowMs, { tokens }),
    fail: (
      chosen: Chosen,
      category: Extract<AttemptReport["result"], { kind: "failed" }>["category"],
      nowMs: number,
      retryAfterMs?: number,
    ) => tell(chosen, { kind: "failed", category, retryAfterMs }, nowMs),
  };
}
