import { answerHeaders } from "./answer-headers.ts";
import { AnswerLost } from "./answer-lost.ts";
import { chargeFor } from "./charge.ts";
import { observeForwarded, relayForwarded } from "./forward-relay.ts";
import type { Observed, Outcome } from "./outcome.ts";
import { answerContext, restamped, type Relay } from "./relaying.ts";
import { relayStream } from "./relay-stream.ts";
import { observeAnswer, type WholeAnswer } from "./upstream-answer.ts";

/**
 * The upstream's answer becomes the caller's, whole or as it comes, and is settled when it ends. A
 * fault of ours before anything is sent loses the answer, which the vendor bills all the same.
 */
export function relay(work: Relay): Response {
  const { deployment, attempts } = work.answered;
  const observed = observeSoFar(work);
  try {
    return send(work, observed);
  } catch (cause) {
    letGo(work);
    throw new AnswerLost({ deployment, attempts, observed }, cause);
  }
}

function observeSoFar(work: Relay): Observed {
  const { answer } = work.answered;
  return answer.kind === "forwarded"
    ? observeForwarded(work, answer)
    : observeAnswer(answer, () => work.deps.nowMs());
}

function send(work: Relay, observed: Observed): Response {
  const { answer } = work.answered;
  switch (answer.kind) {
    case "whole":
      return relayWhole(work, answer, observed);
    case "streamed":
      return relayStream(work, answer);
    case "forwarded":
      return relayForwarded(work, answer, observed);
  }
}

function relayWhole(work: Relay, answer: WholeAnswer, observed: Observed): Response {
  const { deps } = work;
  const body = renderBody(work, answer);
  const outcome: Outcome = {
    ending: "finished",
    statusCode: 200,
    errorCode: null,
    deployment: work.answered.deployment,
    attempts: work.answered.attempts,
    observed,
    response: deps.config.settings.logContent ? answer.value : null,
  };
  // Settled last: what could still go wrong has gone right.
  const headers = answerHeaders(work, chargeFor(outcome, work.admitted));
  work.settle(outcome);
  return new Response(body, { headers });
}

function renderBody(work: Relay, answer: WholeAnswer): string {
  const { dialect } = work.call;
  if (answer.dialect.name === dialect.name && answer.inOwnWords !== true)
    return restamped(answer.text, work);
  return JSON.stringify(dialect.renderAnswer(answer.events, answerContext(work)));
}

/** What nobody will read to its end is let go. */
function letGo({ answered: { answer } }: Relay): void {
  if (answer.kind === "streamed") answer.abort();
  if (answer.kind !== "forwarded" || typeof answer.body === "string") return;
  // It may have begun to move already; then it ends with the call.
  void answer.body.cancel().catch(() => undefined);
}
