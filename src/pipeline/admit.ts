import type { CostBound, ReserveReply, ReserveRequest } from "../core/ledger.ts";
import { refusePremium } from "../core/bound/premium.ts";
import { GatewayError } from "../core/errors.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { boundOfCall, pricedDeployments } from "./forward-bound.ts";
import { LEASE_MS } from "./lease.ts";
import { draftRecord } from "./record.ts";
import { errorOfRefusal } from "./refusals.ts";

/**
 * May this key make this call, and can every budget above it pay the most it can cost? One call to
 * the account object decides, and holds the money until the call is settled.
 */
export async function admit(call: Call, deps: Deps): Promise<Admitted> {
  const bound = priceBound(call);
  const request = reserveRequest(call, bound, deps);
  const reply = await reserve(call, request, deps);
  if (reply.kind === "refused") {
    const { envelope, context } = call;
    throw errorOfRefusal(reply.refusal, { model: envelope.model, nowMs: context.startedAtMs });
  }
  const { admission } = reply;
  const clamped = admission.outputTokensMax < bound.outputTokensMax;
  return {
    admission,
    bound,
    outputTokensMax: clamped ? admission.outputTokensMax : undefined,
    admittedAtMs: deps.nowMs(),
  };
}

function priceBound(call: Call): CostBound {
  const { name } = call.group;
  const priced = pricedDeployments(call);
  if (priced.length === 0) {
    const unit = call.route.forward?.unit;
    const orByUnit = unit === undefined ? "" : `, or input_cost_per_${unit}`;
    throw new GatewayError(
      "unpriced_model",
      `Nobody told the gateway what ${name} costs, and an unpriced model is never free. An administrator can set input_cost_per_token and output_cost_per_token${orByUnit} in its model_info, or sekisho_settings.unpriced_models.`,
      { param: "model" },
    );
  }
  refusePremium(call.body.value);
  return boundOfCall(call, priced);
}

function reserveRequest(call: Call, bound: CostBound, deps: Deps): ReserveRequest {
  return {
    leaseId: call.context.id,
    keyHash: call.caller.keyHash,
    model: call.group.name,
    accessGroups: call.group.deployments.flatMap((one) => one.accessGroups),
    bound,
    deadlineMs: deps.nowMs() + LEASE_MS,
    waitMs: deps.config.settings.budgetWaitMs,
    draft: draftRecord(call, deps),
  };
}

async function reserve(
  call: Call,
  request: ReserveRequest,
  deps: Deps,
): Promise<Exclude<ReserveReply, { kind: "moved" }>> {
  const reply = await ask(call.caller.accountId, request, deps);
  if (reply.kind !== "moved") return reply;
  // A native key names the account it was born in; a key that changed teams is answered from there.
  call.caller.accountId = reply.accountId;
  const second = await ask(reply.accountId, request, deps);
  if (second.kind === "moved") throw new GatewayError("unavailable", "The key is being moved.");
  return second;
}

/** Money is never spent on a guess: without the account's word the call is refused. */
async function ask(accountId: string, request: ReserveRequest, deps: Deps): Promise<ReserveReply> {
  try {
    return await deps.account(accountId).reserve(request);
  } catch (cause) {
    throw new GatewayError(
      "unavailable",
      "The account of this key cannot be reached, so nothing was sent upstream. Try again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}
