import type { Issuer, Proof } from "../core/chat.ts";

/** Every envelope starts with it, so a vendor's own token is told apart without decoding. */
const MARK = "sk1.";
/** `btoa` of the mark's first three bytes. */
const MARK_BASE64 = "c2sx";

/**
 * Puts a proof into a slot whose natural contents belong to one vendor. That vendor's own proofs
 * stand there bare; anyone else's go in an envelope that remembers whose they are, so that a
 * conversation may move between vendors and no proof reaches one who cannot verify it.
 */
export function wrapProof(proof: Proof, natural: Issuer): string {
  if (proof.issuer === natural) return proof.data;
  return btoa(`${MARK}${proof.issuer}.${proof.kind}.${proof.data}`);
}

/** Takes a proof out of a slot again; whatever is in no envelope is the natural issuer's own. */
export function unwrapProof(
  text: string,
  natural: Issuer,
  kind: Proof["kind"] = "signature",
): Proof {
  return openEnvelope(text) ?? { issuer: natural, kind, data: text };
}

function openEnvelope(text: string): Proof | undefined {
  if (!text.startsWith(MARK_BASE64)) return undefined;
  const [, issuer, kind, data] = /^sk1\.(\w+)\.(\w+)\.(.*)$/s.exec(decoded(text)) ?? [];
  return isIssuer(issuer) && isKind(kind) && data !== undefined
    ? { issuer, kind, data }
    : undefined;
}

function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}

function isIssuer(word: string | undefined): word is Issuer {
  return word === "anthropic" || word === "google" || word === "openai";
}

function isKind(word: string | undefined): word is Proof["kind"] {
  return word === "signature" || word === "encrypted" || word === "redacted";
}
