import type { AnswerContext } from "../dialects/dialect.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import type { Dispatched } from "./dispatch.ts";
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

/** A same-grammar answer, or one frame of it, with the name of the model that was asked for. */
export function restamped(text: string, { call, answered }: Relay): string {
  // Which model a router chose is what its callers want to know.
  if (answered.deployment.model.startsWith("model-router")) return text;
  return call.dialect.restamp?.(text, call.envelope.model) ?? text;
}

/** What the caller's grammar needs to write the answer. */
export function answerContext({ call, deps }: Relay): AnswerContext {
  return {
    model: call.envelope.model,
    id: call.context.id,
    createdAtMs: call.context.startedAtMs,
    streamUsage: call.envelope.streamUsage,
    request: call.body.value,
    nowMs: () => deps.nowMs(),
  };
}
