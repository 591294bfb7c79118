import type { ChatEvent } from "../core/chat.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Dispatched } from "./dispatch.ts";
import type { WholeAnswer } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Admitted } from "./admit.ts";
import type { Deps } from "./deps.ts";
import { answerHeaders } from "./answer-headers.ts";
import { createObserver, type Outcome } from "./outcome.ts";
import { relayStream } from "./relay-stream.ts";
import type { Settle } from "./settle.ts";

export type Answered = Extract<Dispatched, { kind: "answered" }>;

/** What relaying an answer needs to know. */
export interface Relay {
  call: Call;
  admitted: Admitted;
  answered: Answered;
  settle: Settle;
  deps: Deps;
}

/** The upstream's answer becomes the caller's, whole or as it comes, and is settled when it ends. */
export function relay(work: Relay): Response {
  const { answer } = work.answered;
  return answer.kind === "whole" ? relayWhole(work, answer) : relayStream(work, answer);
}

function relayWhole(work: Relay, answer: WholeAnswer): Response {
  const { call, deps } = work;
  const events = answer.dialect.readAnswer(answer.value);
  const observer = createObserver(() => deps.nowMs());
  for (const event of events) observer.see(event);
  const failed = events.find((event) => event.type === "error");
  if (failed !== undefined) throw brokenAnswer(work);
  const body = renderBody(work, answer, events);
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

  function renderBody(work: Relay, answer: WholeAnswer, events: ChatEvent[]): string {
    if (answer.dialect.name === call.dialect.name) return answer.text;
    const rendered: JsonObject = call.dialect.renderAnswer(events, answerContext(work));
    return JSON.stringify(rendered);
  }
}

export function answerContext({ call }: Relay): {
  model: string;
  id: string;
  createdAtMs: number;
  streamUsage: boolean;
} {
  return {
    model: call.envelope.model,
    id: call.context.id,
    createdAtMs: call.context.startedAtMs,
    streamUsage: call.envelope.streamUsage,
  };
}

export function brokenAnswer({ answered }: Relay, cause?: unknown): GatewayError {
  const { provider } = answered.deployment;
  return new GatewayError(
    "upstream_error",
    `${provider} broke off in the middle of its answer. Send the request again.`,
    { provider, cause },
  );
}
