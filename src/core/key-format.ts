/**
 * A native key says which account decides about it, and proves it was minted here:
 *
 *     sk-sekisho-<account: 20><secret: 43><check: 12>      all base62
 *
 * The check is an HMAC over everything before it, made with the deployment's key secret. So a forged
 * or mistyped key is turned away by arithmetic alone: no lookup, no object woken.
 */
const PREFIX = "sk-sekisho-";
const ACCOUNT_LENGTH = 20;
/** 62⁴³ > 2²⁵⁶. */
const SECRET_LENGTH = 43;
/** 71 bits. Guessing is an online attack against a key that then still does not exist. */
const CHECK_LENGTH = 12;
/** Every byte of a SHA-256 becomes a digit. */
const DERIVED_LENGTH = 32;
const SIGNED_LENGTH = PREFIX.length + ACCOUNT_LENGTH + SECRET_LENGTH;
const KEY_LENGTH = SIGNED_LENGTH + CHECK_LENGTH;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** For secret scanners: finds native keys in any text, and next to nothing else. */
export const KEY_PATTERN = /\bsk-sekisho-[0-9A-Za-z]{75}\b/;

const WHOLE_KEY = /^sk-sekisho-[0-9A-Za-z]{75}$/;

/** Makes the last part of a key from the rest of it. */
export interface KeySigner {
  check(signedPart: string): Promise<string>;
  /** A secret that only this signer can make of the name, 190 bits in base62. */
  derive(name: string): Promise<string>;
}

/** The key material is imported once, when first needed, and shared by all calls of the isolate. */
export function createKeySigner(secret: string): KeySigner {
  let imported: Promise<CryptoKey> | undefined;
  const mac = async (text: string): Promise<Uint8Array> => {
    imported ??= importSecret(secret);
    return new Uint8Array(await crypto.subtle.sign("HMAC", await imported, encode(text)));
  };
  return {
    check: async (signedPart) => base62(await mac(signedPart), CHECK_LENGTH),
    // No key begins like this, so no secret is ever the check of one.
    derive: async (name) => base62(await mac(`secret of ${name}`), DERIVED_LENGTH),
  };
}

function importSecret(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", encode(secret), algorithm, false, ["sign"]);
}

/** A new key of this account. It exists nowhere until its hash is stored. */
export async function mintKey(accountId: string, signer: KeySigner): Promise<string> {
  const signedPart = PREFIX + accountId + randomBase62(SECRET_LENGTH);
  return signedPart + (await signer.check(signedPart));
}

/** Whose key this is; `undefined` when it was not minted with this signer's secret. No I/O. */
export async function readKey(
  text: string,
  signer: KeySigner,
): Promise<{ accountId: string } | undefined> {
  if (text.length !== KEY_LENGTH || !WHOLE_KEY.test(text)) return undefined;
  const expected = await signer.check(text.slice(0, SIGNED_LENGTH));
  if (!equal(expected, text.slice(SIGNED_LENGTH))) return undefined;
  return { accountId: text.slice(PREFIX.length, PREFIX.length + ACCOUNT_LENGTH) };
}

/** Claims to be a native key, rightly or not. */
export function looksNative(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** SHA-256 of the whole key, hex: what is stored, and what LiteLLM calls the `token`. */
export async function hashKey(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const HASH = /^[0-9a-f]{64}$/;

/** Admin routes take a key or its hash; no key looks like a hash, because keys start with `sk-`. */
export function isKeyHash(text: string): boolean {
  return HASH.test(text);
}

/** `sk-...W8TA`: enough to recognise a key one has, useless to anyone else. */
export function maskKey(text: string): string {
  return `sk-...${text.slice(-4)}`;
}

/** Who shares an account: a team's keys, or else a person's; a key of nobody is alone. */
export interface KeyOwner {
  teamId: string | null;
  userId: string | null;
}

/** The same owner always has the same account, on every isolate, without asking anyone. */
export async function accountIdOf({ teamId, userId }: KeyOwner): Promise<string> {
  if (teamId !== null) return accountIdOfText(`team:${teamId}`);
  if (userId !== null) return accountIdOfText(`user:${userId}`);
  return randomBase62(ACCOUNT_LENGTH);
}

async function accountIdOfText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encode(text));
  return base62(new Uint8Array(digest), ACCOUNT_LENGTH);
}

/** One digit per byte. The slight bias towards the first eight digits costs a fraction of a bit. */
function base62(bytes: Uint8Array, length: number): string {
  return Array.from(bytes.subarray(0, length), digit).join("");
}

function digit(byte: number): string {
  return BASE62.charAt(byte % BASE62.length);
}

/** Without bias: bytes beyond the last whole multiple of 62 are drawn again. */
function randomBase62(length: number): string {
  const unbiasedBelow = 256 - (256 % BASE62.length);
  let text = "";
  while (text.length < length) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    for (const byte of bytes) {
      if (byte < unbiasedBelow && text.length < length) text += digit(byte);
    }
  }
  return text;
}

/** Looks at every character, so that time does not tell where the first wrong one is. */
function equal(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
