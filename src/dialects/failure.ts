import type { Failure, FailureCategory } from "../core/failure.ts";
import type { FailedResponse } from "./dialect.ts";
import { readErrorFields } from "./error-body.ts";
import { retryAfterMs } from "./retry-after.ts";

export { retryAfterMs };

/** An error answer, and what its grammar already read from it. What is left out is read from the body. */
export interface FailureSignals extends FailedResponse {
  type?: string;
  code?: string;
  message?: string;
  param?: string;
}

/** The stream stopped where its grammar does not let it stop. */
export function brokenStream(message: string): Failure {
  return { category: "broken-stream", status: 0, message };
}

/**
 * Understands an error that came inside a stream, as one frame's data. Some vendors put the status
 * they would have answered with into the body; it helps to tell what kind of error it is.
 */
export function streamFailure(data: string): Failure {
  const status = readErrorFields(data).status ?? 0;
  return {
    ...failureOf({ status, headers: new Headers(), body: data }),
    status: 0,
    raw: undefined,
  };
}

/**
 * Understands an error answer of any vendor. What decides, in this order: words that mean
 * one thing only, the message (vendors file full contexts and empty accounts under "invalid
 * request"), broad words, the status. At last `x-should-retry` overrides what was found.
 */
export function failureOf(signals: FailureSignals): Failure {
  const fields = readErrorFields(signals.body);
  const message = signals.message ?? fields.message ?? fallbackMessage(signals.status);
  return {
    category: categoryOf(signals, fields.words, message),
    status: signals.status,
    message: message.slice(0, MESSAGE_CHARACTERS_MAX),
    param: signals.param ?? fields.param,
    retryAfterMs: retryAfterMs(signals.headers, `${message}\n${signals.body}`),
    raw: rawOf(signals),
  };
}

/** Enough for any sentence; some vendors quote the whole prompt back. */
const MESSAGE_CHARACTERS_MAX = 8_000;

function fallbackMessage(status: number): string {
  return status === 0
    ? "the upstream reported an error without a message"
    : `the upstream answered ${status}`;
}

function rawOf({ status, headers, body }: FailedResponse): FailedResponse {
  return { status, headers, body };
}

function categoryOf(signals: FailureSignals, said: string[], message: string): FailureCategory {
  const words = [signals.code, signals.type, ...said, signals.headers.get("x-amzn-errortype")]
    .filter((word) => typeof word === "string")
    .map(normalizeWord);
  const found =
    firstOf(words, PRECISE_WORDS) ??
    categoryOfMessage(message, signals) ??
    // OpenAI and its imitators file a refused key under "invalid request", too.
    (signals.status === 401 ? "credential" : firstOf(words, BROAD_WORDS)) ??
    categoryOfStatus(signals.status);
  return overridden(found, signals);
}

/** `com.amazon.coral#ThrottlingException:http://…` and `Throttling_Exception` are one word. */
function normalizeWord(word: string): string {
  const name = word.split(":", 1)[0] ?? "";
  return name
    .slice(name.lastIndexOf("#") + 1)
    .replaceAll(/[_\s-]/g, "")
    .toLowerCase();
}

function firstOf(
  words: string[],
  table: Map<string, FailureCategory>,
): FailureCategory | undefined {
  for (const word of words) {
    const category = table.get(word);
    if (category) return category;
  }
  return undefined;
}

/** Words that mean one thing wherever they stand. Written without `_`, in lower case. */
const PRECISE_WORDS = wordTable({
  "context-length": "contextlengthexceeded contextwindowexceeded exceededcontextwindow",
  "content-policy":
    "contentfilter contentpolicyviolation responsibleaipolicyviolation invalidprompt cyberpolicy biopolicy",
  quota:
    "insufficientquota billingerror billinghardlimitreached usagenotincluded servicequotaexceededexception " +
    "dailylimitexceeded insufficientbalance",
  overloaded:
    "overloadederror serverisoverloaded engineoverloaded unavailable serviceunavailable " +
    "serviceunavailableexception modelnotreadyexception slowdown",
  timeout: "timeouterror timeout deadlineexceeded modeltimeoutexception requesttimeout",
  credential:
    "authenticationerror invalidapikey apikeyinvalid unauthenticated unauthorized unrecognizedclientexception " +
    "expiredtokenexception expiredtoken invalidsignatureexception incompletesignatureexception " +
    "missingauthenticationtokenexception invalidclienttokenid accesstokenexpired",
  "not-found": "modelnotfound notfounderror resourcenotfoundexception deploymentnotfound",
  "too-large": "requesttoolarge payloadtoolarge",
});

