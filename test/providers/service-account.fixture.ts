import { exportPKCS8, generateKeyPair } from "jose";

export interface TestAccount {
  json: string;
  /** Base64 lines of the private key, which must show up nowhere. */
  secretLines: string[];
  publicKey: CryptoKey;
}

/** A service account of our own making; Google never heard of it. */
export async function createTestAccount(
  fields: Record<string, unknown> = {},
): Promise<TestAccount> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const pem = await exportPKCS8(privateKey);
  const json = JSON.stringify({
    type: "service_account",
    project_id: "proj-1",
    private_key_id: "key-1",
    private_key: pem,
    client_email: "gateway@proj-1.iam.gserviceaccount.com",
    token_uri: "https://token.example/token",
    ...fields,
  });
  return { json, publicKey, secretLines: pem.split("\n").slice(1, -2) };
}
