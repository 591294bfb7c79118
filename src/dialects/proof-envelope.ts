import type { ChatEvent, Issuer, Proof } from "../core/chat.ts";

/** Every envelope starts with it, so a vendor's own token is told apart without decoding. */
const MARK = "sk1.";
/** `btoa` of the mark's first three bytes. */
const MARK_BASE64 = "c2sx";

/**
 * Puts a proof into a slot whose natural contents belong to one vendor. That vendor's own proofs
 * stand there bare; anyone else's, and those that only one account can read, go in an envelope that
 * remembers whose they are, so that a conversation may move between vendors and no proof reaches one
 * who cannot verify it.
 */
export function wrapProof(proof: Proof, natural: Issuer): string {
  const { issuer, kind, data, account } = proof;
  if (issuer === natural && account === undefined) return data;
  const owner = account === undefined ? issuer : `${issuer}@${account}`;
  return btoa(`${MARK}${owner}.${kind}.${data}`);
}

/** The event with the account that can read its proof, if it carries one of OpenAI's. */
export function withAccount(event: ChatEvent, account: string): ChatEvent {
  const mark = (proof: Proof): Proof => (proof.issuer === "openai" ? { ...proof, account } : proof);
  if (event.type === "block-proof") return { ...event, proof: mark(event.proof) };
  if (event.type !== "block-start" || !("proof" in event.opening)) return event;
  const { opening } = event;
  return opening.proof === undefined
    ? event
    : { ...event, opening: { ...opening, proof: mark(opening.proof) } };
}

/** Takes a proof out of a slot again; whatever is in no envelope is the natural issuer's own. */
export function unwrapProof(
  text: string,
  natural: Issuer,
  kind: Proof["kind"] = "signature",
): Proof {
  return openEnvelope(text) ?? { issuer: natural, kind, data: text };
}

const ENVELOPE = /^sk1\.(\w+)(?:@(\w+))?\.(\w+)\.(.*)$/s;

function openEnvelope(text: string): Proof | undefined {
  if (!text.startsWith(MARK_BASE64)) return undefined;
  const [, issuer, account, kind, data] = ENVELOPE.exec(decoded(text)) ?? [];
  if (!isIssuer(issuer) || !isKind(kind) || data === undefined) return undefined;
  return account === undefined ? { issuer, kind, data } : { issuer, kind, data, account };
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
