import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { Observed, Outcome } from "./outcome.ts";

/** What is known of an answer that was given and never reached the caller. */
export interface LostAnswer {
  deployment: Deployment;
  attempts: number;
  observed: Observed;
}

/**
 * A vendor answered and a fault of ours lost the answer. The vendor bills all the same, so the fault,
 * which is the cause, travels with what was seen of the answer.
 */
export class AnswerLost extends Error {
  override readonly name = "AnswerLost";
  readonly answer: LostAnswer;

  constructor(answer: LostAnswer, cause: unknown) {
    super("An answer was lost by a fault of the gateway.", { cause });
    this.answer = answer;
  }
}

/** Charged as what broke, and remembered as our own failure. */
export function outcomeOfLoss({ answer, cause }: AnswerLost): Outcome {
  const error = cause instanceof GatewayError ? cause : undefined;
  return {
    ...answer,
    ending: "broken",
    statusCode: error?.row.status ?? 500,
    errorCode: error?.code ?? "internal_error",
    response: null,
  };
}
