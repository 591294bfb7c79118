import type { GroupRules, Strategy, Wish } from "../../../src/core/routing/choice.ts";
import { decide, emptyPool, report, take } from "../../../src/core/routing/state.ts";
import { deployment, group, seeded, wish } from "./sample.ts";

/** A vendor's limit: a bucket that holds `burst` requests and is filled evenly. */
export interface Vendor {
  id: string;
  perMinute: number;
  burst: number;
}

export interface Traffic {
  /** Conversations begun in a minute; each has `turns`, with a pause before every further one. */
  conversationsPerMinute: number;
  turns: number;
  pauseMs: number;
  /** Share of every 20 seconds in which conversations begin; 1 is evenly. */
  dutyShare: number;
  minutes: number;
  /** How long calls may wait for a place. */
  waitMs: number;
  /** How often a call is tried before its caller is told. */
  attemptsMax: number;
}

export interface Counts {
  calls: number;
  /** Told "too many requests" by us, after everything was tried. */
  callerRefused: number;
  vendorRefused: number;
  /** Further turns, and those that found their prompt cached. */
  furtherTurns: number;
  cacheHits: number;
  accepted: Map<string, number>;
  /** Estimates at the end, of requests per minute. */
  learned: Map<string, number>;
}

interface Event {
  atMs: number;
  run(): void;
}

const CACHE_MS = 300_000;
const REFUSAL_MS = 150;
const DUTY_MS = 20_000;
/** The first minutes are for learning and do not count. */
const WARM_UP_MS = 3 * 60_000;

