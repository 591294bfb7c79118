import type { AnswerCache } from "../core/answer-cache.ts";
import type { GatewayConfig } from "../core/config/deployment.ts";
import type { KeySigner } from "../core/key-format.ts";
import type { AccountLedger } from "../core/ledger.ts";
import type { TokenMint } from "../providers/google-token.ts";
import type { AliasMemory } from "./alias-memory.ts";
import type { ChooserFor } from "./choosers.ts";
import type { TermsMemory } from "./terms.ts";

/** Everything the line needs of the world, as plain functions. Built once per isolate by `compose`. */
export interface Deps {
  config: GatewayConfig;
  masterKey: string;
  signer: KeySigner;
  fetch: (request: Request) => Promise<Response>;
  nowMs(): number;
  newId(): string;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Notes where in our code a fault lies that no caller is told of, and nothing of what it says. */
  noteFault(cause: unknown): void;
  account(accountId: string): AccountLedger;
  /** For keys that do not name their account: imported and self-chosen ones. Cached for a moment. */
  findAccountOfKey(keyHash: string): Promise<string | undefined>;
  tokens: TokenMint;
  chooserFor: ChooserFor;
  aliases: AliasMemory;
  termsMemory: TermsMemory;
  /** The answer of this name, remembered for identical calls. */
  answerCache(name: string): AnswerCache;
}

/** What belongs to one call and not to the isolate. */
export interface CallContext {
  /** Ours, never the caller's: the ledger trusts it to be unique. */
  id: string;
  startedAtMs: number;
  /** Aborts when the caller hangs up. */
  callerGone: AbortSignal;
  /** Keeps the isolate alive for work that outlives the response. */
  waitUntil(work: Promise<unknown>): void;
}
