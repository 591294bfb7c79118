import type { Credentials } from "./credentials.ts";
import type { DatadogStore } from "./datadog.ts";
import type { TokenStore } from "./google-token.ts";
import type { ResponseStore } from "./responses-store.ts";
import type { Signatures } from "./signatures.ts";
import type { PromptCache } from "./tokens.ts";

/** What one stand-in remembers between requests. */
export interface State {
  credentials: Credentials;
  cache: PromptCache;
  signatures: Signatures;
  tokens: TokenStore;
  datadog: DatadogStore;
  responses: ResponseStore;
}
