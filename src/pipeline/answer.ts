import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { admit } from "./admit.ts";
import type { Admitted } from "./admitted.ts";
import { AnswerLost, outcomeOfLoss } from "./answer-lost.ts";
import { throughCache } from "./cached-answer.ts";
import type { Call, ChatRoute } from "./call.ts";
import type { CallContext, Deps } from "./deps.ts";
import { callerGone } from "./dispatch.ts";
import { errorOfFailure } from "./failed.ts";
import { dispatchWithFallbacks } from "./fallbacks.ts";
import { identifySender } from "./identify.ts";
import { NOTHING_OBSERVED, type Outcome } from "./outcome.ts";
import { parse } from "./parse.ts";
import { createPlaces, type Places } from "./places.ts";
import { relay } from "./relay.ts";
import { createSettle, type Settle } from "./settle.ts";

/**
 * The gateway, top to bottom. Every call of every dialect takes this line, and however it ends its
 * money is accounted for exactly once: in `relay` when an answer went to the caller, here when none
 * did, and by the account itself when this isolate dies on the way.
 */
export async function answer(
  request: Request,
  route: ChatRoute,
  context: CallContext,
  deps: Deps,
): Promise<Response> {
  const caller = await identifySender(request, deps);
  const call = await parse(request, caller, route, context, deps);
  const places = createPlaces(call, deps);
  const admitted = await admit(call, deps, places).catch((cause: unknown) => {
    places.close();
    throw cause;
  });
  const settle = createSettle(call, admitted, places, deps);
  return throughCache({ call, admitted, settle, deps }, (heard) =>
    serve({ call, admitted, places, settle: heard, deps }),
  );
}

interface Served {
  call: Call;
  admitted: Admitted;
  places: Places;
  settle: Settle;
  deps: Deps;
}

/** From here on somebody is asked, and what that comes to is settled whatever happens. */
async function serve({ call, admitted, places, settle, deps }: Served): Promise<Response> {
  try {
    if (call.context.callerGone.aborted) throw callerGone();
    const dispatched = await dispatchWithFallbacks(call, admitted, places, deps);
    if (dispatched.kind === "answered") {
      return relay({ call, admitted, answered: dispatched, settle, deps });
    }
    const error = errorOfFailure(dispatched, call);
    settle(refused(error, dispatched));
    throw error;
  } catch (cause) {
    if (cause instanceof AnswerLost) {
      settle(outcomeOfLoss(cause));
      throw cause.cause;
    }
    settle(refused(cause));
    throw cause;
  }
}

/** Nothing of an answer was passed on, so nothing is charged; the failed call is still remembered. */
function refused(cause: unknown, failed?: { deployment: Deployment; attempts: number }): Outcome {
  const error = cause instanceof GatewayError ? cause : undefined;
  return {
    ending: "refused",
    statusCode: error?.row.status ?? 500,
    errorCode: error?.code ?? "internal_error",
    deployment: failed?.deployment,
    attempts: failed?.attempts ?? 0,
    observed: NOTHING_OBSERVED,
    response: null,
  };
}
