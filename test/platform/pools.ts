import { env } from "cloudflare:workers";
import type { AttemptReport, Choice, GroupRules, Wish } from "../../src/core/routing/choice.ts";
import type { PoolCall, PoolService } from "../../src/core/routing/pool-service.ts";
import { poolStub } from "../../src/platform/pool/stub.ts";
import "./accounts.ts";

let made = 0;

/** Rules of a group nobody used before, whose deployments differ in what is given. */
export function rulesOf(
  deployments: Partial<GroupRules["deployments"][number]>[],
  changes: Partial<GroupRules> = {},
): GroupRules {
  made += 1;
  return {
    group: `group-${made}`,
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
    deployments: deployments.map((one, index) => ({
      id: ["a", "b", "c", "d"][index] ?? `d${index}`,
      order: 1,
      weight: undefined,
      requestsPerMinute: undefined,
      tokensPerMinute: undefined,
      parallel: undefined,
      picoPerToken: undefined,
      cacheReadFraction: 0.1,
      ...one,
    })),
    ...changes,
  };
}

let calls = 0;

/** A call that could go to these deployments and waits for none. */
export function wishFor(...eligible: string[]): Wish {
  calls += 1;
  return {
    callId: `pool-call-${calls}`,
    group: "group",
    eligible,
    asked: [],
    tokens: 100,
    stream: false,
    affinity: null,
    cachedTokensGuess: 0,
    fairTo: "account",
    waitMs: 0,
    deadlineMs: Date.now() + 600_000,
  };
}

/** The pool of these rules, once as the gateway sees it and once for the test runtime's tools. */
export function poolOf(rules: GroupRules) {
  const { group, configVersion } = rules;
  // Anew for every call, as the gateway does: a stub of an object that was killed stays broken.
  const pool = (): PoolService => poolStub(env.POOL, group);
  const asked = (wish: Wish, more: Partial<PoolCall> = {}): PoolCall => ({
    wish,
    configVersion,
    rules,
    queueMax: 1_000,
    ...more,
  });
  return {
    asked,
    object: env.POOL.getByName(group),
    choose: (wish: Wish, more: Partial<PoolCall> = {}) => pool().choose(asked(wish, more)),
    finish: (report: AttemptReport) => pool().finish(report),
    renew: ({ callId }: Wish, answering?: string) => pool().renew({ callId, group, answering }),
    peek: (wish: Wish, more: Partial<PoolCall> = {}) => pool().peek(asked(wish, more)),
  };
}

export type Chosen = Extract<Choice, { kind: "chosen" }>;

export function chosen(choice: { kind: string }): Chosen {
  if (choice.kind !== "chosen") throw new Error(`no place: ${JSON.stringify(choice)}`);
  // `kind` tells which of the union it is.
  return choice as Chosen;
}

export function reportOf(
  { callId, group }: Wish,
  { deploymentId, ticket }: Chosen,
  changes: Partial<AttemptReport> = {},
): AttemptReport {
  return {
    ...{ callId, group, deploymentId, ticket },
    result: { kind: "answered", firstTokenMs: null, totalMs: 100 },
    tokens: 50,
    ...changes,
  };
}
