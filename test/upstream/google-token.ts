import { verify } from "node:crypto";
import type { GoogleAccount } from "./credentials.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asObject, asString, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";

export interface TokenStore {
  /** How many tokens were issued: a gateway that caches needs one an hour. */
  mints: number;
  lifetimeSeconds: number;
  issue(now: Date): string;
  /** Why a bearer is no good, or undefined. */
  check(token: string, now: Date): "unknown" | "expired" | undefined;
  /** Forgets every token, as a revoked key would. */
  revokeAll(): void;
}

export function createTokenStore(lifetimeSeconds: number): TokenStore {
  const expiresAtMs = new Map<string, number>();
  return {
    mints: 0,
    lifetimeSeconds,
    issue(now) {
      this.mints += 1;
      const token = newId("ya29.c.");
      expiresAtMs.set(token, now.getTime() + this.lifetimeSeconds * 1000);
      return token;
    },
    check(token, now) {
      const expiry = expiresAtMs.get(token);
      if (expiry === undefined) return "unknown";
      return expiry <= now.getTime() ? "expired" : undefined;
    },
    revokeAll: () => expiresAtMs.clear(),
  };
}

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFETIME_SECONDS_MAX = 3600;
/** Google forgives a clock that is a little ahead. */
const SKEW_SECONDS = 300;

/** `POST /token`: a signed assertion for an access token. */
export function googleToken(
  exchange: Exchange,
  account: GoogleAccount,
  tokens: TokenStore,
): Outcome {
  const { headers, rawBody, now, method } = exchange;
  if (method !== "POST") return refuse("invalid_request", "Bad Request", 405);
  if (!(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    return refuse("invalid_request", "Bad Request");
  }
  const form = new URLSearchParams(rawBody.toString("utf8"));
  const grantType = form.get("grant_type");
  if (grantType !== GRANT_TYPE)
    return refuse("unsupported_grant_type", `Invalid grant_type: ${grantType ?? ""}`);
  const fault = checkAssertion(form.get("assertion") ?? "", account, now);
  if (fault) return refuse(fault.error, fault.description);
  return {
    kind: "call",
    vendor: "google-token",
    failures: tokenFailures,
    answer: () =>
      jsonReply(200, {
        access_token: tokens.issue(now),
        expires_in: tokens.lifetimeSeconds,
        token_type: "Bearer",
      }),
  };
}

interface Fault {
  error: string;
  description: string;
}

function checkAssertion(assertion: string, account: GoogleAccount, now: Date): Fault | undefined {
  const [head, body, signature, rest] = assertion.split(".");
  if (!head || !body || !signature || rest !== undefined) return grant("Bad Request");
  const header = decode(head);
  if (header["alg"] !== "RS256" || (header["typ"] !== undefined && header["typ"] !== "JWT")) {
    return grant("Invalid JWT: Unsupported signing algorithm");
  }
  const claims = decode(body);
  if (claims["iss"] !== account.clientEmail) return grant("Invalid grant: account not found");
  // The key id tells Google which of the account's keys to check with.
  if (header["kid"] !== undefined && header["kid"] !== account.privateKeyId)
    return grant("Invalid JWT Signature.");
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${body}`),
    account.publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return grant("Invalid JWT Signature.");
  return checkClaims(claims, account, Math.floor(now.getTime() / 1000));
}

function checkClaims(
  claims: JsonObject,
  account: GoogleAccount,
  nowSeconds: number,
): Fault | undefined {
  if (claims["aud"] !== account.tokenUri) {
    return grant("Invalid JWT: Failed audience check. The right audience is " + account.tokenUri);
  }
  const { iat, exp } = claims;
  const isTimely =
    typeof iat === "number" &&
    typeof exp === "number" &&
    iat <= nowSeconds + SKEW_SECONDS &&
    exp > nowSeconds &&
    exp > iat &&
    exp - iat <= LIFETIME_SECONDS_MAX;
  if (!isTimely) {
    return grant(
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
    );
  }
  const scopes = asString(claims["scope"]).split(" ");
  if (!scopes.includes(account.scope)) {
    return {
      error: "invalid_scope",
      description: "Invalid OAuth scope or ID token audience provided.",
    };
  }
  return undefined;
}

function decode(part: string): JsonObject {
  return asObject(parseJson(Buffer.from(part, "base64url").toString("utf8")));
}

function grant(description: string): Fault {
  return { error: "invalid_grant", description };
}

const tokenFailures: Failures = {
  throttle: () =>
    jsonReply(429, { error: "rate_limit_exceeded", error_description: "Too many requests" }),
  failure: () =>
    jsonReply(503, { error: "temporarily_unavailable", error_description: "Service unavailable" }),
  errorChunk: () => Buffer.alloc(0),
  corrupt: (chunk) => chunk.subarray(0, chunk.length - 1),
};

function refuse(error: string, description: string, status = 400): Refusal {
  return {
    kind: "refusal",
    vendor: "google-token",
    reason: description,
    reply: jsonReply(status, { error, error_description: description }),
  };
}
