import { equalSecrets, findKey } from "../core/credentials.ts";
import { GatewayError } from "../core/errors.ts";
import { hashKey, maskKey, readKey } from "../core/key-format.ts";
import { isSignature } from "../core/sigv4.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import { identifySigned } from "./identify-signed.ts";

/** The master key may call models too; its calls are kept in an account of their own. */
export const MASTER_CALLER: Caller = { accountId: "master", keyHash: "master" };

/**
 * Who sends a body. Signatures are heard here and nowhere else: they are good only when
 * `confirmBody` has seen the body.
 */
export async function identifySender(request: Request, deps: Deps): Promise<Caller> {
  const { headers, url } = request;
  const key = findKey(headers, deps.config.settings.keyHeaderName, url);
  return key !== undefined && isSignature(key)
    ? identifySigned(request, deps)
    : identify(headers, deps, url);
}

/**
 * Headers → caller. A native key is verified by its checksum alone, so a forged one costs no I/O and
 * wakes no object. Any other `sk-` key may be an imported one and takes one cached lookup.
 */
export async function identify(headers: Headers, deps: Deps, url?: string): Promise<Caller> {
  const key = findKey(headers, deps.config.settings.keyHeaderName, url);
  if (key === undefined) throw missingKey();
  if (!key.startsWith("sk-")) throw invalidKey(key);
  if (await equalSecrets(key, deps.masterKey)) return MASTER_CALLER;
  const native = await readKey(key, deps.signer);
  const keyHash = await hashKey(key);
  const accountId = native?.accountId ?? (await findImported(key, keyHash, deps));
  if (accountId === undefined) throw invalidKey(key);
  return { accountId, keyHash };
}

async function findImported(key: string, keyHash: string, deps: Deps): Promise<string | undefined> {
  // Looks native but its check does not fit: forged or mistyped, so it is in no table either.
  if (key.startsWith("sk-sekisho-")) return undefined;
  return deps.findAccountOfKey(keyHash);
}

function missingKey(): GatewayError {
  return new GatewayError(
    "missing_key",
    "Authentication Error, No api key passed in. Send your virtual key as `Authorization: Bearer sk-...` or `x-api-key`.",
  );
}

export function invalidKey(key: string): GatewayError {
  const shown = key.startsWith("sk-") ? maskKey(key) : "(a key that does not start with sk-)";
  return new GatewayError(
    "invalid_key",
    `Authentication Error, Invalid proxy server token passed. Received API Key = ${shown}. Check for a truncated copy, or ask an administrator for a new key.`,
  );
}
