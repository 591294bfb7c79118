import type { KeySigner } from "./key-format.ts";

/**
 * A virtual key in AWS's form, for clients that can only sign:
 *
 *     SKAK<account: 20><hash of the key: 64><check: 12>
 *
 * The id says whose it is, so verifying a signature needs no lookup; the secret is derived from the id
 * with the deployment's key secret, so it is stored nowhere. What is revoked, limited and paid for is
 * the key whose hash it carries.
 */
export interface AwsAccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Whose access key it is. */
export interface AccessKeyOwner {
  accountId: string;
  keyHash: string;
}

const PREFIX = "SKAK";
/** AWS allows ids of 16 to 128 characters. */
const ACCESS_KEY_ID = /^(SKAK([0-9A-Za-z]{20})([0-9a-f]{64}))([0-9A-Za-z]{12})$/;

export async function issueAwsAccessKey(
  { accountId, keyHash }: AccessKeyOwner,
  signer: KeySigner,
): Promise<AwsAccessKey> {
  const signedPart = PREFIX + accountId + keyHash;
  const accessKeyId = signedPart + (await signer.check(signedPart));
  return { accessKeyId, secretAccessKey: await signer.derive(accessKeyId) };
}

/** Undefined when the id was not issued with this signer's secret, which arithmetic alone can tell. */
export async function readAwsAccessKey(
  accessKeyId: string,
  signer: KeySigner,
): Promise<(AccessKeyOwner & { secretAccessKey: string }) | undefined> {
  const [, signedPart, accountId, keyHash, check] = ACCESS_KEY_ID.exec(accessKeyId) ?? [];
  if (signedPart === undefined || accountId === undefined || keyHash === undefined)
    return undefined;
  // The id is no secret, so there is nothing to learn from how long the comparison takes.
  if ((await signer.check(signedPart)) !== check) return undefined;
  return { accountId, keyHash, secretAccessKey: await signer.derive(accessKeyId) };
}
