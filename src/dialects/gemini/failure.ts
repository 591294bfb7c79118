import type { Failure } from "../../core/failure.ts";
import type { FailedResponse } from "../dialect.ts";
import { failureOf } from "../failure.ts";

/** Google's proxy measures bytes before any model counts tokens, and says so in words of its own. */
const TOO_MANY_BYTES = /the (request|message) size \(.*\) exceeds .* limit/i;

/** Errors of Google's APIs, for Gemini and for the Claude models it hosts. */
export function readGoogleFailure(response: FailedResponse): Failure {
  const failure = failureOf(response);
  if (!TOO_MANY_BYTES.test(failure.message)) return failure;
  // Agents shorten the conversation when they read exactly this.
  return { ...failure, category: "context-length", message: "Input is too long." };
}
