import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { openResponseId, type KeptResponse, type ResponseOwner } from "../core/response-id.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { vendorAccountOf } from "./vendor-account.ts";

const PARAM = "previous_response_id";

/**
 * The kept answer a call goes on from. An id that is not the caller's own gets no further: the vendor
 * would go on from it for anybody who asks with the gateway's credential.
 */
export async function readPrevious(
  call: Call,
  owner: ResponseOwner,
  deps: Deps,
): Promise<KeptResponse | undefined> {
  const sent = call.body.value[PARAM] ?? undefined;
  if (sent === undefined || call.dialect.name !== "openai-responses") return undefined;
  const accounts = call.group.deployments.map((one) => vendorAccountOf(one, deps.signer));
  // Vendors of other grammars keep nothing, which the translation says in its own words.
  if ((await Promise.all(accounts)).every((account) => account === undefined)) return undefined;
  const kept = typeof sent === "string" && (await openResponseId(sent, owner, deps.signer));
  if (kept) return kept;
  throw new GatewayError(
    "unknown_response",
    `${PARAM}: no response of yours has this id. It must be the id of an answer that was not made with "store": false; or send the whole conversation in "input".`,
    { param: PARAM },
  );
}

/** Those of a group that can go on from it. Another account has never seen it. */
export async function keepersOf<Candidate extends { deployment: Deployment }>(
  kept: KeptResponse | undefined,
  candidates: readonly Candidate[],
  deps: Deps,
): Promise<Candidate[]> {
  if (kept === undefined) return [...candidates];
  const accounts = await Promise.all(
    candidates.map(({ deployment }) => vendorAccountOf(deployment, deps.signer)),
  );
  const keepers = candidates.filter(
    ({ deployment }, index) =>
      deployment.id === kept.deploymentId || accounts[index] === kept.vendorAccount,
  );
  if (keepers.length > 0) return keepers;
  throw new GatewayError(
    "unknown_response",
    `${PARAM}: the response is kept where no deployment of this model is asked, or no longer. Ask for the model that gave it, or send the whole conversation in "input".`,
    { param: PARAM },
  );
}
