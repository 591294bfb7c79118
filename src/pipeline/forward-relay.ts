import { NO_USAGE } from "../core/chat.ts";
import type { Units } from "../core/units.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { ForwardedAnswer } from "./forward-attempt.ts";
import { NOTHING_OBSERVED, type Observed } from "./outcome.ts";
import type { Relay } from "./relaying.ts";

/**
 * The answer goes to the caller as it is. It is settled before it leaves: whatever it is charged by
 * is known when it begins, even where sound is still to come.
 */
export function relayForwarded(work: Relay, answer: ForwardedAnswer): Response {
  const { answered, deps } = work;
  const charge = work.settle({
    ending: "finished",
    statusCode: 200,
    errorCode: null,
    deployment: answered.deployment,
    attempts: answered.attempts,
    observed: observe(work, answer),
    response:
      deps.config.settings.logContent && typeof answer.body === "string" ? answer.body : null,
  });
  const headers = answerHeaders(work, charge);
  headers.set("content-type", answer.contentType);
  return new Response(answer.body, { headers });
}

/** Counted is what is charged by; what nobody counted leaves the reservation standing. */
function observe({ call, answered, deps }: Relay, answer: ForwardedAnswer): Observed {
  const { forward } = call.route;
  const rates = answered.deployment.price?.units;
  const units = answer.units ?? unitsAsked(call);
  const isSoldByUnit = forward?.unit !== undefined && rates?.[forward.unit] !== undefined;
  const isCounted = isSoldByUnit ? units !== undefined : answer.usage !== undefined;
  return {
    ...NOTHING_OBSERVED,
    firstTokenAtMs: deps.nowMs(),
    usage: answer.usage ?? (isCounted ? NO_USAGE : undefined),
    usageIsFinal: isCounted,
    finished: true,
    ...(units === undefined ? {} : { units }),
  };
}

function unitsAsked({ route: { forward }, body }: Relay["call"]): Units | undefined {
  if (forward?.unit === undefined || !forward.unitsAreAsked) return undefined;
  return { unit: forward.unit, count: forward.unitsMax(body) };
}
