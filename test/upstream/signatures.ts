import { createHash, createHmac, randomBytes } from "node:crypto";
import { asObject, parseJson } from "./json.ts";

/**
 * The opaque proofs models attach to their reasoning. Ours are signed, so the stand-in knows its own again
 * and notices one changed byte, a proof of another model family, or thinking that was rewritten.
 */
export interface Signatures {
  issue(family: Family, thinking: string): string;
  isGenuine(family: Family, signature: string, thinking?: string): boolean;
}

/** Claude's signatures hold on Anthropic, Bedrock and Vertex alike; nobody else's do. */
type Family = "claude" | "claude-redacted" | "gemini";

const MAC_BYTES = 32;

export function createSignatures(): Signatures {
  const secret = randomBytes(32);
  const mac = (content: Buffer): Buffer => createHmac("sha256", secret).update(content).digest();
  return {
    issue(family, thinking) {
      const content = Buffer.from(JSON.stringify({ family, thinking: digest(thinking) }));
      return Buffer.concat([mac(content), content]).toString("base64");
    },
    isGenuine(family, signature, thinking) {
      const bytes = Buffer.from(signature, "base64");
      const content = bytes.subarray(MAC_BYTES);
      // Base64 readers forgive stray characters; a vendor comparing bytes does not.
      if (
        bytes.toString("base64") !== signature ||
        !mac(content).equals(bytes.subarray(0, MAC_BYTES))
      )
        return false;
      const claims = asObject(parseJson(content.toString("utf8")));
      // Hidden thinking comes back as an empty text with a signature that still covers the real one.
      const isUnchanged = !thinking || claims["thinking"] === digest(thinking);
      return claims["family"] === family && isUnchanged;
    },
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
