import type { Failure } from "../../core/failure.ts";
import type { FailedResponse } from "../dialect.ts";
import { failureOf } from "../failure.ts";

/** A trial key's calls of this month are used up; no waiting helps. */
const NOT_THIS_MONTH = /trial key.*(month|calls)/is;

/** https://docs.cohere.com/reference/errors */
export function readFailure(response: FailedResponse): Failure {
  const failure = failureOf(response);
  // Elsewhere it means that a tier is full; here a word of the prompt or the answer is forbidden.
  if (response.status === 498) return { ...failure, category: "content-policy" };
  // Nobody on this side cancelled, or nobody would be reading this.
  if (response.status === 499) return { ...failure, category: "server-error" };
  const isSpent = failure.category === "rate-limit" && NOT_THIS_MONTH.test(failure.message);
  return isSpent ? { ...failure, category: "quota" } : failure;
}
