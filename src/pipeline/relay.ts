import type { WholeAnswer } from "./upstream-answer.ts";
import { answerHeaders } from "./answer-headers.ts";
import { relayForwarded } from "./forward-relay.ts";
import { createObserver, type Outcome } from "./outcome.ts";
import { answerContext, type Relay } from "./relaying.ts";
import { relayStream } from "./relay-stream.ts";

/** The upstream's answer becomes the caller's, whole or as it comes, and is settled when it ends. */
export function relay(work: Relay): Response {
  const { answer } = work.answered;
  switch (answer.kind) {
    case "whole":
      return relayWhole(work, answer);
    case "streamed":
      return relayStream(work, answer);
    case "forwarded":
      return relayForwarded(work, answer);
  }
}

function relayWhole(work: Relay, answer: WholeAnswer): Response {
  const { deps } = work;
  const observer = createObserver(() => deps.nowMs(), false);
  for (const event of answer.events) observer.see(event);
  const body = renderBody(work, answer);
  const outcome: Outcome = {
    ending: "finished",
    statusCode: 200,
    errorCode: null,
    deployment: work.answered.deployment,
    attempts: work.answered.attempts,
    observed: observer.result(),
    response: deps.config.settings.logContent ? answer.value : null,
  };
  const charge = work.settle(outcome);
  return new Response(body, { headers: answerHeaders(work, charge) });
}

function renderBody(work: Relay, answer: WholeAnswer): string {
  const { dialect } = work.call;
  if (answer.dialect.name === dialect.name && answer.inOwnWords !== true) return answer.text;
  return JSON.stringify(dialect.renderAnswer(answer.events, answerContext(work)));
}
