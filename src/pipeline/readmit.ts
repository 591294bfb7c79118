import type { AmendReply, CostBound } from "../core/ledger.ts";
import { GatewayError } from "../core/errors.ts";
import type { ModelGroup } from "../core/plan.ts";
import type { Admitted } from "./admitted.ts";
import { priceBound, reserveRequest } from "./admit.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { meantBy, resolveModel } from "./resolve-model.ts";

/** Where a call stands: what the fields of a `Call` say of it that change when it goes on elsewhere. */
type Standing = Pick<Call, "group" | "modelMeant" | "envelope" | "fallbackFrom" | "testedModel">;

export function standingOf(call: Call): Standing {
  const { group, modelMeant, envelope, fallbackFrom, testedModel } = call;
  return { group, modelMeant, envelope, fallbackFrom, testedModel };
}

/**
 * Lets a call go on at another model, if its key may use that and its budgets can pay it, in one
 * decision of the account. What the call held for the old model it then holds for the new one. False,
 * and nothing is changed, where the model is unknown, not allowed, or too dear.
 */
export async function moveTo(
  model: string,
  call: Call,
  admitted: Admitted,
  deps: Deps,
): Promise<boolean> {
  const before = standingOf(call);
  try {
    const visit = { route: call.route.path, requesterIp: call.attribution.requesterIp };
    const { name, group } = await resolveModel(model, call.caller, visit, deps);
    moveCall(call, { name, group, model });
    if (await readmit(call, admitted, deps)) return true;
  } catch (cause) {
    // No deployment of it has a price, or nobody knows it: as good as not allowed.
    if (!(cause instanceof GatewayError)) throw cause;
  }
  Object.assign(call, before);
  return false;
}

function moveCall(
  call: Call,
  { name, group, model }: { name: string; group: ModelGroup; model: string },
): void {
  call.fallbackFrom ??= call.envelope.model;
  call.group = group;
  call.modelMeant = name;
  // A test opens its variants to a key, and no further model.
  call.testedModel = undefined;
  // Everything that is told of the answer names the model that gave it.
  call.envelope = { ...call.envelope, model };
}

async function readmit(call: Call, admitted: Admitted, deps: Deps): Promise<boolean> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const bound = priceBound(call);
    const reply = await amend(call, bound, deps);
    switch (reply.kind) {
      case "admitted": {
        const { admission } = reply;
        const clamped = admission.outputTokensMax < bound.outputTokensMax;
        admitted.admission = admission;
        admitted.bound = bound;
        admitted.outputTokensMax = clamped ? admission.outputTokensMax : undefined;
        return true;
      }
      case "aliased": {
        const { name, group } = meantBy(reply.model, deps);
        call.modelMeant = name;
        call.group = group;
        break;
      }
      case "refused":
      case "gone":
        return false;
    }
  }
  return false;
}

/** For this key the name may stand for another. */
const TURNS_MAX = 2;

/**
 * Holds the prompt's price twice, because a second deployment is about to read it. Only what is really
 * billed is charged. False where the budgets cannot pay that, and nothing is changed.
 */
export async function holdForTwo(call: Call, admitted: Admitted, deps: Deps): Promise<boolean> {
  const { bound, admission } = admitted;
  const forTwo: CostBound = {
    ...bound,
    inputNanoUsd: 2 * bound.inputNanoUsd,
    outputTokensMax: admission.outputTokensMax,
    clampable: false,
  };
  const reply = await amend({ ...call, allowsClamping: false }, forTwo, deps);
  if (reply.kind !== "admitted" || reply.admission.outputTokensMax < admission.outputTokensMax) {
    return false;
  }
  admitted.admission = reply.admission;
  return true;
}

/** A fallback, like a second deployment, is a favour: without the account's word it is not done. */
async function amend(call: Call, bound: CostBound, deps: Deps): Promise<AmendReply> {
  try {
    return await deps.account(call.caller.accountId).amend(reserveRequest(call, bound, deps));
  } catch {
    return { kind: "gone" };
  }
}
