import { describe, expect, it } from "vitest";
import type { FailureCategory } from "../../src/core/failure.ts";
import { failureOf, streamFailure } from "../../src/dialects/failure.ts";

interface Row {
  says: string;
  status: number;
  body: string;
  headers?: Record<string, string>;
  category: FailureCategory;
}

const google = (status: number, word: string, message: string, details: object[] = []): string =>
  JSON.stringify({ error: { code: status, message, status: word, details } });

const aws = (message: string): string => JSON.stringify({ message });

const ROWS: Row[] = [
  { says: "OpenAI: rate", status: 429, body: '{"error":{"code":"rate_limit_exceeded","type":"requests","message":"Rate limit reached for requests"}}', category: "rate-limit" },
  { says: "OpenAI: no money", status: 429, body: '{"error":{"code":"insufficient_quota","type":"insufficient_quota","message":"You exceeded your current quota"}}', category: "quota" },
  { says: "OpenAI: larger than the minute", status: 429, body: '{"error":{"code":"rate_limit_exceeded","type":"tokens","message":"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 50000."}}', category: "quota" },
  { says: "OpenAI: cyber policy", status: 400, body: '{"error":{"code":"cyber_policy","type":"invalid_request_error","message":"flagged"}}', category: "content-policy" },
  { says: "OpenAI: no such model", status: 404, body: '{"error":{"code":"model_not_found","type":"invalid_request_error","message":"The model does not exist"}}', category: "not-found" },
  { says: "Azure: no such deployment", status: 404, body: '{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}', category: "not-found" },
  { says: "Azure: key", status: 401, body: '{"error":{"code":"401","message":"Access denied due to invalid subscription key"}}', category: "credential" },
  { says: "Anthropic: too large", status: 413, body: '{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}', category: "too-large" },
  { says: "Anthropic: output blocked", status: 400, body: '{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}', category: "content-policy" },
  { says: "Anthropic: max_tokens and prompt", status: 400, body: '{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000"}}', category: "context-length" },
  { says: "Anthropic: permission", status: 403, body: '{"type":"error","error":{"type":"permission_error","message":"no access"}}', category: "permission" },
  { says: "Anthropic: internal", status: 500, body: '{"type":"error","error":{"type":"api_error","message":"Internal server error"}}', category: "server-error" },
  { says: "Google: rate", status: 429, body: google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted"), category: "rate-limit" },
  { says: "Google: the day's quota", status: 429, body: google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel" }] }]), category: "quota" },
  { says: "Google: in an array", status: 503, body: `[${google(503, "UNAVAILABLE", "The model is overloaded")}]`, category: "overloaded" },
  { says: "Google: long prompt", status: 400, body: google(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), category: "context-length" },
  { says: "Google: bad key", status: 400, body: google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [{ reason: "API_KEY_INVALID" }]), category: "credential" },
  { says: "Google: token expired", status: 401, body: google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), category: "credential" },
  { says: "Google: wrong project", status: 403, body: google(403, "PERMISSION_DENIED", "Permission denied on resource project x."), category: "permission" },
  { says: "Google: bad field", status: 400, body: google(400, "INVALID_ARGUMENT", "Unknown name \"x\""), category: "invalid-request" },
  { says: "Bedrock: throttled", status: 429, headers: { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/" }, body: aws("Too many requests, please wait before trying again."), category: "rate-limit" },
  { says: "Bedrock: tokens per day", status: 429, headers: { "x-amzn-errortype": "ThrottlingException" }, body: aws("Too many tokens per day, please wait before trying again."), category: "quota" },
  { says: "Bedrock: quota", status: 400, headers: { "x-amzn-errortype": "ServiceQuotaExceededException" }, body: aws("quota"), category: "quota" },
  { says: "Bedrock: not ready", status: 429, headers: { "x-amzn-errortype": "ModelNotReadyException" }, body: aws("Model is not ready"), category: "overloaded" },
  { says: "Bedrock: model timed out", status: 408, headers: { "x-amzn-errortype": "ModelTimeoutException" }, body: aws("timed out"), category: "timeout" },
  { says: "Bedrock: model crashed", status: 424, headers: { "x-amzn-errortype": "ModelErrorException" }, body: aws("failed"), category: "server-error" },
  { says: "Bedrock: long prompt", status: 400, headers: { "x-amzn-errortype": "ValidationException" }, body: aws("Input is too long for requested model."), category: "context-length" },
  { says: "Bedrock: needs a profile", status: 400, headers: { "x-amzn-errortype": "ValidationException" }, body: aws("Invocation of model ID x with on-demand throughput isn’t supported."), category: "not-found" },
  { says: "Bedrock: bad field", status: 400, headers: { "x-amzn-errortype": "ValidationException" }, body: aws("invalid beta flag"), category: "invalid-request" },
  { says: "Bedrock: unknown key", status: 403, headers: { "x-amzn-errortype": "UnrecognizedClientException" }, body: aws("The security token included in the request is invalid."), category: "credential" },
  { says: "Bedrock: no model access", status: 403, headers: { "x-amzn-errortype": "AccessDeniedException" }, body: aws("You don't have access to the model with the specified model ID."), category: "permission" },
  { says: "AWS: type in the body", status: 400, body: '{"__type":"com.amazon.coral.service#ThrottlingException","message":"slow"}', category: "rate-limit" },
  { says: "Groq: capacity", status: 498, body: '{"error":{"message":"flex capacity exceeded"}}', category: "overloaded" },
  { says: "Groq: too much for a minute", status: 413, body: '{"error":{"message":"Request too large for model x on tokens per minute (TPM)","type":"tokens","code":"rate_limit_exceeded"}}', category: "quota" },
  { says: "DeepSeek: no money", status: 402, body: '{"error":{"message":"Insufficient Balance"}}', category: "quota" },
  { says: "Cohere: long prompt", status: 400, body: '{"message":"too many tokens: total number of tokens in the prompt cannot exceed 4081"}', category: "context-length" },
  { says: "vLLM: long prompt", status: 400, body: '{"object":"error","message":"This model\'s maximum context length is 4096 tokens.","type":"BadRequestError","code":400}', category: "context-length" },
  { says: "Mistral: unknown field", status: 422, body: '{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted"}]},"type":"invalid_request_error"}', category: "invalid-request" },
  { says: "a proxy", status: 502, body: "<html><head><title>502 Bad Gateway</title></head></html>", category: "server-error" },
  { says: "nothing", status: 503, body: "", category: "overloaded" },
  { says: "two calls at once", status: 409, body: "{}", category: "server-error" },
  { says: "a redirect", status: 302, body: "", category: "server-error" },
  { says: "a teapot", status: 418, body: "null", category: "invalid-request" },
];

describe("failureOf", () => {
  it.each(ROWS)("$says → $category", ({ status, body, headers, category }) => {
    expect(failureOf({ status, body, headers: new Headers(headers) })).toMatchObject({ category, status });
  });

  it.each([
    ["a message", '{"error":{"message":"words"}}', "words"],
    ["an error that is text", '{"error":"words"}', "words"],
    ["AWS's capital letter", '{"Message":"words"}', "words"],
    ["FastAPI's text", '{"detail":"words"}', "words"],
    ["FastAPI's list", '{"detail":[{"loc":["body","a"],"msg":"no"},{"loc":["body","b"],"msg":"nor"}]}', "body.a: no; body.b: nor"],
    ["Mistral's nesting", '{"message":{"detail":[{"loc":["body"],"msg":"no"}]}}', "body: no"],
    ["plain text", "upstream connect error", "upstream connect error"],
    ["a page", "<html><title> 504 Gateway Time-out </title></html>", "504 Gateway Time-out"],
    ["a page without a title", "<html></html>", "the upstream answered 500"],
    ["nothing", "", "the upstream answered 500"],
    ["an empty object", "{}", "the upstream answered 500"],
  ])("finds the words in %s", (_, body, message) => {
    expect(failureOf({ status: 500, headers: new Headers(), body }).message).toBe(message);
  });

  it("obeys x-should-retry where it knows better than the status", () => {
    const limited = { status: 429, body: '{"error":{"type":"rate_limit_error","message":"m"}}' };
    expect(failureOf({ ...limited, headers: new Headers({ "x-should-retry": "false" }) }).category).toBe("quota");
    const odd = { status: 400, body: "{}", headers: new Headers({ "x-should-retry": "true" }) };
    expect(failureOf(odd).category).toBe("server-error");
  });

  it("lets a grammar say what it has already read", () => {
    const signals = { status: 400, headers: new Headers(), body: "{}", code: "context_length_exceeded", message: "m", param: "p" };
    expect(failureOf(signals)).toMatchObject({ category: "context-length", message: "m", param: "p" });
  });

  it("bounds the message and keeps the answer untouched", () => {
    const body = JSON.stringify({ error: { message: "x".repeat(100_000) } });
    const failure = failureOf({ status: 400, headers: new Headers({ "request-id": "r" }), body });
    expect(failure.message.length).toBeLessThan(10_000);
    expect(failure.raw?.body).toBe(body);
    expect(failure.raw?.headers.get("request-id")).toBe("r");
  });
});

describe("streamFailure", () => {
  it.each<[string, FailureCategory]>([
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "overloaded"],
    ['{"error":{"code":429,"message":"slow down"}}', "rate-limit"],
    ['{"error":{"code":503,"message":"later","status":"UNAVAILABLE"}}', "overloaded"],
    ['{"error":"out of memory"}', "server-error"],
  ])("reads %s", (data, category) => {
    expect(streamFailure(data)).toMatchObject({ category, status: 0, raw: undefined });
  });
});
