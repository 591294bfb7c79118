import { importPKCS8, SignJWT } from "jose";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import type { ServiceAccount } from "./service-account.ts";
import { parseServiceAccount } from "./service-account.ts";

/** Mints and keeps access tokens. Shared by all calls of an isolate. */
export interface TokenMint {
  /**
   * A token for this service account, minted at most once for any number of concurrent callers and
   * kept until shortly before it expires. Throws `GatewayError` when Google refuses.
   */
  accessToken(serviceAccountJson: string, nowMs: number): Promise<string>;
  /**
   * Forgets a token the vendor refused, so that the next call mints anew. One that was minted since
   * stays: of many calls refused at once only the first makes a new token.
   */
  forget(serviceAccountJson: string, refused: string): void;
}

interface Token {
  text: string;
  freshUntilMs: number;
}

export function createTokenMint(fetch: (request: Request) => Promise<Response>): TokenMint {
  const tokens = new Map<string, Token>();
  const minting = new Map<string, Promise<Token>>();

  const mint = (account: ServiceAccount, nowMs: number): Promise<Token> => {
    const { cacheKey } = account;
    const isCurrent = () => minting.get(cacheKey) === promise;
    const promise = mintToken(account, nowMs, fetch)
      .then((token) => {
        // Of two mints that ran at once, the later one's token is kept.
        if (isCurrent()) tokens.set(cacheKey, token);
        return token;
      })
      .finally(() => {
        if (isCurrent()) minting.delete(cacheKey);
      });
    minting.set(cacheKey, promise);
    return promise;
  };

  return {
    async accessToken(serviceAccountJson, nowMs) {
      const account = parseServiceAccount(serviceAccountJson);
      const kept = tokens.get(account.cacheKey);
      if (kept && nowMs < kept.freshUntilMs) return kept.text;
      const running = minting.get(account.cacheKey);
      const token = (running && (await withinPatience(running))) ?? (await mint(account, nowMs));
      return token.text;
    },
    forget(serviceAccountJson, refused) {
      const { cacheKey } = parseServiceAccount(serviceAccountJson);
      if (tokens.get(cacheKey)?.text === refused) tokens.delete(cacheKey);
    },
  };
}

/** Google answers in a fraction of a second; what takes this long will not come. */
const TIMEOUT_MS = 10_000;
/** Shorter, so that those who wait for another call's token still have time to mint their own. */
const PATIENCE_MS = 5_000;

/**
 * On Workers a promise dies with the call that began it: when that caller hangs up, the others
 * would wait for ever. So each waits on its own clock and then mints for itself.
 */
async function withinPatience(running: Promise<Token>): Promise<Token | undefined> {
  const patience = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => patience.resolve(undefined), PATIENCE_MS);
  try {
    return await Promise.race([running, patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
/** The longest life Google grants an assertion. */
const ASSERTION_SECONDS = 3_600;
/** A call that starts with a token must be able to finish with it. */
const MARGIN_SECONDS = 300;

async function mintToken(
  account: ServiceAccount,
  nowMs: number,
  fetch: (request: Request) => Promise<Response>,
): Promise<Token> {
  const request = new Request(account.tokenUri, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: await signAssertion(account, nowMs),
    }),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { response, text } = await send(request, fetch).catch((cause: unknown) => {
    throw refused(account, "could not be reached", cause);
  });
  const answer = parseJson(text);
  if (!response.ok || !isJsonObject(answer) || typeof answer.access_token !== "string") {
    const reason =
      isJsonObject(answer) && typeof answer.error === "string" ? `: ${answer.error}` : "";
    throw refused(account, `answered ${response.status} without a token${reason}`);
  }
  const lifeSeconds = typeof answer.expires_in === "number" ? answer.expires_in : 0;
  return { text: answer.access_token, freshUntilMs: nowMs + usableSeconds(lifeSeconds) * 1_000 };
}

async function send(request: Request, fetch: (request: Request) => Promise<Response>) {
  const response = await fetch(request);
  return { response, text: await response.text() };
}

/** Of a short life the margin takes a part and not all, or such a token would never be kept. */
function usableSeconds(lifeSeconds: number): number {
  return Math.max(0, lifeSeconds - Math.min(MARGIN_SECONDS, lifeSeconds / 10));
}

async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string> {
  const nowSeconds = Math.floor(nowMs / 1_000);
  const key = await importPKCS8(account.privateKey, "RS256").catch((cause: unknown) => {
    // What jose says of a key could quote it, so it is kept out of the message.
    throw new GatewayError(
      "upstream_credential",
      "vertex_credentials: private_key is not a PKCS#8 key in PEM form; paste the service account's JSON file unchanged.",
      { provider: "vertex_ai", cause },
    );
  });
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: account.keyId })
    .setIssuer(account.email)
    .setAudience(account.tokenUri)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + ASSERTION_SECONDS)
    .sign(key);
}

function refused(account: ServiceAccount, what: string, cause?: unknown): GatewayError {
  const host = new URL(account.tokenUri).host;
  return new GatewayError(
    "upstream_credential",
    `Google's token endpoint ${host} ${what}; check vertex_credentials (${account.email}).`,
    { provider: "vertex_ai", cause },
  );
}
