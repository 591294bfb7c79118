import { NO_USAGE } from "../core/chat.ts";
import type { Units } from "../core/units.ts";
import { answerHeaders } from "./answer-headers.ts";
import { chargeFor } from "./charge.ts";
import type { ForwardedAnswer } from "./forward-attempt.ts";
import { openOutlet, type Outlet } from "./outlet.ts";
import { NOTHING_OBSERVED, type Observed, type Outcome } from "./outcome.ts";
import { restamped, type Relay } from "./relaying.ts";

/**
 * The answer goes to the caller as it is. Whatever it is charged by is known when it begins; text is
 * settled with that, and sound when it has ended.
 */
export function relayForwarded(work: Relay, answer: ForwardedAnswer, observed: Observed): Response {
  const { answered, admitted, deps } = work;
  const { body } = answer;
  const isText = typeof body === "string";
  const outcome: Outcome = {
    ending: "finished",
    statusCode: 200,
    errorCode: null,
    deployment: answered.deployment,
    attempts: answered.attempts,
    observed,
    response: deps.config.settings.logContent && isText ? body : null,
  };
  const headers = answerHeaders(work, chargeFor(outcome, admitted));
  headers.set("content-type", answer.contentType);
  for (const name of work.call.route.forward?.relayedHeaders ?? []) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (!isText) return relaySound(work, body, outcome, headers);
  // Settled last: what could still go wrong has gone right.
  const response = new Response(restamped(body, work), { headers });
  work.settle(outcome);
  return response;
}

/** Sound moves natively; only its end is waited for, and who brought it about. */
function relaySound(
  work: Relay,
  sound: ReadableStream<Uint8Array>,
  outcome: Outcome,
  headers: Headers,
): Response {
  const { callerGone, waitUntil } = work.call.context;
  const outlet = openOutlet(callerGone, (ms) => work.deps.sleep(ms));
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const timer = setTimeout(stop, SOUND_MS_MAX);
  // All that was asked is billed already, so nothing is gained by listening to the rest.
  callerGone.addEventListener("abort", stop, { once: true });
  waitUntil(
    outlet
      .pipe(sound, stopping.signal)
      .then((isWhole) => endSound(work, outlet, outcome, isWhole))
      .finally(() => clearTimeout(timer)),
  );
  return new Response(outlet.readable, { headers });
}

/** Vendors speak several times faster than one listens, and take at most some minutes' worth of text. */
const SOUND_MS_MAX = 600_000;

async function endSound(
  { settle }: Relay,
  outlet: Outlet,
  outcome: Outcome,
  isWhole: boolean,
): Promise<void> {
  if (isWhole) {
    settle(outcome);
    await outlet.close();
  } else if (outlet.isGone()) {
    settle({ ...outcome, ending: "caller-gone" });
  } else {
    settle({ ...outcome, ending: "broken", errorCode: "upstream_error" });
    await outlet.breakOff(new Uint8Array(0));
  }
}

/** Counted is what is charged by; what nobody counted leaves the reservation standing. */
export function observeForwarded(
  { call, answered, admitted, deps }: Relay,
  answer: ForwardedAnswer,
): Observed {
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
    // What a picture took cannot be told from its address, nor a transcript from its file of subtitles.
    outputCharacters: isCounted || isSoldByUnit ? 0 : admitted.bound.outputTokensMax,
    finished: true,
    ...(units === undefined ? {} : { units }),
  };
}

function unitsAsked({ route: { forward }, body }: Relay["call"]): Units | undefined {
  if (forward?.unit === undefined || !forward.unitsAreAsked) return undefined;
  return { unit: forward.unit, count: forward.unitsMax(body) };
}
