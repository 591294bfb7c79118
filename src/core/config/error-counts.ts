import type { FailureCategory } from "../failure.ts";
import type { CountByCategory } from "./deployment.ts";
import type { Report } from "./problem.ts";

/** LiteLLM's names of errors → what they are here. The general ones first: later ones are exact. */
const CATEGORIES: readonly [string, readonly FailureCategory[]][] = [
  ["InternalServerError", ["server-error", "connection", "broken-stream"]],
  ["BadGatewayError", ["connection", "broken-stream"]],
  ["ServiceUnavailableError", ["overloaded"]],
  ["RateLimitError", ["rate-limit", "quota"]],
  ["TimeoutError", ["timeout"]],
  ["BadRequestError", ["invalid-request", "too-large", "context-length"]],
  ["ContentPolicyViolationError", ["content-policy"]],
  ["AuthenticationError", ["credential", "permission"]],
  ["NotFoundError", ["not-found"]],
];

const DEFAULT = "Default";

/**
 * A `retry_policy` or an `allowed_fails_policy`: `RateLimitErrorRetries: 3`. A name that is none of
 * LiteLLM's is told and has no effect.
 */
export function readErrorCounts(
  policy: Readonly<Record<string, number | undefined>> | undefined,
  ending: "Retries" | "AllowedFails",
  path: string,
  report: Report,
): CountByCategory {
  const written = policy ?? {};
  for (const name of Object.keys(written)) {
    if (isKnown(name, ending)) continue;
    report.warnings.push({ path: `${path}.${name}`, message: `unknown setting: ${name}` });
  }
  const counts: Partial<Record<FailureCategory, number>> = {};
  for (const [name, categories] of CATEGORIES) {
    const count = written[`${name}${ending}`];
    for (const category of categories) {
      const known = count ?? counts[category] ?? written[`${DEFAULT}${ending}`];
      if (known !== undefined) counts[category] = known;
    }
  }
  return counts;
}

function isKnown(name: string, ending: string): boolean {
  return [DEFAULT, ...CATEGORIES.map(([known]) => known)].some((one) => name === `${one}${ending}`);
}
