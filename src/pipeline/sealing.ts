import type { Deployment } from "../core/config/deployment.ts";
import { findGroup } from "../core/plan.ts";
import { sealResponseId, type KeptResponse, type ResponseOwner } from "../core/response-id.ts";
import type { ReadableThoughts } from "../dialects/openai-responses/readable-thoughts.ts";
import type { Asked } from "./asked.ts";
import type { Deps } from "./deps.ts";
import { spanAccounts, vendorAccountOf } from "./vendor-account.ts";

/**
 * How an answer over Responses is told to its caller: one that the vendor keeps by an id that only its
 * owner can use, hidden thoughts with the account that can read them.
 */
export interface Sealing {
  vendorAccount: string;
  /** Which thoughts of the caller's history this deployment can read. */
  thoughts: ReadableThoughts;
  /** The answer is not in the caller's grammar, so its thoughts are marked as they are translated. */
  isTranslated: boolean;
  /** Other deployments of the model could not read them, so thoughts are marked in the vendor's bytes. */
  marksThoughts: boolean;
  /** The caller's id for an answer; absent where the vendor keeps none, and its own id goes out. */
  sealId: ((id: string) => Promise<string>) | undefined;
  /** Ids the caller has sent, by the vendor's: they are told as they came. */
  sentIds: ReadonlyMap<string, string>;
}

/** What of it there is to a kept answer, which is no stream and not translated. */
export type KeptSealing = Pick<Sealing, "vendorAccount" | "marksThoughts" | "sealId" | "sentIds">;

/** `undefined` for every other grammar. */
export async function sealingOf(
  { attempt, dialect }: Asked,
  deps: Deps,
): Promise<Sealing | undefined> {
  if (dialect.name !== "openai-responses") return undefined;
  const { call, deployment, owner, previousId } = attempt;
  const vendorAccount = await vendorAccountOf(deployment, deps.signer);
  if (vendorAccount === undefined) return undefined;
  const isTranslated = dialect.name !== call.dialect.name;
  const allMarked = spanAccounts(call.group.deployments);
  const thinks = deployment.facts.capabilities.reasoning !== "none";
  const sent = call.body.value.previous_response_id;
  const isKept = !isTranslated && call.body.value.store !== false;
  return {
    vendorAccount,
    thoughts: { kind: "account", account: vendorAccount, allMarked },
    isTranslated,
    marksThoughts: !isTranslated && allMarked && thinks,
    sealId: isKept
      ? sealWith({ vendorAccount, deploymentId: deployment.id }, owner, deps)
      : undefined,
    sentIds: new Map(
      typeof sent === "string" && previousId !== undefined ? [[previousId, sent]] : [],
    ),
  };
}

/** For what is told of a kept answer later. */
export function sealingOfKept(
  kept: KeptResponse,
  sentId: string,
  { group }: Deployment,
  owner: ResponseOwner,
  deps: Deps,
): KeptSealing {
  return {
    vendorAccount: kept.vendorAccount,
    marksThoughts: spanAccounts(findGroup(group, deps.config)?.deployments ?? []),
    sealId: sealWith(kept, owner, deps),
    sentIds: new Map([[kept.id, sentId]]),
  };
}

function sealWith(
  { vendorAccount, deploymentId }: Omit<KeptResponse, "id">,
  owner: ResponseOwner,
  { signer }: Deps,
): (id: string) => Promise<string> {
  return (id) => sealResponseId({ vendorAccount, deploymentId, id }, owner, signer);
}

/** Where neither is needed, bytes pass as they are. Codex keeps nothing, and most models have one account. */
export function rewritesBytes({ marksThoughts, sealId }: Sealing): boolean {
  return marksThoughts || sealId !== undefined;
}
