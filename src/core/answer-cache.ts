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

/** One remembered answer: who asks first makes it, and those who ask meanwhile wait for it. */
export interface AnswerCache {
  open(wish: { ageMsMax: number | undefined; waitMs: number }): Promise<Opened>;
  keep(claim: string, answer: KeptAnswer, ttlMs: number): Promise<void>;
  /** There will be no answer to keep: the next one in line makes its own. */
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
  const isOn = settings.byDefault || said["use-cache"] === true;
  const reads = isOn && !isSet(said["no-cache"]) && !directives.has("no-cache");
  const keeps = isOn && !isSet(said["no-store"]) && !directives.has("no-store");
  if (!reads && !keeps) return undefined;
  const ageSeconds = seconds(said["s-maxage"]) ?? seconds(directives.get("s-maxage"));
  return {
    reads,
    keeps,
    ttlMs: Math.min((seconds(said["ttl"]) ?? settings.ttlMs / SECOND_MS) * SECOND_MS, TTL_MS_MAX),
    ageMsMax: ageSeconds === undefined ? undefined : ageSeconds * SECOND_MS,
    namespace: typeof said["namespace"] === "string" ? said["namespace"] : settings.namespace,
  };
}

/** What a caller says is kept for long is still forgotten one day. */
const TTL_MS_MAX = 30 * 24 * 3_600 * SECOND_MS;

/**
 * The text two calls have in common exactly when one answer serves both. Members in any order are the
 * same call; what only says who asks, and what the gateway itself reads, makes no difference.
 */
export function canonicalText(body: JsonObject): string {
  const { cache: _, ...meant } = body;
  for (const name of ABOUT_THE_CALL) delete meant[name];
  return write(meant);
}

const ABOUT_THE_CALL = [
  "user",
  "metadata",
  "litellm_metadata",
  "tags",
  "safety_identifier",
  "prompt_cache_key",
  "litellm_session_id",
  "litellm_trace_id",
  "num_retries",
  "timeout",
  "stream_timeout",
  "fallbacks",
];

function write(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${write(value[name])}`);
  return `{${members.join(",")}}`;
}

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

function seconds(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}