/** Words under which vendors file several things; the message is asked first. */
const BROAD_WORDS = wordTable({
  "rate-limit":
    "ratelimiterror ratelimitexceeded throttlingexception throttlingerror toomanyrequests resourceexhausted",
  "server-error":
    "apierror servererror internal internalerror internalservererror internalserverexception " +
    "modelerrorexception modelstreamerrorexception conflicterror aborted conflictexception",
  permission: "permissionerror permissiondenied accessdeniedexception forbidden",
  "not-found": "notfound",
  "invalid-request":
    "invalidrequesterror badrequesterror badrequest invalidargument failedprecondition outofrange validationexception",
});

function wordTable(words: Partial<Record<FailureCategory, string>>): Map<string, FailureCategory> {
  const table = new Map<string, FailureCategory>();
  let category: FailureCategory;
  for (category in words) {
    for (const word of words[category]?.split(" ") ?? []) table.set(word, category);
  }
  return table;
}

function categoryOfMessage(message: string, signals: FailedResponse): FailureCategory | undefined {
  const { status } = signals;
  if (CONTEXT_LENGTH.test(message)) return "context-length";
  // Cohere says it of long prompts; others say it of rates, with 429.
  if (status === 400 && /too many tokens/i.test(message)) return "context-length";
  if (/content filtering policy|content management policy/i.test(message)) return "content-policy";
  if (/credit balance is too low|insufficient balance|tokens per day/i.test(message))
    return "quota";
  // Google names the quota only in the details; a daily one is not worth waiting for.
  if (status === 429 && /PerDay/.test(signals.body)) return "quota";
  // One request larger than the whole per-minute allowance never fits, here; elsewhere it may.
  if (/request too large.*tokens per min/is.test(message)) return "quota";
  if (/api key (not valid|expired)|security token included in the request/i.test(message))
    return "credential";
  // Bedrock files a model this account cannot call under validation.
  if (/model identifier is invalid|on-demand throughput isn.t supported/i.test(message))
    return "not-found";
  return undefined;
}

/** How vendors say that the prompt is longer than the model reads. */
const CONTEXT_LENGTH = new RegExp(
  [
    "context_length_exceeded",
    "maximum context length",
    "exceeds the context window",
    "prompt is too long",
    "input length and .max_tokens. exceed context limit",
    "input is too long",
    "input token count .*exceeds the maximum",
    "tokens \\+ .max_new_tokens. must be <=",
    "inputs. must have less than",
    "too large for model with \\d+ maximum context",
    "model maximum context length",
  ].join("|"),
  "i",
);

function categoryOfStatus(status: number): FailureCategory {
  switch (status) {
    case 401:
      return "credential";
    case 402:
      return "quota";
    case 403:
      return "permission";
    case 404:
      return "not-found";
    case 408:
    case 504:
      return "timeout";
    case 413:
      return "too-large";
    case 429:
      return "rate-limit";
    // 498 is Groq's "no capacity at this tier", 529 Anthropic's overload.
    case 498:
    case 503:
    case 529:
      return "overloaded";
    // A conflict is two calls at once and 424 a model that crashed; both pass.
    case 409:
    case 424:
      return "server-error";
    default:
      return status >= 400 && status < 500 ? "invalid-request" : "server-error";
  }
}

/** `x-should-retry` knows better than the status whether waiting helps. */
function overridden(category: FailureCategory, { headers }: FailedResponse): FailureCategory {
  const shouldRetry = headers.get("x-should-retry");
  if (shouldRetry === "false" && category === "rate-limit") return "quota";
  if (shouldRetry === "true" && category === "quota") return "rate-limit";
  if (shouldRetry === "true" && category === "invalid-request") return "server-error";
  return category;
}
