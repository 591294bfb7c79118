import { readCacheWish, type AnswerCache, type CacheWish } from "../core/answer-cache.ts";
import type { KeptAnswer, Opened } from "../core/answer-cache.ts";
import { usdFromNano } from "../core/money.ts";
import type { Admitted } from "./admitted.ts";
import { nameOfAnswer } from "./answer-name.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { gatherWhole } from "./gather-whole.ts";
import { NOTHING_OBSERVED, type Outcome } from "./outcome.ts";
import { rateHeadersOf } from "./rate-headers.ts";
import type { Settle } from "./settle.ts";
import { callEndsAtMs } from "./timeouts.ts";

export interface CacheableCall {
  call: Call;
  admitted: Admitted;
  settle: Settle;
  deps: Deps;
}

/**
 * Answers from memory if the very same call of the same team was answered before; otherwise has the
 * answer made, and remembers it when it turns out whole. The call was admitted before: a remembered
 * answer costs nothing, but rules and rates hold for it all the same.
 */
export async function throughCache(
  asked: CacheableCall,
  make: (settle: Settle) => Promise<Response>,
): Promise<Response> {
  const cached = await openCached(asked);
  if (cached.hit !== undefined) return cached.hit;
  try {
    return cached.remember(await make(cached.watch(asked.settle)));
  } catch (cause) {
    cached.letGo();
    throw cause;
  }
}

/** What the cache has to do with one call. */
interface CachedCall {
  /** The remembered answer, if there is one. The call is settled when this is returned. */
  hit: Response | undefined;
  /** Wraps the settlement of a call that makes its answer, to hear how it ended. */
  watch(settle: Settle): Settle;
  /** Remembers this answer as it goes by, when it turns out whole. */
  remember(response: Response): Response;
  /** There will be no answer. */
  letGo(): void;
}

async function openCached(asked: CacheableCall): Promise<CachedCall> {
  const { call, deps } = asked;
  const wish = cacheWishOf(call, deps);
  if (wish === undefined) return NOT_CACHED;
  // Whatever becomes of the cache, the call is not to suffer.
  return recall(asked, wish).catch((cause: unknown) => {
    deps.noteFault(cause);
    return NOT_CACHED;
  });
}

async function recall(asked: CacheableCall, wish: CacheWish): Promise<CachedCall> {
  const { call, admitted, deps } = asked;
  const name = await nameOfAnswer(call, admitted, wish.namespace);
  if (name === undefined) return NOT_CACHED;
  const cache = deps.answerCache(name);
  const opened = await open(cache, wish, call, deps);
  switch (opened?.kind) {
    case "hit":
      return { ...NOT_CACHED, hit: replay(opened.answer, name, asked) };
    case "make":
      if (!wish.keeps) return NOT_CACHED;
      return keeping({ ...asked, cache, wish, claim: opened.claim, name });
    case undefined:
      return NOT_CACHED;
  }
}

const NOT_CACHED: CachedCall = {
  hit: undefined,
  watch: (settle) => settle,
  remember: (response) => response,
  letGo: () => undefined,
};

/** What the cache may do for this call; undefined: nothing. */
export function cacheWishOf(call: Call, deps: Deps): CacheWish | undefined {
  const { answerCache: settings } = deps.config.settings;
  const { callType, forward } = call.route;
  if (settings === undefined || settings.callTypes?.includes(callType) === false) return undefined;
  if (!REMEMBERED.has(callType) || isPersonal(call)) return undefined;
  // What a vendor says beside its answer is not remembered with it.
  if (forward?.relayedHeaders !== undefined) return undefined;
  return readCacheWish(call.body.value, call.cacheControl, settings);
}

/** Calls whose answers are text. Sound and pictures are large, and seldom asked for twice. */
const REMEMBERED = new Set<Call["route"]["callType"]>([
  "acompletion",
  "aresponses",
  "agenerate_content",
  "anthropic_messages",
  "atext_completion",
  "aembedding",
  "arerank",
  "amoderation",
]);

/** What a vendor keeps for one person opens with an id; nobody else is to have that, or what it opens. */
function isPersonal({ dialect, body: { value } }: Call): boolean {
  if (dialect.name !== "openai-responses") return false;
  return value["store"] !== false || (value["previous_response_id"] ?? null) !== null;
}

/** Nothing when the caller leaves meanwhile. */
async function open(
  cache: AnswerCache,
  { reads, keeps, ageMsMax }: CacheWish,
  call: Call,
  deps: Deps,
): Promise<Opened | undefined> {
  const opening = cache.open({
    // An answer that may not be read is made anew, and then kept in the other's place.
    ageMsMax: reads ? ageMsMax : -1,
    waitMs: reads && keeps ? waitMsOf(call, deps) : 0,
    keeps,
  });
  const { callerGone, waitUntil } = call.context;
  const opened = await Promise.race([opening, whenGone(callerGone)]);
  if (opened !== undefined) return opened;
  // Those who wait are not to wait for somebody who has left.
  const late = opening.then((one) => (one.kind === "make" ? cache.letGo(one.claim) : undefined));
  waitUntil(late.catch((cause: unknown) => deps.noteFault(cause)));
  return undefined;
}

