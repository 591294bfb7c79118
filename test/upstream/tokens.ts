import { createHash } from "node:crypto";

/**
 * The stand-in's arithmetic, simple enough to compute in a test: a token is four bytes of UTF-8, rounded
 * up over the whole prompt, and a picture counts as 258 tokens whatever its size. Output tokens are the
 * pieces an answer is streamed in.
 */
export const BYTES_PER_TOKEN = 4;
export const PICTURE_TOKENS = 258;

export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

export function countTokens(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text));
}

/** One cacheable step of a prompt, in prefix order. */
export interface Segment {
  /** Covered by the prefix hash; must not contain the cache marks themselves. */
  identity: string;
  bytes: number;
  breakpoint?: "5m" | "1h" | undefined;
}

export interface CacheUse {
  inputTokens: number;
  readTokens: number;
  write5mTokens: number;
  write1hTokens: number;
}

export interface PromptCache {
  /** Explicit breakpoints (Claude): the first request writes up to the last one, the next ones read. */
  useBreakpoints(scope: string, segments: Segment[], nowMs: number): CacheUse;
  /** Automatic prefixes (OpenAI, Gemini): reads what an earlier prompt shared, in steps. */
  useAutomatic(scope: string, prompt: string, nowMs: number): number;
  clear(): void;
}

const TTL_MS = { "5m": 5 * 60_000, "1h": 60 * 60_000 };
/** OpenAI caches from 1024 tokens on, in steps of 128. */
const AUTOMATIC_MIN_TOKENS = 1024;
const AUTOMATIC_STEP_TOKENS = 128;

export function createPromptCache(): PromptCache {
  const expiry = new Map<string, number>();
  const isCached = (hash: string, nowMs: number): boolean => (expiry.get(hash) ?? 0) > nowMs;
  return {
    useBreakpoints(scope, segments, nowMs) {
      const steps = prefixes(scope, segments);
      const last = segments.findLastIndex((segment) => segment.breakpoint !== undefined);
      const hit = steps.slice(0, last + 1).findLastIndex((step) => isCached(step.hash, nowMs));
      const use = {
        inputTokens: steps.at(-1)?.tokens ?? 0,
        readTokens: 0,
        write5mTokens: 0,
        write1hTokens: 0,
      };
      use.readTokens = steps[hit]?.tokens ?? 0;
      let covered = use.readTokens;
      for (const [index, segment] of segments.entries()) {
        const step = steps[index];
        if (!segment.breakpoint || !step) continue;
        if (index > hit) {
          use[segment.breakpoint === "1h" ? "write1hTokens" : "write5mTokens"] +=
            step.tokens - covered;
          covered = step.tokens;
        }
        // A hit refreshes the entry, too.
        expiry.set(step.hash, nowMs + TTL_MS[segment.breakpoint]);
      }
      return use;
    },
    useAutomatic(scope, prompt, nowMs) {
      const step = AUTOMATIC_STEP_TOKENS * BYTES_PER_TOKEN;
      const bytes = Buffer.from(prompt);
      const hash = createHash("sha256").update(scope);
      let read = 0;
      for (let end = step; end <= bytes.length; end += step) {
        const key = hash
          .update(bytes.subarray(end - step, end))
          .copy()
          .digest("hex");
        if (isCached(key, nowMs)) read = tokensOfBytes(end);
        expiry.set(key, nowMs + TTL_MS["1h"]);
      }
      return read >= AUTOMATIC_MIN_TOKENS ? read : 0;
    },
    clear: () => expiry.clear(),
  };
}

function prefixes(scope: string, segments: Segment[]): { hash: string; tokens: number }[] {
  const hash = createHash("sha256").update(scope);
  let bytes = 0;
  return segments.map((segment) => {
    bytes += segment.bytes;
    hash.update("\0").update(segment.identity);
    return { hash: hash.copy().digest("hex"), tokens: tokensOfBytes(bytes) };
  });
}
