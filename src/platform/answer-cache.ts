import { DurableObject } from "cloudflare:workers";
import type { AnswerCache, KeptAnswer, Opened, OpenWish } from "../core/answer-cache.ts";

/**
 * Who makes an answer and is not heard of for so long may be dead: nobody begins to wait for it any
 * more. Nobody waits longer for an answer than this either.
 */
const CLAIM_MS = 60_000;

interface Claim {
  id: string;
  untilMs: number;
  /** Somebody before has made none. */
  isSecond: boolean;
}

interface Waiter {
  timer: ReturnType<typeof setTimeout>;
  answer(opened: Opened): void;
}

interface Stored extends KeptAnswer {
  untilMs: number;
}

/** The one thing this object stores; before there is an answer it stores nothing. */
const ANSWER = "answer";

/**
 * One answer to one call, by whatever name the caller of this object gave both. The first who asks
 * makes it; those who ask meanwhile wait, so that identical calls in flight share one upstream call.
 */
export class RememberedAnswer extends DurableObject<object> implements AnswerCache {
  #claim: Claim | undefined;
  #waiters: Waiter[] = [];

  async open({ ageMsMax = Infinity, waitMs, keeps }: OpenWish): Promise<Opened> {
    const nowMs = Date.now();
    const kept = this.#find(nowMs);
    if (kept !== undefined && nowMs - kept.keptAtMs <= ageMsMax) {
      const { contentType, body, keptAtMs } = kept;
      return { kind: "hit", answer: { contentType, body, keptAtMs } };
    }
    const isBeingMade = this.#claim !== undefined && nowMs < this.#claim.untilMs;
    if (isBeingMade && waitMs > 0) return this.#wait(waitMs);
    // Nobody is to wait for what will not be kept.
    return keeps ? this.#give(nowMs) : unclaimed();
  }

  async keep(claim: string, answer: KeptAnswer, ttlMs: number): Promise<void> {
    const untilMs = answer.keptAtMs + ttlMs;
    const stored: Stored = { ...answer, untilMs };
    this.ctx.storage.kv.put(ANSWER, stored);
    if (this.#claim?.id === claim) this.#claim = undefined;
    this.#release(() => ({ kind: "hit", answer }));
    await this.ctx.storage.setAlarm(untilMs);
  }

  /**
   * The next of those who wait makes it, and the others wait for that one. Where that was to no avail
   * either, each makes its own: in a row they would wait for one failure after the other.
   */
  async letGo(claim: string): Promise<void> {
    if (this.#claim?.id !== claim) return;
    const { isSecond } = this.#claim;
    this.#claim = undefined;
    if (isSecond) this.#release(unclaimed);
    else this.#tell(this.#waiters.shift(), () => this.#give(Date.now(), true));
  }

  /** What is too old is removed, and with it the object's last byte. */
  override async alarm(): Promise<void> {
    const stored = this.#stored();
    if (stored !== undefined && stored.untilMs > Date.now()) {
      return this.ctx.storage.setAlarm(stored.untilMs);
    }
    await this.ctx.storage.deleteAll();
  }

  #stored(): Stored | undefined {
    return this.ctx.storage.kv.get<Stored>(ANSWER);
  }

  #find(nowMs: number): Stored | undefined {
    const stored = this.#stored();
    return stored !== undefined && nowMs < stored.untilMs ? stored : undefined;
  }

  #give(nowMs: number, isSecond = false): Opened {
    const claim = { id: crypto.randomUUID(), untilMs: nowMs + CLAIM_MS, isSecond };
    this.#claim = claim;
    return { kind: "make", claim: claim.id };
  }

  #wait(waitMs: number): Promise<Opened> {
    const { promise, resolve } = Promise.withResolvers<Opened>();
    const timer = setTimeout(() => this.#giveUp(waiter), Math.min(waitMs, CLAIM_MS));
    const waiter: Waiter = { timer, answer: resolve };
    this.#waiters.push(waiter);
    return promise;
  }

  /** Nobody waits longer than a call may take: then it makes an answer of its own. */
  #giveUp(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters.splice(at, 1);
    this.#tell(waiter, unclaimed);
  }

  #release(opened: () => Opened): void {
    for (const waiter of this.#waiters.splice(0)) this.#tell(waiter, opened);
  }

  #tell(waiter: Waiter | undefined, opened: () => Opened): void {
    if (waiter === undefined) return;
    clearTimeout(waiter.timer);
    waiter.answer(opened());
  }
}

/** Nobody waits for this one. Whatever comes of it is kept all the same. */
function unclaimed(): Opened {
  return { kind: "make", claim: crypto.randomUUID() };
}
