import { CLAUDE_MODELS, findAnthropicModel } from "./claude-models.ts";
import { claudeSegments } from "./claude-prompt.ts";
import { claudeProblem } from "./claude-rules.ts";
import { ANTHROPIC } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { answerClaude, countClaudeTokens } from "./claude.ts";
import { corruptText, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { State } from "./state.ts";
import { tokensOfBytes } from "./tokens.ts";

const VERSIONS = ["2023-06-01", "2026-10-21"] as const;
const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** `POST /anthropic/v1/messages`, `…/count_tokens` and `GET …/models`. */
export function anthropic(exchange: Exchange, path: string, state: State): Outcome {
  const early = checkKey(exchange, state) ?? checkHeaders(exchange);
  if (early) return early;
  if (path === "/v1/models" && exchange.method === "GET") return listModels();
  const isCount = path === "/v1/messages/count_tokens" || path === "/v1/messages/count-tokens";
  if ((path !== "/v1/messages" && !isCount) || exchange.method !== "POST")
    return refuse(404, "not_found_error", "Not Found");
  const request = parse(exchange);
  if (request.kind === "refusal") return request;
  // Counting needs no limit on the answer, but everything else must be as for the real call.
  if (isCount) request.claude.body["max_tokens"] ??= 1;
  const problem = claudeProblem(request.claude, state.signatures) ?? tooLong(request.claude);
  if (problem !== undefined)
    return refuse(400, "invalid_request_error", problem, request.claude.model.name);
  return accept(exchange, request.claude, state, isCount);
}

function accept(
  exchange: Exchange,
  claude: ClaudeRequest,
  state: State,
  isCount: boolean,
): Outcome {
  const tools = { cache: state.cache, signatures: state.signatures, nowMs: exchange.now.getTime() };
  return {
    kind: "call",
    vendor: "anthropic",
    model: claude.model.name,
    failures: anthropicFailures,
    answer(wish) {
      if (isCount)
        return jsonReply(200, { input_tokens: countClaudeTokens(claude, tools) }, requestId());
      const answer = answerClaude(claude, "anthropic", wish, tools);
      if (claude.body["stream"] !== true) return jsonReply(200, answer.message, requestId());
      const headers = {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        ...requestId(),
      };
      return { kind: "stream", headers, chunks: answer.events.map(namedEvent) };
    },
  };
}

function checkKey({ headers }: Exchange, state: State): Refusal | undefined {
  const key = headers["x-api-key"];
  const bearer = headers["authorization"];
  if (key === undefined && bearer === undefined)
    return refuse(401, "authentication_error", "x-api-key header is required");
  // The newest SDKs send the very same key as a bearer token.
  if (key !== undefined && key !== state.credentials.anthropicApiKey)
    return refuse(401, "authentication_error", "invalid x-api-key");
  if (key === undefined && bearer !== `Bearer ${state.credentials.anthropicApiKey}`) {
    return refuse(401, "authentication_error", "Invalid bearer token");
  }
  return undefined;
}

function checkHeaders({ headers, rawBody }: Exchange): Refusal | undefined {
  const version = headers["anthropic-version"];
  if (version === undefined)
    return refuse(400, "invalid_request_error", "anthropic-version: header is required");
  if (!VERSIONS.some((known) => known === version)) {
    return refuse(
      400,
      "invalid_request_error",
      `anthropic-version: "${version}" is not a valid version`,
    );
  }
  if (rawBody.length > BODY_BYTES_MAX)
    return refuse(413, "request_too_large", "Request exceeds the maximum size");
  return undefined;
}

interface Parsed {
  kind: "parsed";
  claude: ClaudeRequest;
}

function parse({ headers, body }: Exchange): Parsed | Refusal {
  if (!isObject(body))
    return refuse(
      400,
      "invalid_request_error",
      "The request body is not valid JSON: expected an object",
    );
  const betas = betaFlags(headers["anthropic-beta"]);
  const unknown = betas.find((flag) => !ANTHROPIC.isBeta(flag));
  if (unknown !== undefined) return refuse(400, "invalid_request_error", unexpectedBeta(unknown));
  if (body["model"] === undefined)
    return refuse(400, "invalid_request_error", "model: Field required");
  const model = findAnthropicModel(asString(body["model"]));
  if (!model) return refuse(404, "not_found_error", `model: ${asString(body["model"])}`);
  const version = headers["anthropic-version"] === "2026-10-21" ? "2026-10-21" : "2023-06-01";
  return {
    kind: "parsed",
    claude: { surface: ANTHROPIC, model, betas: new Set(betas), version, body: { ...body } },
  };
}

/** "prompt is too long" is what clients compact on, so the wording matters. */
export function tooLong(claude: ClaudeRequest): string | undefined {
  const tokens = tokensOfBytes(
    claudeSegments(claude).reduce((sum, segment) => sum + segment.bytes, 0),
  );
  const isExtended =
    claude.betas.has("context-1m-2025-08-07") && claude.model.name.startsWith("claude-sonnet");
  const limit = isExtended ? 1_000_000 : claude.model.contextTokens;
  return tokens > limit ? `prompt is too long: ${tokens} tokens > ${limit} maximum` : undefined;
}

export function betaFlags(header: string | undefined): string[] {
  return (header ?? "")
    .split(",")
    .map((flag) => flag.trim())
    .filter((flag) => flag !== "");
}

export function unexpectedBeta(flag: string): string {
  return `Unexpected value(s) \`${flag}\` for the \`anthropic-beta\` header. Please consult our documentation at docs.anthropic.com or try again without the header.`;
}

export function namedEvent(event: JsonObject): Buffer {
  return Buffer.from(`event: ${asString(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
}

export function anthropicError(
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  const id = requestId();
  return jsonReply(
    status,
    { type: "error", error: { type, message }, request_id: id["request-id"] },
    { ...id, ...headers },
  );
}

export const anthropicFailures: Failures = {
  throttle(retryAfterSeconds) {
    const message =
      "This request would exceed your organization's rate limit of 400,000 input tokens per minute.";
    const limits = {
      "anthropic-ratelimit-requests-limit": "4000",
      "anthropic-ratelimit-requests-remaining": "0",
    };
    const wait = waitHeaders(retryAfterSeconds);
    return anthropicError(429, "rate_limit_error", message, {
      ...limits,
      ...wait,
      "x-should-retry": "true",
    });
  },
  failure: (fault) =>
    anthropicError(529, fault.type ?? "overloaded_error", fault.message ?? "Overloaded"),
  errorChunk(fault) {
    const error = {
      type: fault.type ?? "overloaded_error",
      message: fault.message ?? "Overloaded",
    };
    return namedEvent({ type: "error", error, request_id: newId("req_") });
  },
  corrupt: corruptText,
};

function listModels(): Outcome {
  const data = CLAUDE_MODELS.map((model) => ({
    type: "model",
    id: model.fullName,
    display_name: model.name,
    created_at: "2026-01-01T00:00:00Z",
  }));
  const page = {
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
  return {
    kind: "call",
    vendor: "anthropic",
    failures: anthropicFailures,
    answer: () => jsonReply(200, page, requestId()),
  };
}

function requestId(): Record<string, string> {
  return { "request-id": newId("req_") };
}

function refuse(status: number, type: string, message: string, model?: string): Refusal {
  return {
    kind: "refusal",
    vendor: "anthropic",
    reason: message,
    reply: anthropicError(status, type, message),
    model,
  };
}
