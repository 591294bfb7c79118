import type { CostBound, ReserveReply, ReserveRequest } from "../core/ledger.ts";
import { refusePremium } from "../core/bound/premium.ts";
import { GatewayError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { boundOfCall, pricedDeployments } from "./forward-bound.ts";
import { LEASE_MS } from "./lease.ts";
import { draftRecord } from "./record.ts";
import type { Places } from "./places.ts";
import { errorOfRefusal } from "./refusals.ts";
import { meantBy } from "./resolve-model.ts";
import { termsOf } from "./terms.ts";
import { takeMeaning } from "./variant.ts";

/**
 * May this key make this call, and can every budget above it pay the most it can cost? One call to
 * the account object decides, and holds the money until the call is settled. A place for the call is
 * looked for meanwhile.
 */
export async function admit(
  call: Call,
  deps: Deps,
  places?: Pick<Places, "begin">,
): Promise<Admitted> {
  const { reply, bound } = await reserve(call, deps, places);
  if (reply.kind === "refused") {
    const { envelope, context, route } = call;
    throw errorOfRefusal(reply.refusal, {
      model: envelope.model,
      nowMs: context.startedAtMs,
      route: route.path,
      legacyStatuses: deps.config.settings.legacyStatuses,
    });
  }
  const { admission } = reply;
  call.terms = termsOf(admission.key, deps.config);
  deps.termsMemory.learn(call.caller.keyHash, call.attribution.endUser, admission.key);
  const clamped = admission.outputTokensMax < bound.outputTokensMax;
  return {
    admission,
    bound,
    outputTokensMax: clamped ? admission.outputTokensMax : undefined,
    admittedAtMs: deps.nowMs(),
  };
}

export function priceBound(call: Call): CostBound {
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

export function reserveRequest(call: Call, bound: CostBound, deps: Deps): ReserveRequest {
  const { attribution } = call;
  return {
    leaseId: call.context.id,
    keyHash: call.caller.keyHash,
    route: call.route.path,
    requesterIp: attribution.requesterIp,
    model: call.group.name,
    ...accessOf(call),
    modelAsked: call.envelope.model,
    modelMeant: call.modelMeant,
    parameters: parameterNames(call.body.value),
    endUser: attribution.endUser,
    tags: attribution.tags,
    bound,
    allowsClamping: call.allowsClamping,
    deadlineMs: deps.nowMs() + LEASE_MS,
    waitMs: deps.config.settings.budgetWaitMs,
    legacyStatuses: deps.config.settings.legacyStatuses,
    draft: draftRecord(call, deps),
  };
}

/** Whoever may use a model under test may use what serves it. */
function accessOf({
  group,
  testedModel,
}: Call): Pick<ReserveRequest, "accessGroups" | "accessModel"> {
  const { name, deployments } = testedModel ?? group;
  const accessGroups = deployments.flatMap((one) => one.accessGroups);
  return testedModel === undefined ? { accessGroups } : { accessGroups, accessModel: name };
}

/** What an administrator can insist on: `user`, `metadata.generation_name`. */
function parameterNames(body: JsonObject): string[] {
  const { metadata, litellm_metadata: own } = body;
  const inside = [metadata, own].flatMap((one) => (isJsonObject(one) ? Object.keys(one) : []));
  const names = [...Object.keys(body), ...inside.map((name) => `metadata.${name}`)];
  return names.filter((name) => name.length <= NAME_CHARACTERS_MAX).slice(0, NAMES_MAX);
}

/** They travel with every call; no administrator asks for more. */
const NAMES_MAX = 128;
const NAME_CHARACTERS_MAX = 128;

type Verdict = Extract<ReserveReply, { kind: "admitted" | "refused" }>;

/** Asks until somebody decides: keys move between accounts, and names stand for other names. */
async function reserve(
  call: Call,
  deps: Deps,
  places: Pick<Places, "begin"> | undefined,
): Promise<{ reply: Verdict; bound: CostBound }> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const bound = priceBound(call);
    places?.begin(bound);
    const reply = await ask(call.caller.accountId, reserveRequest(call, bound, deps), deps);
    switch (reply.kind) {
      case "admitted":
      case "refused":
        return { reply, bound };
      case "moved":
        // A native key names the account it was born in; whoever settles has to know the new one.
        call.caller.accountId = reply.accountId;
        break;
      case "aliased":
        takeAlias(call, reply.model, deps);
        break;
    }
  }
  throw new GatewayError("unavailable", "The key is being changed.", { retryAfterMs: 1_000 });
}

/** A key that moved and whose name for the model changed at the same time takes three. */
const TURNS_MAX = 4;

function takeAlias(call: Call, model: string, deps: Deps): void {
  deps.aliases.learn(call.caller.keyHash, call.envelope.model, model);
  takeMeaning(call, meantBy(model, deps), deps);
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
