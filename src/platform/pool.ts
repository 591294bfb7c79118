import { DurableObject } from "cloudflare:workers";
import type { AttemptReport, Explanation, GroupRules, Wish } from "../core/routing/choice.ts";
import type { PoolCall, PoolService, RulesNeeded } from "../core/routing/pool-service.ts";
import {
  decide,
  expire,
  explain,
  nextAtMs,
  report,
  take,
  type PoolState,
} from "../core/routing/state.ts";
import { openPool, type PoolStorage } from "./pool/storage.ts";
import { createWaitingRoom, type Attempt, type WaitingRoom } from "./pool/waiting.ts";

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
  #rules: GroupRules | undefined;
  /** By version of the configuration, the latest last. */
  readonly #rulesKnown = new Map<string, GroupRules>();
  /** Deployments with limits the operator configured. */
  #limited: ReadonlySet<string>;
  #isAlarmSet = false;

  constructor(context: DurableObjectState, env: Cloudflare.Env) {
    super(context, env);
    const loaded = openPool(context.storage.sql);
    this.#state = loaded.state;
    this.#storage = loaded.storage;
    this.#rules = loaded.rules;
    this.#limited = limitedIn(loaded.rules);
    this.#waiting = createWaitingRoom({
      attempt: (wish, waitedMs) => this.#attempt(wish, waitedMs),
      nowMs: () => Date.now(),
      changesAtMs: () => nextAtMs(this.#state, Date.now()),
    });
  }

  async choose({ wish, report: told, isRepeated, queueMax, ...known }: PoolCall) {
    if (!this.#obey(known)) return RULES_NEEDED;
    if (isRepeated === true) this.#giveBackLost(wish);
    if (told !== undefined) this.#hear(told);
    this.#giveBackOverdue();
    return this.#waiting.enter(wish, queueMax);
  }

  async finish(told: AttemptReport): Promise<void> {
    this.#hear(told);
  }

  async peek({ wish, ...known }: PoolCall): Promise<Explanation | RulesNeeded> {
    const rules = this.#obey(known);
    if (rules === undefined) return RULES_NEEDED;
    this.#giveBackOverdue();
    return explain(this.#state, rules, wish, Date.now(), Math.random);
  }

  override async alarm(): Promise<void> {
    this.#isAlarmSet = false;
    this.#giveBackOverdue();
    this.#storage.saveSnapshot(this.#state);
  }

  /**
   * The rules of this configuration; a new one's replace them, and what was counted stays. While a new
   * one spreads, isolates with either come in turns: what was told once is not asked for again.
   */
  #obey({ configVersion, rules: told }: Pick<PoolCall, "configVersion" | "rules">) {
    if (this.#rules?.configVersion === configVersion) return this.#rules;
    const rules = this.#rulesKnown.get(configVersion) ?? told;
    if (rules === undefined) return undefined;
    this.#rules = rules;
    this.#limited = limitedIn(rules);
    if (this.#rulesKnown.has(configVersion)) return rules;
    this.#rulesKnown.set(configVersion, rules);
    const [oldest] = this.#rulesKnown.keys();
    if (this.#rulesKnown.size > VERSIONS_MAX && oldest) this.#rulesKnown.delete(oldest);
    this.#storage.saveRules(rules);
    return rules;
  }

  #attempt(wish: Wish, waitedMs: number): Attempt {
    const rules = this.#rules;
    const nowMs = Date.now();
    if (rules === undefined) return { kind: "wait", againAtMs: nowMs, forHome: false };
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
    if (this.#rules === undefined) return;
    const nowMs = Date.now();
    report(this.#state, this.#rules, told, nowMs);
    if (this.#limited.has(told.deploymentId)) this.#storage.logReported(told, nowMs);
    this.#saveSoon();
    this.#waiting.askAgain();
  }

  /** An answer that never arrived may have given this call places it does not know of. */
  #giveBackLost({ callId, group }: Wish): void {
    for (const [deploymentId, { places }] of this.#state.deployments) {
      for (const [ticket, place] of places) {
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

function limitedIn(rules: GroupRules | undefined): ReadonlySet<string> {
  const limited = (rules?.deployments ?? []).filter(
    ({ requestsPerMinute, tokensPerMinute, parallel }) =>
      [requestsPerMinute, tokensPerMinute, parallel].some((limit) => limit !== undefined),
  );
  return new Set(limited.map(({ id }) => id));
}
