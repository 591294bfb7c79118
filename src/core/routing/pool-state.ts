import { countInWindow, emptyWindow, type RateWindow } from "../ledger/rate-window.ts";
import type { LearnedQuota } from "./quota.ts";

/** What a pool remembers of its group. Plain data: maps, numbers and text survive a structured clone. */
export interface PoolState {
  deployments: Map<string, DeploymentState>;
  /** Conversation → where its prompt cache is. Least lately used first. */
  homes: Map<string, Home>;
  /** Makes tickets of one call differ. */
  ticketsGiven: number;
}

export interface DeploymentState {
  /** Calls sent, whatever became of them. */
  requests: RateWindow;
  /** Of these, the ones the vendor refused for its limits: it did not count them. */
  refused: RateWindow;
  failures: RateWindow;
  /** Read and written by calls that are over; what runs is held by its place. */
  tokens: RateWindow;
  /** Calls in flight, by ticket. */
  places: Map<string, Place>;
  /** The newest last, a few (`latency.ts`). */
  samples: LatencySample[];
  rest: Rest | undefined;
  quota: LearnedQuota;
}

/** One call in flight. */
export interface Place {
  callId: string;
  takenAtMs: number;
  /** When it is given back although nobody reported; see `renew`. */
  deadlineMs: number;
  tokens: number;
  stream: boolean;
  affinity: string | null;
  isProbe: boolean;
}

export interface LatencySample {
  atMs: number;
  stream: boolean;
  /** To the first token; null where the answer came in one piece. */
  firstTokenMs: number | null;
  totalMs: number;
}

/** Why a deployment is left alone. It stays until a probe succeeded. */
export interface Rest {
  untilMs: number;
  /** The vendor throttled; otherwise something is broken. */
  throttled: boolean;
  /** Neither the vendor nor the operator said how long: it is tried when nothing else is left. */
  judged: boolean;
}

export interface Home {
  deploymentId: string;
  lastUsedMs: number;
  /** Read and written by the conversation's last answer: what a cache there can hold. */
  tokens: number;
}

export function emptyPool(): PoolState {
  return { deployments: new Map(), homes: new Map(), ticketsGiven: 0 };
}

/** What is known of a deployment, from now on also of one that was never asked. */
export function stateOf(state: PoolState, deploymentId: string): DeploymentState {
  const known = state.deployments.get(deploymentId);
  if (known !== undefined) return known;
  const fresh = emptyDeployment();
  state.deployments.set(deploymentId, fresh);
  return fresh;
}

/**
 * Forgets deployments that are configured no more, or they would gather for as long as there are
 * configurations. One that was used within the minute may come back, and its limits hold.
 */
export function forgetGone(state: PoolState, configured: ReadonlySet<string>, nowMs: number): void {
  for (const [id, { places, requests, tokens }] of state.deployments) {
    const isUsed = [requests, tokens].some((window) => countInWindow(window, nowMs) > 0);
    if (!configured.has(id) && places.size === 0 && !isUsed) state.deployments.delete(id);
  }
}

export function emptyDeployment(): DeploymentState {
  return {
    requests: emptyWindow(),
    refused: emptyWindow(),
    failures: emptyWindow(),
    tokens: emptyWindow(),
    places: new Map(),
    samples: [],
    rest: undefined,
    quota: {},
  };
}
