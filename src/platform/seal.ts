/**
 * Secrets at rest: AES-256-GCM under a key derived from the deployment's key secret. What is sealed is
 * bound to the place it stands in, so a value copied to another row or field does not open there.
 */
export interface Sealer {
  seal(text: string, place: Place): Promise<string>;
  /** `undefined` when no secret we have opens it here. */
  open(sealed: string, place: Place): Promise<string | undefined>;
}

/** One field of one row. */
export interface Place {
  table: "models" | "credentials";
  row: string;
  field: string;
}

/** Says which construction it is, so that another can follow without a migration. */
const PREFIX = "sealed:v1:";

/** NIST's nonce for GCM. At random it is good for four thousand million seals under one key. */
const NONCE_BYTES = 12;

/** Seals with the first secret and opens with any: the others were the first one, once. */
export function createSealer(secrets: readonly [string, ...string[]]): Sealer {
  const [newest] = secrets;
  const keys = new Map<string, Promise<CryptoKey>>();
  const keyOf = (secret: string, { table }: Place): Promise<CryptoKey> => {
    const name = `${table} ${secret}`;
    const known = keys.get(name) ?? deriveKey(secret, table);
    keys.set(name, known);
    return known;
  };
  return {
    async seal(text, place) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const key = await keyOf(newest, place);
      const sealed = await crypto.subtle.encrypt(algorithm(nonce, place), key, encode(text));
      return PREFIX + toBase64(nonce) + "." + toBase64(new Uint8Array(sealed));
    },
    async open(sealed, place) {
      const parts = readParts(sealed);
      if (parts === undefined) return undefined;
      for (const secret of secrets) {
        const opened = await decrypt(parts, await keyOf(secret, place), place);
        if (opened !== undefined) return opened;
      }
      return undefined;
    },
  };
}

export function isSealed(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(PREFIX);
}

/** A key of its own for each purpose: what is known of one says nothing of another. */
async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    // The secret is long and random already; a salt would only be one more thing to keep.
    salt: new Uint8Array(),
    info: encode(`sekisho: secrets at rest in ${purpose}, v1`),
  };
  const cipher = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(derivation, material, cipher, false, ["encrypt", "decrypt"]);
}

interface Parts {
  nonce: Uint8Array;
  text: Uint8Array;
}

function readParts(sealed: string): Parts | undefined {
  if (!isSealed(sealed)) return undefined;
  const [nonce, text, ...more] = sealed.slice(PREFIX.length).split(".");
  if (nonce === undefined || text === undefined || more.length > 0) return undefined;
  try {
    return { nonce: fromBase64(nonce), text: fromBase64(text) };
  } catch {
    return undefined;
  }
}

async function decrypt(
  { nonce, text }: Parts,
  key: CryptoKey,
  place: Place,
): Promise<string | undefined> {
  try {
    const opened = await crypto.subtle.decrypt(algorithm(nonce, place), key, text);
    return new TextDecoder().decode(opened);
  } catch {
    // Another secret's, another place's, or damaged: GCM does not tell which, and nobody should know.
    return undefined;
  }
}

/** JSON keeps names apart that a joined text would let run together. */
function algorithm(nonce: Uint8Array, { table, row, field }: Place) {
  const additionalData = encode(JSON.stringify([table, row, field]));
  return { name: "AES-GCM", iv: nonce, additionalData };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
