import type { Call, Vendor } from "./exchange.ts";

/** Every field given must fit. Without vendor or path, only model calls match, not tokens or logs. */
export interface Match {
  vendor?: Vendor;
  region?: string;
  deployment?: string;
  model?: string;
  /** A substring of the wire path. */
  path?: string;
}

/** Replaces what the answer reports; `inputTokens` includes everything read from or written to a cache. */
export interface UsageOverride {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadTokens?: number;
  cacheWrite5mTokens?: number;
  cacheWrite1hTokens?: number;
  reasoningTokens?: number;
}

/**
 * How one accepted request is answered. Fields combine: `{ paceMs: 10, cutAt: 5 }` is slow, then broken.
 * Chunks are whole frames or events, counted from 0; `…At: n` acts when n chunks have gone out.
 * On an answer that is not a stream, `cutAt` and `cleanEndAt` send half the body and `errorAt` a 5xx.
 */
export interface Behaviour {
  /** 429 in the vendor's own words. */
  throttle?: { retryAfterSeconds?: number };
  /** Any status. An object body is sent as JSON, a string as it is. */
  status?: { status: number; body?: unknown; headers?: Record<string, string> };
  stallBeforeHeadersMs?: number;
  /** Headers go out, then nothing for a while. */
  stallBeforeFirstTokenMs?: number;
  /** Headers go out, then a comment or a blank this often, and never an event. */
  nothingButPingsMs?: number;
  stallAt?: { chunk: number; ms: number };
  /** Destroys the socket. */
  cutAt?: number;
  /** Ends the response properly, without the final events. */
  cleanEndAt?: number;
  /** The vendor's own in-band error, then the end. */
  errorAt?: number | { chunk: number; type?: string; message?: string };
  /** Breaks one chunk (a bad CRC, unparsable JSON) and goes on. */
  corruptAt?: number;
  /** 200 and not one chunk. */
  emptyStream?: true;
  /** Never answers; ends when the client goes away or the stand-in stops. */
  hang?: true;
  /** Writes the whole stream in pieces of this many bytes, regardless of frames. */
  splitBytes?: number;
  /** Waits this long before every chunk. */
  paceMs?: number;
  usage?: UsageOverride | "none";
  /** Says this instead of the usual answer. */
  reply?: string;
}

export interface ScriptOptions {
  /** The last behaviour stays for good. Otherwise each is used once, then answers are normal again. */
  sticky?: boolean;
}

export interface Script {
  /** How many requests it has shaped. */
  readonly used: number;
  remove(): void;
}

interface Entry {
  match: Match;
  behaviours: Behaviour[];
  sticky: boolean;
  used: number;
}

export interface Scripts {
  add(match: Match, behaviours: Behaviour[], options?: ScriptOptions): Script;
  take(call: Call, path: string): Behaviour;
  clear(): void;
}

/** The script added last is asked first, so a test can overrule its suite. */
export function createScripts(): Scripts {
  const entries: Entry[] = [];
  return {
    add(match, behaviours, options = {}) {
      const entry: Entry = { match, behaviours, sticky: options.sticky ?? false, used: 0 };
      entries.unshift(entry);
      return {
        get used() {
          return entry.used;
        },
        remove: () => void entries.splice(entries.indexOf(entry), entries.includes(entry) ? 1 : 0),
      };
    },
    take(call, path) {
      const entry = entries.find(
        (candidate) => isReady(candidate) && fits(candidate.match, call, path),
      );
      if (!entry) return {};
      const last = entry.behaviours.length - 1;
      return entry.behaviours[Math.min(entry.used++, last)] ?? {};
    },
    clear: () => void entries.splice(0),
  };
}

function isReady(entry: Entry): boolean {
  return entry.behaviours.length > 0 && (entry.sticky || entry.used < entry.behaviours.length);
}

function fits(match: Match, call: Call, path: string): boolean {
  const isModelCall = call.vendor !== "google-token" && call.vendor !== "datadog";
  if (match.vendor === undefined && match.path === undefined && !isModelCall) return false;
  return (
    (match.vendor === undefined || match.vendor === call.vendor) &&
    (match.region === undefined || match.region === call.region) &&
    (match.deployment === undefined || match.deployment === call.deployment) &&
    (match.model === undefined || match.model === call.model) &&
    (match.path === undefined || path.includes(match.path))
  );
}
