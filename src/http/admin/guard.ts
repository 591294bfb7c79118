import type { MiddlewareHandler } from "hono";
import { equalSecrets, findKey } from "../../core/credentials.ts";
import { GatewayError } from "../../core/errors.ts";
import { hashKey, looksNative, readKey } from "../../core/key-format.ts";
import { invalidKey } from "../../pipeline/identify.ts";
import { findKeyRow } from "../../platform/db/keys.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import type { App } from "../context.ts";
import type { AdminDeps } from "./deps.ts";
import type { FindDeps } from "./find-deps.ts";
import { renderTime } from "./render.ts";

/** Who asks: the administrator, or somebody with a virtual key. */
export type Asker = { kind: "admin" } | { kind: "key"; row: KeyRow };

/** LiteLLM's name for whoever holds the master key. */
export const ADMIN_USER_ID = "default_user_id";

/** Throws unless the headers carry the master key or a virtual key in good standing. */
export async function identifyAsker(headers: Headers, deps: AdminDeps): Promise<Asker> {
  const key = findKey(headers, deps.keyHeaderName);
  if (key === undefined) throw missingKey();
  if (await equalSecrets(key, deps.masterKey)) return { kind: "admin" };
  if (!key.startsWith("sk-")) throw invalidKey(key);
  // A native key that was not signed here is in no table: no need to ask.
  if (looksNative(key) && (await readKey(key, deps.signer)) === undefined) throw invalidKey(key);
  const row = await findKeyRow(deps.db, await hashKey(key));
  if (row === undefined) throw invalidKey(key);
  checkStanding(row, deps.nowMs());
  return { kind: "key", row };
}

/** Lets nobody but the administrator pass. */
export function adminOnly(depsOf: FindDeps): MiddlewareHandler<App> {
  return async (c, next) => {
    const asker = await identifyAsker(c.req.raw.headers, depsOf(c));
    if (asker.kind !== "admin") throw notAllowed(c.req.path);
    await next();
  };
}

/** Whom a change is recorded under: the administrator, or whoever they say they act for. */
export function changedBy(headers: Headers): string {
  return (headers.get("litellm-changed-by") ?? ADMIN_USER_ID).slice(0, NAME_CHARACTERS_MAX);
}

const NAME_CHARACTERS_MAX = 256;

function checkStanding(row: KeyRow, nowMs: number): void {
  if (row.blocked === true) {
    throw new GatewayError(
      "blocked",
      "Key is blocked. Update via `/key/unblock` if you're an admin.",
    );
  }
  if (row.expiresAtMs !== null && nowMs >= row.expiresAtMs) {
    throw new GatewayError(
      "expired_key",
      `Authentication Error - Expired Key. Key Expiry time ${renderTime(row.expiresAtMs)} and current time ${renderTime(nowMs)}`,
    );
  }
}

function missingKey(): GatewayError {
  return new GatewayError(
    "missing_key",
    "Authentication Error, No api key passed in. Send the master key as `Authorization: Bearer sk-...`.",
  );
}

function notAllowed(path: string): GatewayError {
  return new GatewayError(
    "admin_only",
    `Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=${path}. Your role=internal_user. Call it with the master key.`,
  );
}
