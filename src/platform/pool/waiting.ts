import type { Choice, GroupRules, Wish } from "../../core/routing/choice.ts";

/** A place, or how things stand until there is one. */
export type Attempt =
  | Choice
  /** `forHome`: there is room, but not where this conversation's prompt is cached. */
  | { kind: "wait"; againAtMs: number; forHome: boolean };

/** A call, and the rules of the configuration it came with. */
export interface Asking {
  wish: Wish;
  rules: GroupRules;
}

/**
 * Calls that wait for a place. Accounts take turns, and each is served in the order of its calls, so
 * that one with a thousand calls does not keep the others out. Calls that could go to the same
 * deployments stand in one line; others do not hold them up, nor does who only waits for its own place.
 * Lines take turns, too, because they may be after the same place. When the room is full, whoever has
 * most calls in it makes room for those who have fewer.
 */
export interface WaitingRoom {
  /** The answer at once, or when there is one. Whoever has no patience left gets the last word. */
  enter(asking: Asking, waitingMax: number): Promise<Choice>;
  /** Call when room may have come free. */
  askAgain(): void;
}

interface Waiter {
  asking: Asking;
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
  attempt(asking: Asking, waitedMs: number): Attempt;
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

  function join(asking: Asking, againAtMs: number, key: string): Promise<Choice> {
    const { wish } = asking;
    const { promise, resolve: answer } = Promise.withResolvers<Choice>();
    const sinceMs = nowMs();
    const untilMs = Math.min(sinceMs + wish.waitMs, wish.deadlineMs);
    const line: Line = lines.get(key) ?? new Map();
    const queue = line.get(wish.fairTo) ?? [];
    queue.push({ asking, sinceMs, untilMs, againAtMs, answer });
    line.set(wish.fairTo, queue);
    lines.set(key, line);
    waiting += 1;
    arm();
    return promise;
  }

  /** Lines are asked in turns, until none of them can be served. */
  function serveAll(): void {
    let inVain = 0;
    while (inVain < lines.size) {
      const [turn] = lines;
      if (turn === undefined) return;
      const [key, line] = turn;
      const isServed = serveOne(line);
      inVain = isServed ? 0 : inVain + 1;
      lines.delete(key);
      if (line.size > 0) lines.set(key, line);
    }
  }

  /** From the account whose turn it is, until one is served or all of them were tried in vain. */
  function serveOne(line: Line): boolean {
    for (const [account, queue] of [...line]) {
      const isServed = serveFirst(queue);
      line.delete(account);
      if (queue.length > 0) line.set(account, queue);
      if (isServed) return true;
    }
    return false;
  }

  function serveFirst(queue: Waiter[]): boolean {
    const [first] = queue;
    if (first === undefined) return false;
    const found = attempt(first.asking, nowMs() - first.sinceMs);
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
        waiter.answer(lastWord(attempt(waiter.asking, Infinity)));
      }
      if (staying.length > 0) line.set(account, staying);
      else line.delete(account);
    }
  }

  function dismissAll(): void {
    for (const [key, line] of lines) {
      dismiss(line);
      if (line.size === 0) lines.delete(key);
    }
  }

  /** The latest call of the account that has most goes, if that account still has more than this one. */
  function makeRoomFor(account: string): boolean {
    const byAccount = Map.groupBy(everybody(), ({ asking }) => asking.wish.fairTo);
    const most = [...byAccount.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    const [oneTooMany] = most.toReversed().toSorted((a, b) => b.sinceMs - a.sinceMs);
    const own = byAccount.get(account)?.length ?? 0;
    if (oneTooMany === undefined || most.length <= own + 1) return false;
    oneTooMany.untilMs = 0;
    dismissAll();
    return true;
  }

  function askAgain(): void {
    if (waiting === 0) return;
    serveAll();
    dismissAll();
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
    async enter(asking, waitingMax) {
      const { wish } = asking;
      const mayWait = wish.waitMs > 0 && (waiting < waitingMax || makeRoomFor(wish.fairTo));
      if (!mayWait) return lastWord(attempt(asking, Infinity));
      // Whoever stands in line already comes first.
      const line = lineOf(wish);
      if (lines.has(line)) return join(asking, nowMs() + LOOK_EVERY_MS, line);
      const found = attempt(asking, 0);
      if (found.kind === "chosen") return found;
      const isForHome = found.kind === "wait" && found.forHome;
      const key = isForHome ? `${line}\n${wish.affinity ?? wish.callId}` : line;
      return join(asking, found.againAtMs, key);
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
