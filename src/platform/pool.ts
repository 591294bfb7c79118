import { DurableObject } from "cloudflare:workers";
import type {
  AttemptReport,
  Explanation,
  GroupRules,
  Underway,
  Wish,
} from "../core/routing/choice.ts";
import type { PoolCall, PoolService, RulesNeeded } from "../core/routing/pool-service.ts";
import {
  decide,
  expire,
  explain,
  forgetGone,
  nextAtMs,
  renew,
  report,
  take,
  type PoolState,
} from "../core/routing/state.ts";
import { openPool, type PoolStorage } from "./pool/storage.ts";
import { createWaitingRoom, type Asking, type Attempt, type WaitingRoom } from "./pool/waiting.ts";

/** What may be lost of what was learned, should the object die; limits and places are written at once. */
const SNAPSHOT_EVERY_MS = 3_000;

/** A roll-out has two; one that is taken back at once, three. */
const VERSIONS_MAX = 3;

const RULES_NEEDED: RulesNeeded = { kind: "rules-needed" };

/**
 * One model: a group of deployments whose calls all come by here, so that a limit is kept exactly and
 * a deployment that throttled one caller is spared by all. It decides by the pure functions of
 * `core/routing` on the state in memory. Places at deployments with configured limits are written
 * before the caller hears of them; what is only learned is written a moment later.
 */
export class Pool extends DurableObject implements PoolService {
  readonly #state: PoolState;
  readonly #storage: PoolStorage;
  readonly #waiting: WaitingRoom;
  /** By version of the configuration, the one a call came with last at the end. */
  readonly #rules = new Map<string, GroupRules>();
  #latest: GroupRules | undefined;
  /** Deployments with limits the operator configured, in any of them. */
  #limited: ReadonlySet<string> = new Set();
  #isAlarmSet = false;

  constructor(context: DurableObjectState, env: Cloudflare.Env) {
    super(context, env);
    const loaded = openPool(context.storage.sql);
    this.#state = loaded.state;
    this.#storage = loaded.storage;
    if (loaded.rules !== undefined) this.#obey(loaded.rules);
    this.#waiting = createWaitingRoom({
      attempt: (asking, waitedMs) => this.#attempt(asking, waitedMs),
      nowMs: () => Date.now(),
      changesAtMs: () => nextAtMs(this.#state, Date.now()),
    });
  }

  async choose({ wish, report: told, isRepeated, queueMax, ...known }: PoolCall) {
    const rules = this.#rulesFor(known);
    if (rules === undefined) return RULES_NEEDED;
    if (told !== undefined) this.#hear(told);
    if (isRepeated === true) this.#giveBackLost(wish);
    this.#giveBackOverdue();
    return this.#waiting.enter({ wish, rules }, queueMax);
  }

  async finish(told: AttemptReport): Promise<void> {
    this.#hear(told);
  }

  async renew(call: Underway): Promise<void> {
    renew(this.#state, call, Date.now());
    this.#saveSoon();
    if (call.answering !== undefined) this.#waiting.askAgain();
  }

  async peek({ wish, ...known }: PoolCall): Promise<Explanation | RulesNeeded> {
    const rules = this.#rulesFor(known);
    if (rules === undefined) return RULES_NEEDED;
    this.#giveBackOverdue();
    return explain(this.#state, rules, wish, Date.now(), Math.random);
  }

  override async alarm(): Promise<void> {
    this.#isAlarmSet = false;
    this.#giveBackOverdue();
    forgetGone(this.#state, this.#configured(), Date.now());
    this.#storage.saveSnapshot(this.#state);
  }

  /**
   * The rules of this configuration; what was counted under others stays. While a new one spreads,
   * isolates with either come in turns: what was told once is not asked for again.
   */
  #rulesFor({ configVersion, rules: told }: Pick<PoolCall, "configVersion" | "rules">) {
    const known = this.#rules.get(configVersion);
    const rules = known ?? told;
    if (rules === undefined) return undefined;
    if (rules !== this.#latest) this.#obey(rules);
    if (known === undefined) this.#storage.saveRules(rules);
    return rules;
  }

  #obey(rules: GroupRules): void {
    this.#latest = rules;
    this.#rules.delete(rules.configVersion);
    this.#rules.set(rules.configVersion, rules);
    const [oldest] = this.#rules.keys();
    if (this.#rules.size > VERSIONS_MAX && oldest !== undefined) this.#rules.delete(oldest);
    this.#limited = limitedIn([...this.#rules.values()]);
  }

  #configured(): Set<string> {
    const all = [...this.#rules.values()].flatMap(({ deployments }) => deployments);
    return new Set(all.map(({ id }) => id));
  }

  /** Who waits goes by the configuration it came with, also when a newer one has been told of. */
  #attempt({ wish, rules }: Asking, waitedMs: number): Attempt {
    const nowMs = Date.now();
    const decision = decide(this.#state, rules, wish, nowMs, Math.random, waitedMs);
    if (decision.kind !== "go") {
      const { kind, againAtMs } = decision;
      return { kind: "wait", againAtMs, forHome: kind === "wait-for-home" };
    }
    const { ticketsGiven } = this.#state;
    const choice = take(this.#state, wish, decision, nowMs);
    if (this.#limited.has(decision.deploymentId)) {
      // The reply leaves after this is durable: the platform holds it back.
      this.#storage.logTaken(choice.ticket, { wish, decision, atMs: nowMs, ticketsGiven });
    }
    this.#saveSoon();
    return choice;
  }

  #hear(told: AttemptReport): void {
    const rules = this.#rulesAbout(told.deploymentId);
    // Without rules no place was ever given.
    if (rules === undefined) return;
    const nowMs = Date.now();
    report(this.#state, rules, told, nowMs);
    if (this.#limited.has(told.deploymentId)) this.#storage.logReported(told, nowMs);
    this.#saveSoon();
    this.#waiting.askAgain();
  }

  /** The latest that know this deployment: another configuration may have none of it. */
  #rulesAbout(deploymentId: string): GroupRules | undefined {
    const knows = (one: GroupRules) => one.deployments.some(({ id }) => id === deploymentId);
    return [...this.#rules.values()].findLast(knows) ?? this.#latest;
  }

  /**
   * An answer that never arrived may have given this call places it does not know of. One it does know
   * of, because its first deployment is still at work, is none of those it asks for.
   */
  #giveBackLost({ callId, group, eligible }: Wish): void {
    for (const deploymentId of eligible) {
      for (const [ticket, place] of this.#state.deployments.get(deploymentId)?.places ?? []) {
        if (place.callId !== callId) continue;
        const told = { callId, group, deploymentId, ticket, tokens: 0 };
        this.#hear({ ...told, result: { kind: "unsent" } });
      }
    }
  }

  #giveBackOverdue(): void {
    if (expire(this.#state, Date.now()) > 0) this.#waiting.askAgain();
  }

  #saveSoon(): void {
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + SNAPSHOT_EVERY_MS));
  }
}

function limitedIn(known: readonly GroupRules[]): ReadonlySet<string> {
  const limited = known
    .flatMap(({ deployments }) => deployments)
    .filter(({ requestsPerMinute, tokensPerMinute, parallel }) =>
      [requestsPerMinute, tokensPerMinute, parallel].some((limit) => limit !== undefined),
    );
  return new Set(limited.map(({ id }) => id));
}
