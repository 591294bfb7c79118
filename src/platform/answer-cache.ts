import { DurableObject } from "cloudflare:workers";
import type { AnswerCache, KeptAnswer, Opened } from "../core/answer-cache.ts";

/** Who makes an answer and is never heard of again has lost the right to it by then. */
const CLAIM_MS = 10 * 60_000;

interface Claim {
  id: string;
  untilMs: number;
}

interface Waiter {
  untilMs: number;
  answer(opened: Opened): void;
}

type Row = { content_type: string; body: ArrayBuffer; kept_at_ms: number; until_ms: number };

const SCHEMA = `CREATE TABLE IF NOT EXISTS answer (
  only INTEGER PRIMARY KEY, content_type TEXT NOT NULL, body BLOB NOT NULL,
  kept_at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
)`;

/**
 * One answer to one call, by whatever name the caller of this object gave both. The first who asks
 * makes it; those who ask meanwhile wait, so that identical calls in flight share one upstream call.
 */
export class RememberedAnswer extends DurableObject<object> implements AnswerCache {
  readonly #sql: SqlStorage;
  #claim: Claim | undefined;
  #waiters: Waiter[] = [];

  constructor(context: DurableObjectState, env: object) {
    super(context, env);
    this.#sql = context.storage.sql;
    this.#sql.exec(SCHEMA);
  }

  async open(wish: { ageMsMax: number | undefined; waitMs: number }): Promise<Opened> {
    const nowMs = Date.now();
    const kept = this.#find(nowMs);
    if (kept !== undefined && nowMs - kept.keptAtMs <= (wish.ageMsMax ?? Infinity)) {
      return { kind: "hit", answer: kept };
    }
    const isBeingMade = this.#claim !== undefined && nowMs < this.#claim.untilMs;
    return isBeingMade && wish.waitMs > 0 ? this.#wait(nowMs + wish.waitMs) : this.#give(nowMs);
  }

  async keep(claim: string, answer: KeptAnswer, ttlMs: number): Promise<void> {
    const untilMs = answer.keptAtMs + ttlMs;
    this.#sql.exec(
      "INSERT OR REPLACE INTO answer VALUES (1, ?, ?, ?, ?)",
      answer.contentType,
      answer.body,
      answer.keptAtMs,
      untilMs,
    );
    if (this.#claim?.id === claim) this.#claim = undefined;
    for (const waiter of this.#waiters.splice(0)) waiter.answer({ kind: "hit", answer });
    await this.ctx.storage.setAlarm(untilMs);
  }

  async letGo(claim: string): Promise<void> {
    if (this.#claim?.id !== claim) return;
    this.#claim = undefined;
    this.#next(Date.now());
  }

  /** What is too old is removed, and with it the object's last byte. */
  override async alarm(): Promise<void> {
    const [row] = this.#sql.exec<Row>("SELECT * FROM answer");
    if (row !== undefined && row.until_ms > Date.now()) {
      await this.ctx.storage.setAlarm(row.until_ms);
      return;
    }
    await this.ctx.storage.deleteAll();
    this.#sql.exec(SCHEMA);
  }

  #find(nowMs: number): KeptAnswer | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM answer");
    if (row === undefined || nowMs >= row.until_ms) return undefined;
    const { content_type: contentType, body, kept_at_ms: keptAtMs } = row;
    return { contentType, body: new Uint8Array(body), keptAtMs };
  }

  #give(nowMs: number): Opened {
    const claim = { id: crypto.randomUUID(), untilMs: nowMs + CLAIM_MS };
    this.#claim = claim;
    return { kind: "make", claim: claim.id };
  }

  /** One of those who wait makes it now; the others go on waiting for that one. */
  #next(nowMs: number): void {
    const waiter = this.#waiters.shift();
    waiter?.answer(this.#give(nowMs));
  }

  #wait(untilMs: number): Promise<Opened> {
    const { promise, resolve } = Promise.withResolvers<Opened>();
    const waiter = { untilMs, answer: resolve };
    this.#waiters.push(waiter);
    setTimeout(() => this.#giveUp(waiter), untilMs - Date.now());
    return promise;
  }

  /** Nobody waits longer than a call may take: then it makes an answer of its own. */
  #giveUp(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at < 0) return;
    this.#waiters.splice(at, 1);
    waiter.answer({ kind: "make", claim: crypto.randomUUID() });
  }
}
