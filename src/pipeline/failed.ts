import { codeOfFailure, GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import type { CallerDialect, DialectName } from "../dialects/dialect.ts";
import type { Call } from "./call.ts";
import type { Dispatched } from "./dispatch.ts";

/** What the caller is told when no deployment answered: the last failure, in the caller's grammar. */
export function errorOfFailure(
  { failure, deployment, setupError }: Extract<Dispatched, { kind: "failed" }>,
  call: Pick<Call, "dialect">,
): GatewayError {
  if (setupError !== undefined) return setupError;
  const { provider } = deployment;
  return new GatewayError(codeOfFailure(failure.category), messageOf(failure, provider), {
    provider,
    ...(failure.param === undefined ? {} : { param: failure.param }),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    ...verbatimOf(failure, call.dialect),
  });
}

/**
 * Agents heal themselves by the words of a 400 ("prompt is too long"), so those are kept exactly.
 * What a vendor says about our account (limits, credentials, permissions, outages) names
 * organizations and projects, and stays inside.
 */
function messageOf(failure: Failure, provider: string): string {
  switch (failure.category) {
    case "invalid-request":
    case "context-length":
    case "content-policy":
    case "too-large":
      return failure.message || `${provider} refused the request.`;
    case "rate-limit":
      return `${provider} limits how fast the gateway may ask, and no other deployment of this model is free. Send the request again in a moment.`;
    case "overloaded":
      return `${provider} is overloaded. Send the request again in a moment.`;
    case "quota":
      return `The gateway's quota with ${provider} is used up. An administrator can raise it.`;
    case "credential":
      return `${provider} refused the gateway's credential. Your key is fine; an administrator has to renew the provider's.`;
    case "permission":
      return `${provider} does not let the gateway use this model. An administrator has to grant access.`;
    case "not-found":
      return `${provider} does not know this model at the configured address. An administrator has to correct the deployment.`;
    case "timeout":
      return `${provider} did not answer in time. Send the request again.`;
    case "server-error":
    case "connection":
    case "broken-stream":
      return `${provider} failed to answer (status ${failure.status}). Send the request again.`;
  }
}

/** Only refusals of the request itself are passed on untouched, and only in the caller's grammar. */
function verbatimOf(
  failure: Failure,
  { name, framing }: CallerDialect,
): { verbatim?: { status: number; body: string } } {
  const { raw, category } = failure;
  const isAboutTheRequest =
    category === "invalid-request" ||
    category === "context-length" ||
    category === "content-policy";
  // AWS's errors say nothing but the message, which is kept in any case.
  if (framing.name === "event-stream") return {};
  if (raw === undefined || !isAboutTheRequest || !speaks(raw.body, name)) return {};
  return { verbatim: { status: raw.status, body: raw.body } };
}

function speaks(body: string, grammar: DialectName): boolean {
  const value = parseJson(body);
  if (!isJsonObject(value) || !isJsonObject(value["error"])) return false;
  const { error } = value;
  switch (grammar) {
    case "anthropic-messages":
      return value["type"] === "error" && typeof error["type"] === "string";
    case "openai-chat":
    case "openai-responses":
    case "openai-text":
      return typeof error["message"] === "string" && "type" in error;
    case "gemini":
      return typeof error["status"] === "string";
    // Nobody calls in Cohere's grammar.
    case "cohere-chat":
    case "bedrock-converse":
      return false;
  }
}
