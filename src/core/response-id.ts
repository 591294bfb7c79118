import { equalSecrets } from "./credentials.ts";
import type { KeySigner } from "./key-format.ts";

/**
 * The id of an answer that its vendor keeps, as the caller is told it:
 *
 *     resp_sk<check: 12><base64url of "account.id.deployment">
 *
 * It says where the answer lies, so nothing has to be stored or looked up to find it again. Whose it is
 * goes into the check only: for everybody else the id is one that never existed.
 */
export interface KeptResponse {
  /** The account with the vendor that keeps it, in the gateway's own name for it. */
  vendorAccount: string;
  /** The vendor's id. */
  id: string;
  deploymentId: string;
}

/** Whoever may ask for a kept answer again: a person, or in a team all keys that are no person's. */
export interface ResponseOwner {
  accountId: string;
  userId: string | null;
}

const PREFIX = "resp_sk";
const SEALED = /^resp_sk([0-9A-Za-z]{12})([A-Za-z0-9_-]+)$/;
/** Of a vendor's id. It becomes part of an address, so nothing else may stand in it. */
const VENDOR_ID = /^[A-Za-z0-9_-]+$/;

/** The caller's id for a vendor's; an id that no vendor would choose stays as it is and is kept by nobody. */
export async function sealResponseId(
  kept: KeptResponse,
  owner: ResponseOwner,
  signer: KeySigner,
): Promise<string> {
  if (!VENDOR_ID.test(kept.id)) return kept.id;
  const place = `${kept.vendorAccount}.${kept.id}.${kept.deploymentId}`;
  return PREFIX + (await checkOf(place, owner, signer)) + encode(place);
}

/** Where the answer lies; `undefined` when the id is not this owner's, or not of this gateway. No I/O. */
export async function openResponseId(
  sealed: string,
  owner: ResponseOwner,
  signer: KeySigner,
): Promise<KeptResponse | undefined> {
  const [, check, encoded] = SEALED.exec(sealed) ?? [];
  const place = encoded === undefined ? undefined : decode(encoded);
  if (place === undefined || check === undefined) return undefined;
  if (!(await equalSecrets(check, await checkOf(place, owner, signer)))) return undefined;
  const [vendorAccount = "", id = "", ...deploymentId] = place.split(".");
  return { vendorAccount, id, deploymentId: deploymentId.join(".") };
}

/** No key begins like this, so no key's check is ever the check of an id. */
function checkOf(place: string, owner: ResponseOwner, signer: KeySigner): Promise<string> {
  const { accountId, userId } = owner;
  return signer.check(`response ${JSON.stringify([accountId, userId, place])}`);
}

function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(text: string): string | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
