/** Whose call this is. The account object knows everything else about the key. */
export interface Caller {
  accountId: string;
  /** SHA-256 of the key, hex: LiteLLM's `token`. */
  keyHash: string;
  /** Present when the call is signed: throws unless this is the body that was signed. */
  confirmBody?(text: string): Promise<void>;
}