/** Plays traffic against vendors in simulated time, by the very functions the pool runs on. */
export function simulate(
  vendors: readonly Vendor[],
  traffic: Traffic,
  strategy: Strategy,
  seed = 1,
): Counts {
  const random = seeded(seed);
  const rules: GroupRules = group(
    vendors.map((one) => deployment(one.id)),
    {
      strategy,
      judgesRests: strategy === "adaptive",
      affinityTtlMs: strategy === "adaptive" ? CACHE_MS : 0,
    },
  );
  const state = emptyPool();
  const buckets = new Map(vendors.map((one) => [one.id, { ...one, level: one.burst, atMs: 0 }]));
  const caches = new Map<string, number>();
  const counts: Counts = {
    calls: 0,
    callerRefused: 0,
    vendorRefused: 0,
    furtherTurns: 0,
    cacheHits: 0,
    accepted: new Map(vendors.map((one) => [one.id, 0])),
    learned: new Map(),
  };
  const events = createQueue();

  function isAccepted(id: string, nowMs: number): boolean {
    const bucket = buckets.get(id);
    if (bucket === undefined) return false;
    const filled = bucket.level + ((nowMs - bucket.atMs) * bucket.perMinute) / 60_000;
    bucket.level = Math.min(filled, bucket.burst);
    bucket.atMs = nowMs;
    if (bucket.level < 1) return false;
    bucket.level -= 1;
    return true;
  }

  function turn(conversation: string, number: number, nowMs: number): void {
    const isCounted = nowMs >= WARM_UP_MS;
    if (isCounted) counts.calls += 1;
    const asked = wish(rules, {
      callId: `${conversation}/${number}`,
      affinity: conversation,
      cachedTokensGuess: (number - 1) * 5_000,
      tokens: 6_000,
      waitMs: traffic.waitMs,
      deadlineMs: nowMs + 600_000,
    });
    attempt(asked, nowMs, nowMs, isCounted, number, conversation);
  }

  function attempt(
    asked: Wish,
    nowMs: number,
    sinceMs: number,
    isCounted: boolean,
    number: number,
    conversation: string,
  ): void {
    const goOn = (fromMs: number): void => {
      if (number >= traffic.turns) return;
      const nextAtMs = Math.round(fromMs + traffic.pauseMs * (0.5 + random()));
      events.add(nextAtMs, () => turn(conversation, number + 1, nextAtMs));
    };
    const refuse = (): void => {
      if (isCounted) counts.callerRefused += 1;
      goOn(nowMs);
    };
    const decision = decide(state, rules, asked, nowMs, random, nowMs - sinceMs);
    if (decision.kind !== "go") {
      const isPatient = nowMs - sinceMs < asked.waitMs;
      if (isPatient) {
        const atMs = Math.min(Math.max(decision.againAtMs, nowMs + 50), sinceMs + asked.waitMs);
        events.add(atMs, () => attempt(asked, atMs, sinceMs, isCounted, number, conversation));
      } else refuse();
      return;
    }
    const { deploymentId, ticket } = take(state, asked, decision, nowMs);
    const told = { callId: asked.callId, group: rules.group, deploymentId, ticket };
    if (!isAccepted(deploymentId, nowMs)) {
      const atMs = nowMs + REFUSAL_MS;
      if (isCounted) counts.vendorRefused += 1;
      events.add(atMs, () => {
        report(
          state,
          rules,
          { ...told, result: { kind: "failed", category: "rate-limit" }, tokens: 0 },
          atMs,
        );
        const again = { ...asked, asked: [...asked.asked, deploymentId] };
        if (again.asked.length < traffic.attemptsMax) {
          attempt(again, atMs, sinceMs, isCounted, number, conversation);
        } else refuse();
      });
      return;
    }
    const cache = `${conversation}@${deploymentId}`;
    if (isCounted) {
      counts.accepted.set(deploymentId, (counts.accepted.get(deploymentId) ?? 0) + 1);
      if (number > 1) {
        counts.furtherTurns += 1;
        if (nowMs - (caches.get(cache) ?? -CACHE_MS) < CACHE_MS) counts.cacheHits += 1;
      }
    }
    caches.set(cache, nowMs);
    const totalMs = Math.round(1_000 + random() * 9_000);
    const atMs = nowMs + totalMs;
    events.add(atMs, () => {
      report(
        state,
        rules,
        {
          ...told,
          result: { kind: "answered", firstTokenMs: null, totalMs },
          tokens: number * 5_000,
        },
        atMs,
      );
      goOn(atMs);
    });
  }

  const endMs = traffic.minutes * 60_000;
  const gapMs = (60_000 / traffic.conversationsPerMinute) * traffic.dutyShare;
  let begun = 0;
  for (let busyMs = 0; ; busyMs += -Math.log(1 - random()) * gapMs) {
    const activeMs = DUTY_MS * traffic.dutyShare;
    const atMs = Math.floor(busyMs / activeMs) * DUTY_MS + Math.round(busyMs % activeMs);
    if (atMs >= endMs) break;
    const conversation = `conversation-${(begun += 1)}`;
    events.add(atMs, () => turn(conversation, 1, atMs));
  }
  events.runUntil(endMs);
  for (const [id, { quota }] of state.deployments) {
    if (quota.requests !== undefined) counts.learned.set(id, quota.requests.perMinute);
  }
  return counts;
}

/** A heap by time; those of one moment in the order they were added does not matter here. */
function createQueue() {
  const heap: Event[] = [];
  const at = (index: number): number => heap[index]?.atMs ?? Infinity;
  function swap(a: number, b: number): void {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }
  function rise(start: number): void {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (at(parent) <= at(index)) return;
      swap(parent, index);
      index = parent;
    }
  }
  function sink(): void {
    for (let index = 0; ;) {
      const child = at(2 * index + 1) <= at(2 * index + 2) ? 2 * index + 1 : 2 * index + 2;
      if (at(child) >= at(index)) return;
      swap(child, index);
      index = child;
    }
  }
  return {
    add(atMs: number, run: () => void): void {
      heap.push({ atMs, run });
      rise(heap.length - 1);
    },
    runUntil(endMs: number): void {
      while (at(0) < endMs) {
        const [first] = heap;
        const last = heap.pop();
        if (first === undefined || last === undefined) return;
        if (heap.length > 0) heap[0] = last;
        sink();
        first.run();
      }
    },
  };
}
