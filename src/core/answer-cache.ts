import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** What the operator said of caching answers: LiteLLM's `cache` and `cache_params`. */
export interface AnswerCacheSettings {
  /** Answers are kept unless a call says otherwise; `mode: default_off` reverses it. */
  byDefault: boolean;
  ttlMs: number;
  /** Call types it is for; undefined: all that can be. */
  callTypes: readonly string[] | undefined;
  namespace: string;
}

/** What one call wants of the cache. */
export interface CacheWish {
  reads: boolean;
  keeps: boolean;
  ttlMs: number;
  /** An older answer is not good enough (`s-maxage`). */
  ageMsMax: number | undefined;
  namespace: string;
}

/** An answer as it went to its caller. */
export interface KeptAnswer {
  contentType: string;
  body: Uint8Array;
  keptAtMs: number;
}

/** The answer, or the task of making it for everybody who asks meanwhile. */
export type Opened = { kind: "hit"; answer: KeptAnswer } | { kind: "make"; claim: string };

/** What a call wants of one remembered answer. */
export interface OpenWish {
  ageMsMax: number | undefined;
  /** How long it would rather wait for another's answer than make its own. */
  waitMs: number;
  /** What it makes, others may have: then they wait for it. */
  keeps: boolean;
}

/** One remembered answer: who asks first makes it, and those who ask meanwhile wait for it. */
export interface AnswerCache {
  open(wish: OpenWish): Promise<Opened>;
  keep(claim: string, answer: KeptAnswer, ttlMs: number): Promise<void>;
  /** There will be no answer to keep: the next one in line makes its own. After two, all do. */
  letGo(claim: string): Promise<void>;
}

const SECOND_MS = 1_000;

/**
 * LiteLLM's controls, in the body's `cache` and in the header `cache-control`: `ttl`, `s-maxage`,
 * `no-cache` (do not read), `no-store` (do not keep), `use-cache` (where it is off by default).
 * `undefined`: this call has nothing to do with the cache.
 */
export function readCacheWish(
  body: JsonObject,
  cacheControl: string | null,
  settings: AnswerCacheSettings | undefined,
): CacheWish | undefined {
  if (settings === undefined) return undefined;
  const said = isJsonObject(body["cache"]) ? body["cache"] : {};
  const directives = readDirectives(cacheControl);
  const isOn = settings.byDefault || isSet(said["use-cache"]);
  const ttlMs = Math.round((seconds(said["ttl"]) ?? settings.ttlMs / SECOND_MS) * SECOND_MS);
  const reads = isOn && !isSet(said["no-cache"]) && !directives.has("no-cache");
  const keeps = isOn && !isSet(said["no-store"]) && !directives.has("no-store") && ttlMs > 0;
  if (!reads && !keeps) return undefined;
  const ageSeconds = seconds(said["s-maxage"]) ?? seconds(directives.get("s-maxage"));
  return {
    reads,
    keeps,
    ttlMs: Math.min(ttlMs, TTL_MS_MAX),
    ageMsMax: ageSeconds === undefined ? undefined : ageSeconds * SECOND_MS,
    namespace: typeof said["namespace"] === "string" ? said["namespace"] : settings.namespace,
  };
}

/** What a caller says is kept for long is still forgotten one day. */
const TTL_MS_MAX = 30 * 24 * 3_600 * SECOND_MS;

function readDirectives(header: string | null): Map<string, string> {
  const directives = (header ?? "").toLowerCase().split(",");
  return new Map(
    directives.map((one) => {
      const [name = "", value = ""] = one.trim().split("=");
      return [name, value];
    }),
  );
}

function isSet(value: Json | undefined): boolean {
  return value === true || value === "true";
}

/** What is no number says nothing; less than none is none. */
function seconds(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? Math.max(number, 0) : undefined;
}
