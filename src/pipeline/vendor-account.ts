import type { Deployment } from "../core/config/deployment.ts";
import type { KeySigner } from "../core/key-format.ts";
import { findProvider } from "../providers/index.ts";

/**
 * A name for the account behind a deployment that answers over Responses: the same for all deployments
 * that share the account, and telling nothing of what it is made of, a credential perhaps. `undefined`
 * where no answer is kept and no thought hidden.
 */
export async function vendorAccountOf(
  deployment: Deployment,
  signer: KeySigner,
): Promise<string | undefined> {
  const plain = plainAccountOf(deployment);
  if (plain === undefined) return undefined;
  const known = names.get(signer) ?? new WeakMap<Deployment, Promise<string>>();
  names.set(signer, known);
  // No key begins like this, so no key's check is ever the name of an account.
  const name = known.get(deployment) ?? signer.check(`vendor account ${plain}`);
  known.set(deployment, name);
  return name;
}

/** A deployment's never changes, and every call over Responses asks for it. */
const names = new WeakMap<KeySigner, WeakMap<Deployment, Promise<string>>>();

/** Whether thoughts that one of these gave cannot be read by all of them. */
export function spanAccounts(deployments: readonly Deployment[]): boolean {
  const accounts = deployments.map(plainAccountOf).filter((account) => account !== undefined);
  return new Set(accounts).size > 1;
}

/** It may hold a credential and goes no further. */
function plainAccountOf(deployment: Deployment): string | undefined {
  const provider = findProvider(deployment.provider);
  if (provider?.responses === undefined) return undefined;
  const { name } = provider.dialect(deployment, "openai-responses");
  if (name !== "openai-responses") return undefined;
  return JSON.stringify([provider.name, ...provider.responses.account(deployment)]);
}