function whenGone(callerGone: AbortSignal): Promise<undefined> {
  if (callerGone.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    callerGone.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** Half of its time is left to the call, should it have to make an answer of its own. */
function waitMsOf(call: Call, deps: Deps): number {
  const { envelope, terms, wish } = call;
  const halfMs = (callEndsAtMs(call, terms.router) - deps.nowMs()) / 2;
  const firstTokenMs = envelope.stream ? wish.streamTimeoutMs : undefined;
  return Math.max(0, Math.min(halfMs, firstTokenMs ?? Infinity, WAIT_MS_MAX));
}

/** Whoever waits longer for another's answer would rather have had its own. */
const WAIT_MS_MAX = 60_000;

function replay(
  { contentType, body, keptAtMs }: KeptAnswer,
  name: string,
  { call, admitted, settle }: CacheableCall,
): Response {
  const { key } = admitted.admission;
  const ageMs = Math.max(0, call.context.startedAtMs - keptAtMs);
  const response = new Response(body, {
    headers: {
      ...rateHeadersOf(key.limits, key.teamId !== null),
      "content-type": contentType,
      "cache-control": "no-cache",
      "x-litellm-call-id": call.context.id,
      "x-litellm-model-group": call.envelope.model,
      "x-litellm-key-spend": String(usdFromNano(key.spendNanoUsd)),
      "x-litellm-response-cost": "0",
      "x-litellm-cache-key": name,
      "x-sekisho-cache": "hit",
      age: String(Math.round(ageMs / 1_000)),
    },
  });
  settle({ ...REPLAYED });
  return response;
}

/** No vendor was asked, so nothing is charged. */
const REPLAYED: Outcome = {
  ending: "finished",
  statusCode: 200,
  errorCode: null,
  deployment: undefined,
  attempts: 0,
  observed: { ...NOTHING_OBSERVED, finished: true },
  response: null,
  fromCache: true,
};

interface Making extends CacheableCall {
  cache: AnswerCache;
  wish: CacheWish;
  claim: string;
  name: string;
}

function keeping(making: Making): CachedCall {
  const { promise: isFit, resolve } = Promise.withResolvers<boolean>();
  const { cache, claim, call, admitted, deps } = making;
  const letGo = (): void =>
    call.context.waitUntil(cache.letGo(claim).catch((cause: unknown) => deps.noteFault(cause)));
  return {
    hit: undefined,
    watch: (settle) => (outcome) => {
      resolve(isFitForAll(outcome, call, admitted));
      return settle(outcome);
    },
    remember(response) {
      response.headers.set("x-litellm-cache-key", making.name);
      response.headers.set("x-sekisho-cache", "miss");
      const bytes: ReadableStream<Uint8Array> | null = response.body;
      if (bytes === null) return response;
      const [given, kept] = bytes.tee();
      call.context.waitUntil(
        keepWhenWhole(kept, response, isFit, making).catch((cause: unknown) => {
          deps.noteFault(cause);
          letGo();
        }),
      );
      return new Response(given, response);
    },
    letGo,
  };
}

/**
 * Whether everybody who asks the same may have this answer: it is whole, no filter has had its way,
 * it comes from the model that was asked for, and is no shorter than the caller's own budget made it.
 */
function isFitForAll(
  { ending, statusCode, observed }: Outcome,
  { fallbackFrom }: Call,
  { outputTokensMax: clampedTo }: Admitted,
): boolean {
  const isWhole = ending === "finished" && statusCode === 200 && observed.isSpoiled !== true;
  return isWhole && fallbackFrom === undefined && clampedTo === undefined;
}

async function keepWhenWhole(
  stream: ReadableStream<Uint8Array>,
  { headers }: Response,
  isFit: Promise<boolean>,
  { cache, claim, wish, call, deps }: Making,
): Promise<void> {
  // A stream whose caller has left is not written to its end.
  const cutBy = call.envelope.stream ? call.context.callerGone : undefined;
  const body = await gatherWhole(stream, BODY_BYTES_MAX, cutBy);
  if (body === undefined || !(await isFit)) return cache.letGo(claim);
  const contentType = headers.get("content-type") ?? "application/json";
  await cache.keep(claim, { contentType, body, keptAtMs: deps.nowMs() }, wish.ttlMs);
}

/** An object stores 2 MB under one name. */
const BODY_BYTES_MAX = 1_900_000;
