import type { Choice, Wish } from "../../core/routing/choice.ts";

/** A place, or how things stand until there is one. */
export type Attempt =
  | Choice
  /** `forHome`: there is room, but not where this conversation's prompt is cached. */
  | { kind: "wait"; againAtMs: number; forHome: boolean };

/**
 * Calls that wait for a place. Accounts take turns, and each is served in the order of its calls, so
 * that one with a thousand calls does not keep the others out. Calls that could go to the same
 * deployments stand in one line; others do not hold them up, nor does who only waits for its own place.
 */
export interface WaitingRoom {
  /** The answer at once, or when there is one. Whoever has no patience left gets the last word. */
  enter(wish: Wish, waitingMax: number): Promise<Choice>;
  /** Call when room may have come free. */
  askAgain(): void;
}

interface Waiter {
  wish: Wish;
  sinceMs: number;
  untilMs: number;
  /** When somebody looked, things were to change then. */
  againAtMs: number;
  answer(choice: Choice): void;
}

/** Account → its calls in order. The account whose turn it is comes first. */
type Line = Map<string, Waiter[]>;

export interface WaitingWork {
  /** `waitedMs` is infinite when there is no more waiting: then it is a place or none. */
  attempt(wish: Wish, waitedMs: number): Attempt;
  nowMs(): number;
  /** When something changes by time alone. */
  changesAtMs(): number | undefined;
}

/** The timer is a safety net as well: a change nobody foresaw is noticed within a second. */
const LOOK_EVERY_MS = 1_000;

export function createWaitingRoom({ attempt, nowMs, changesAtMs }: WaitingWork): WaitingRoom {
  const lines = new Map<string, Line>();
  let waiting = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function* everybody(): Generator<Waiter> {
    for (const line of lines.values()) for (const queue of line.values()) yield* queue;
  }

  function join(wish: Wish, againAtMs: number, key: string): Promise<Choice> {
    const { promise, resolve: answer } = Promise.withResolvers<Choice>();
    const sinceMs = nowMs();
    const untilMs = Math.min(sinceMs + wish.waitMs, wish.deadlineMs);
    const line: Line = lines.get(key) ?? new Map();
    const queue = line.get(wish.fairTo) ?? [];
    queue.push({ wish, sinceMs, untilMs, againAtMs, answer });
    line.set(wish.fairTo, queue);
    lines.set(key, line);
    waiting += 1;
    arm();
    return promise;
  }

  /** From the account whose turn it is, until all of them were tried in vain. */
  function serve(line: Line): void {
    let inVain = 0;
    while (inVain < line.size) {
      const [turn] = line;
      if (turn === undefined) return;
      const [account, queue] = turn;
      const isServed = serveFirst(queue);
      inVain = isServed ? 0 : inVain + 1;
      line.delete(account);
      if (queue.length > 0) line.set(account, queue);
    }
  }

  function serveFirst(queue: Waiter[]): boolean {
    const [first] = queue;
    if (first === undefined) return false;
    const found = attempt(first.wish, nowMs() - first.sinceMs);
    if (found.kind !== "chosen") {
      first.againAtMs = found.againAtMs;
      return false;
    }
    queue.shift();
    waiting -= 1;
    first.answer(found);
    return true;
  }

  /** Patience ends wherever one stands. */
  function dismiss(line: Line): void {
    for (const [account, queue] of line) {
      const staying = queue.filter((waiter) => waiter.untilMs > nowMs());
      for (const waiter of queue) {
        if (waiter.untilMs > nowMs()) continue;
        waiting -= 1;
        waiter.answer(lastWord(attempt(waiter.wish, Infinity)));
      }
      if (staying.length > 0) line.set(account, staying);
      else line.delete(account);
    }
  }

  function askAgain(): void {
    if (waiting === 0) return;
    for (const [key, line] of lines) {
      serve(line);
      dismiss(line);
      if (line.size === 0) lines.delete(key);
    }
    arm();
  }

  function arm(): void {
    clearTimeout(timer);
    timer = null;
    if (waiting === 0) return;
    let atMs = Math.min(nowMs() + LOOK_EVERY_MS, changesAtMs() ?? Infinity);
    for (const { untilMs, againAtMs } of everybody()) atMs = Math.min(atMs, untilMs, againAtMs);
    timer = setTimeout(askAgain, Math.max(atMs - nowMs(), LOOK_AFTER_MS));
  }

  return {
    async enter(wish, waitingMax) {
      if (wish.waitMs <= 0 || waiting >= waitingMax) return lastWord(attempt(wish, Infinity));
      // Whoever stands in line already comes first.
      const line = lineOf(wish);
      if (lines.has(line)) return join(wish, nowMs() + LOOK_EVERY_MS, line);
      const found = attempt(wish, 0);
      if (found.kind === "chosen") return found;
      const isForHome = found.kind === "wait" && found.forHome;
      const key = isForHome ? `${line}\n${wish.affinity ?? wish.callId}` : line;
      return join(wish, found.againAtMs, key);
    },
    askAgain,
  };
}

/** A moment that has come already must not become a loop. */
const LOOK_AFTER_MS = 5;

function lineOf({ eligible }: Wish): string {
  return eligible.join("\n");
}

function lastWord(found: Attempt): Choice {
  return found.kind === "chosen" ? found : { kind: "full", againAtMs: found.againAtMs };
}
