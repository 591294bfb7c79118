import type { FailureCategory } from "../failure.ts";

/**
 * What the line asks of whoever chooses deployments, and what it is told. A group with one deployment
 * and no limits is chosen from in the isolate; every other group has a pool, a Durable Object that
 * sees all its calls. Both answer by the same pure functions of this folder.
 */
export interface Chooser {
  /** Picks a deployment and takes a place in its windows. */
  choose(wish: Wish): Promise<Choice>;
  /** Tells how an attempt went, and picks the next deployment in the same round trip. */
  chooseAgain(report: AttemptReport, wish: Wish): Promise<Choice>;
  /** Tells how the last attempt of a call went. Nothing waits for it. */
  finish(report: AttemptReport): Promise<void>;
  /** Keeps the places of a call that goes on. Nothing waits for it. */
  renew(call: Underway): Promise<void>;
  /** What would be chosen and why, taking no place. For `/explain`. */
  peek(wish: Wish): Promise<Explanation>;
}

/** What a call needs of a deployment. Plain data: it travels to the pool. */
export interface Wish {
  /** The call's id; a place is held under it until it is reported, or nobody renews it. */
  callId: string;
  group: string;
  /** Deployments this call can use at all (provider set up, priced, tags, region), by id. */
  eligible: readonly string[];
  /** Already asked for this call: avoided while others are left. */
  asked: readonly string[];
  /** The most the call can read and write: held against tokens per minute until it is known. */
  tokens: number;
  stream: boolean;
  /** Same conversation, same key: keeps it where its prompt cache is. Null: nothing to keep. */
  affinity: string | null;
  /** About how many tokens of the prompt the vendor may have cached; weighs against moving. */
  cachedTokensGuess: number;
  /** Whose turn it is when many wait: the account, so that one of them cannot fill the line. */
  fairTo: string;
  /** How long the call may wait for a place when every deployment is full. 0: not at all. */
  waitMs: number;
  /** No place is of use to the call from then on. */
  deadlineMs: number;
  /** Operator's or key's own strategy for this call; else the group's. */
  strategy?: Strategy;
}

export const STRATEGIES = [
  "adaptive",
  "simple-shuffle",
  "least-busy",
  "usage-based-routing",
  "usage-based-routing-v2",
  "latency-based-routing",
  "cost-based-routing",
] as const;

export type Strategy = (typeof STRATEGIES)[number];

export type Choice =
  | {
      kind: "chosen";
      deploymentId: string;
      /** Names the place taken; the report gives it back. */
      ticket: string;
      reason: ChoiceReason;
      /** Tokens of the prompt expected to be read from a cache there. */
      cachedTokensExpected: number;
    }
  /** Every deployment that could answer is full or resting; the soonest is back then. */
  | { kind: "full"; againAtMs: number };

export type ChoiceReason =
  /** There is only one. */
  | "only"
  /** The conversation's prompt is cached there. */
  | "affinity"
  /** The conversation had to leave its place: it was full, resting or gone. */
  | "moved"
  /** By the group's strategy. */
  | "strategy"
  /** A rest is over; one call tries whether it helped. */
  | "probe"
  /** Nothing better was left. */
  | "last-resort";

/** How one attempt went. */
export interface AttemptReport {
  callId: string;
  group: string;
  deploymentId: string;
  ticket: string;
  result:
    | { kind: "answered"; /** To the first token. */ firstTokenMs: number | null; totalMs: number }
    | { kind: "failed"; category: FailureCategory; retryAfterMs?: number }
    /** The caller left, or another deployment was quicker. */
    | { kind: "abandoned" }
    /** Nobody was asked: the call was refused before. */
    | { kind: "unsent" };
  /** Read and written; null when nobody knows: the held figure stands. */
  tokens: number | null;
  /** Read from the vendor's prompt cache and written to it, by its own word. */
  cachedTokens?: number;
  /** What the vendor's headers said of its limits, where it has such headers. */
  quota?: QuotaHeaders;
}

/** A call that is not over yet. */
export interface Underway {
  callId: string;
  group: string;
  /** The ticket of a place whose deployment has begun to answer. */
  answering?: string;
}

/** `x-ratelimit-*`, `anthropic-ratelimit-*` as numbers. Only what was there. */
export interface QuotaHeaders {
  requestsLimit?: number;
  requestsRemaining?: number;
  requestsResetMs?: number;
  tokensLimit?: number;
  tokensRemaining?: number;
  tokensResetMs?: number;
}

export interface Explanation {
  choice: Choice;
  strategy: Strategy;
  deployments: {
    id: string;
    eligible: boolean;
    /** `resting`, `full`, `tag`, `order`: why it would not be taken; null when it could be. */
    excludedBy: string | null;
    restsUntilMs: number | null;
    requestsLastMinute: number;
    tokensLastMinute: number;
    inFlight: number;
    requestsLimit: number | null;
    tokensLimit: number | null;
    /** Whether a limit was configured or learned from the vendor. */
    limitSource: "configured" | "learned" | null;
    firstTokenMs: number | null;
  }[];
}

/** What a pool knows of a group from the configuration. Sent with the first call and when it changes. */
export interface GroupRules {
  group: string;
  configVersion: string;
  strategy: Strategy;
  cooldownMs: number;
  /** Nobody wrote a cooldown: how long a refusal without the vendor's word lasts is ours to judge. */
  judgesRests: boolean;
  /**
   * Failures within a minute before a rest; per category where the operator said so. Undefined:
   * LiteLLM's rule, a rest when more than half of the minute's calls failed.
   */
  allowedFails: number | undefined;
  allowedFailsByCategory: Partial<Record<FailureCategory, number>>;
  cooldownsDisabled: boolean;
  /** `lowest_latency_buffer`: how far from the best still counts as the best, as a fraction. */
  latencyBuffer: number;
  /** `routing_strategy_args.ttl`: an older sample says nothing any more. */
  latencyTtlMs: number;
  /** 0: conversations are not kept anywhere. */
  affinityTtlMs: number;
  deployments: DeploymentRules[];
}

export interface DeploymentRules {
  id: string;
  order: number;
  weight: number | undefined;
  requestsPerMinute: number | undefined;
  tokensPerMinute: number | undefined;
  parallel: number | undefined;
  /** For cost-based routing: pico-USD for a token in and one out. Undefined: unpriced. */
  picoPerToken: number | undefined;
  /** Cached input costs this fraction of fresh input: what losing a cache multiplies. */
  cacheReadFraction: number;
  /** Its vendor keeps what is marked and says how much that was; others keep what they like. */
  tellsCacheWrites?: boolean;
  /** Where the operator said so for this deployment alone; else the group's. */
  cooldownMs?: number;
  allowedFails?: number;
  allowedFailsByCategory?: Partial<Record<FailureCategory, number>>;
}
