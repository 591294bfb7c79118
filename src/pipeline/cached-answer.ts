import { canonicalText, readCacheWish, type CacheWish, type Opened } from "../core/answer-cache.ts";
import type { AnswerCache } from "../core/answer-cache.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { NOTHING_OBSERVED, type Outcome } from "./outcome.ts";
import type { Settle } from "./settle.ts";

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

async function openCached({ call, admitted, settle, deps }: CacheableCall): Promise<CachedCall> {
  const wish = cacheWishOf(call, deps);
  if (wish === undefined) return NOT_CACHED;
  const name = await nameOf(call, admitted, wish);
  const cache = deps.answerCache(name);
  // An answer that may not be read is made anew, and then kept in the other's place.
  const opened = await open(cache, wish, call).catch((cause: unknown) => {
    deps.noteFault(cause);
    return undefined;
  });
  if (opened === undefined) return NOT_CACHED;
  if (opened.kind === "hit") return { ...NOT_CACHED, hit: replay(opened, name, call, settle) };
  return wish.keeps ? keeping({ cache, wish, claim: opened.claim, name, call, deps }) : NOT_CACHED;
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
  const { callType, dialect } = call.route;
  if (settings === undefined || settings.callTypes?.includes(callType) === false) return undefined;
  // What a vendor keeps for one person has an id that opens it; nobody else is to have that.
  const isKept = dialect.name === "openai-responses" && call.body.value["store"] !== false;
  if (isKept || !REMEMBERED.has(callType)) return undefined;
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

async function open(cache: AnswerCache, wish: CacheWish, { terms }: Call): Promise<Opened> {
  const ageMsMax = wish.reads ? wish.ageMsMax : -1;
  const waitMs = wish.reads ? Math.min(terms.router.timeoutMs, WAIT_MS_MAX) : 0;
  return cache.open({ ageMsMax, waitMs });
}

/** Whoever waits longer for another's answer would rather have had its own. */
const WAIT_MS_MAX = 60_000;

/** One name per team, model, grammar and meaning; hashed, so that no name tells a prompt. */
async function nameOf(call: Call, { admission }: Admitted, wish: CacheWish): Promise<string> {
  const { key } = admission;
  const scope = key.teamId ?? (key.userId === null ? call.caller.keyHash : `user:${key.userId}`);
  const { route, envelope, group, body } = call;
  const parts = [scope, wish.namespace, route.path, route.dialect.name, group.name];
  const streamed = envelope.stream ? `stream:${String(envelope.streamUsage)}` : "whole";
  const text = [...parts, streamed, canonicalText(body.value)].join("\n");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function replay(
  { answer }: Extract<Opened, { kind: "hit" }>,
  name: string,
  call: Call,
  settle: Settle,
): Response {
  settle({ ...REPLAYED });
  return new Response(answer.body, {
    headers: {
      "content-type": answer.contentType,
      "cache-control": "no-cache",
      "x-litellm-call-id": call.context.id,
      "x-litellm-model-group": call.envelope.model,
      "x-litellm-response-cost": "0",
      "x-litellm-cache-key": name,
      "x-sekisho-cache": "hit",
      age: String(Math.max(0, Math.round((call.context.startedAtMs - answer.keptAtMs) / 1_000))),
    },
  });
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

interface Making {
  cache: AnswerCache;
  wish: CacheWish;
  claim: string;
  name: string;
  call: Call;
  deps: Deps;
}

function keeping(making: Making): CachedCall {
  const { promise: ending, resolve } = Promise.withResolvers<Outcome["ending"]>();
  const { cache, claim, call, deps } = making;
  const letGo = (): void =>
    call.context.waitUntil(cache.letGo(claim).catch((cause: unknown) => deps.noteFault(cause)));
  return {
    hit: undefined,
    watch: (settle) => (outcome) => {
      resolve(outcome.ending);
      return settle(outcome);
    },
    remember(response) {
      response.headers.set("x-litellm-cache-key", making.name);
      response.headers.set("x-sekisho-cache", "miss");
      const bytes: ReadableStream<Uint8Array> | null = response.body;
      if (bytes === null) return response;
      const [given, kept] = bytes.tee();
      call.context.waitUntil(
        keepWhenWhole(kept, response, ending, making).catch((cause: unknown) => {
          deps.noteFault(cause);
          letGo();
        }),
      );
      return new Response(given, response);
    },
    letGo,
  };
}

async function keepWhenWhole(
  stream: ReadableStream<Uint8Array>,
  { headers }: Response,
  ending: Promise<Outcome["ending"]>,
  { cache, claim, wish, deps }: Making,
): Promise<void> {
  const body = await gather(stream);
  if (body === undefined || (await ending) !== "finished") return cache.letGo(claim);
  const contentType = headers.get("content-type") ?? "application/json";
  await cache.keep(claim, { contentType, body, keptAtMs: deps.nowMs() }, wish.ttlMs);
}

/** All of it; nothing when it broke, or is more than an object's row can hold. */
async function gather(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += piece.length;
      if (length > BODY_BYTES_MAX) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

/** A row holds 2 MB. */
const BODY_BYTES_MAX = 1_900_000;
