import { betaFlags, namedEvent, tooLong, unexpectedBeta } from "./anthropic.ts";
import { findVertexClaude } from "./claude-models.ts";
import type { ClaudeModel } from "./claude-models.ts";
import { claudeProblem } from "./claude-rules.ts";
import { VERTEX } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { answerClaude, countClaudeTokens } from "./claude.ts";
import { vertexEmbeddings } from "./embeddings.ts";
import { jsonReply } from "./exchange.ts";
import type { Call, Exchange, Outcome, Refusal } from "./exchange.ts";
import { camelKeys, unknownFields } from "./gemini-fields.ts";
import { findGeminiModel } from "./gemini-models.ts";
import type { GeminiModel } from "./gemini-models.ts";
import { geminiProblem } from "./gemini-rules.ts";
import { answerGemini, geminiInputTokens } from "./gemini.ts";
import {
  geminiStream,
  googleError,
  inArray,
  vertexClaudeFailures,
  vertexFailures,
} from "./google-errors.ts";
import { newId } from "./ids.ts";
import { asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { State } from "./state.ts";

const ADDRESS =
  /^\/v1(?:beta1)?\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/(google|anthropic)\/models\/([^/:]+):(\w+)$/u;
const LOCATIONS =
  /^(global|us|eu|us-central1|us-east5|us-east4|us-west1|europe-west1|europe-west4|asia-northeast1|asia-southeast1)$/u;

interface Target {
  location: string;
  modelId: string;
  method: string;
  /** As Google names it in its errors. */
  resource: string;
}

/** `POST /vertex/v1/projects/{p}/locations/{l}/publishers/{google|anthropic}/models/{m}:{method}`. */
export function vertex(exchange: Exchange, path: string, state: State): Outcome {
  const [whole, project = "", location = "", publisher = "", model = "", method = ""] =
    ADDRESS.exec(path) ?? [];
  if (whole === undefined || exchange.method !== "POST")
    return refuse(404, "NOT_FOUND", "The requested URL was not found on this server.");
  const unauthorized = checkToken(exchange, state);
  if (unauthorized) return unauthorized;
  const modelId = decodeURIComponent(model);
  const resource = `projects/${project}/locations/${location}/publishers/${publisher}/models/${modelId}`;
  if (project !== state.credentials.google.projectId) {
    return refuse(
      403,
      "PERMISSION_DENIED",
      `Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/${resource}' (or it may not exist).`,
    );
  }
  if (!LOCATIONS.test(location))
    return refuse(
      400,
      "INVALID_ARGUMENT",
      `Unsupported region for Vertex AI, select from global, us-central1, us-east5, europe-west1`,
    );
  const target = { location, modelId, method, resource };
  const outcome =
    publisher === "anthropic" ? claude(exchange, target, state) : gemini(exchange, target, state);
  const isArray = method === "streamGenerateContent" && exchange.query.get("alt") !== "sse";
  if (outcome.kind === "refusal" && isArray)
    return { ...outcome, region: location, reply: inArray(outcome.reply) };
  return { ...outcome, region: location };
}

/** A token is good until it expires, and Google says which of the two it was. */
function checkToken({ headers, now }: Exchange, state: State): Refusal | undefined {
  const authorization = headers["authorization"];
  if (authorization === undefined) {
    const message =
      "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
    return refuse(401, "UNAUTHENTICATED", message, errorInfo("CREDENTIALS_MISSING"));
  }
  const fault = state.tokens.check(authorization.replace(/^Bearer /u, ""), now);
  if (!fault) return undefined;
  const message =
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
  return refuse(
    401,
    "UNAUTHENTICATED",
    message,
    errorInfo(fault === "expired" ? "ACCESS_TOKEN_EXPIRED" : "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
  );
}

function errorInfo(reason: string): JsonObject[] {
  const metadata = { service: "aiplatform.googleapis.com" };
  return [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason,
      domain: "googleapis.com",
      metadata,
    },
  ];
}

function gemini(exchange: Exchange, target: Target, state: State): Outcome {
  const { body } = exchange;
  const { method, modelId, location } = target;
  const embedded = vertexEmbeddings(exchange, modelId, method);
  if (embedded) return embedded;
  if (!["generateContent", "streamGenerateContent", "countTokens"].includes(method))
    return refuse(404, "NOT_FOUND", `Method ${method} not found`);
  const model = findGeminiModel(modelId, location);
  if (!model) return refuse(404, "NOT_FOUND", unknownModel(target));
  if (!isObject(body))
    return refuse(
      400,
      "INVALID_ARGUMENT",
      "Invalid JSON payload received. Unexpected end of string. Expected a value.",
    );
  const unknown = unknownFields(body);
  if (unknown.length > 0) {
    const fieldViolations = unknown.map(({ field, description }) => ({ field, description }));
    const message = unknown.map(({ description }) => description).join("\n");
    return refuse(400, "INVALID_ARGUMENT", message, [
      { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations },
    ]);
  }
  const camel = camelKeys(body);
  const problem = geminiProblem(camel, model, state.signatures) ?? overflow(camel, model);
  if (problem !== undefined)
    return { ...refuse(400, "INVALID_ARGUMENT", problem), model: model.name };
  return acceptGemini(exchange, target, camel, model, state);
}

function overflow(body: JsonObject, model: GeminiModel): string | undefined {
  const tokens = geminiInputTokens(body);
  if (tokens <= model.contextTokens) return undefined;
  return `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.contextTokens}).`;
}

function acceptGemini(
  exchange: Exchange,
  { location, method }: Target,
  body: JsonObject,
  model: GeminiModel,
  state: State,
): Call {
  const isSse = exchange.query.get("alt") === "sse";
  const isArray = method === "streamGenerateContent" && !isSse;
  return {
    kind: "call",
    vendor: "vertex",
    model: model.name,
    failures: vertexFailures(!isArray),
    answer(wish) {
      if (method === "countTokens") return jsonReply(200, { totalTokens: geminiInputTokens(body) });
      const tools = {
        cache: state.cache,
        signatures: state.signatures,
        nowMs: exchange.now.getTime(),
      };
      const answer = answerGemini(body, model, `vertex ${location}`, wish, tools);
      return method === "generateContent"
        ? jsonReply(200, answer.response)
        : geminiStream(answer.chunks, isSse);
    },
  };
}

function claude(exchange: Exchange, target: Target, state: State): Outcome {
  const { method, modelId } = target;
  if (method !== "rawPredict" && method !== "streamRawPredict")
    return refuse(404, "NOT_FOUND", `Method ${method} not found`);
  const isCount = modelId === "count-tokens";
  const body = isObject(exchange.body) ? { ...exchange.body } : undefined;
  if (!body) return refuseClaude("The request body is not valid JSON: expected an object");
  // Counting is a model of its own here, so the real one stays in the body.
  const model = findVertexClaude(isCount ? asString(body["model"]) : modelId);
  if (!model) return refuse(404, "NOT_FOUND", unknownModel(target));
  if (isCount) delete body["model"];
  if (isCount) body["max_tokens"] ??= 1;
  const parsed = parseClaude(exchange, body, model, isCount);
  if (parsed.kind === "refusal") return parsed;
  const problem = claudeProblem(parsed.request, state.signatures) ?? tooLong(parsed.request);
  if (problem !== undefined) return { ...refuseClaude(problem), model: model.name };
  return acceptClaude(exchange, parsed.request, target.location, isCount, state);
}

interface Parsed {
  kind: "parsed";
  request: ClaudeRequest;
}

function parseClaude(
  { headers }: Exchange,
  body: JsonObject,
  model: ClaudeModel,
  isCount: boolean,
): Parsed | Refusal {
  const version = body["anthropic_version"];
  if (version === undefined && !isCount) return refuseClaude("anthropic_version: Field required");
  if (version !== undefined && version !== "vertex-2023-10-16")
    return refuseClaude("anthropic_version: Input should be 'vertex-2023-10-16'");
  const betas = betaFlags(headers["anthropic-beta"]);
  const unknown = betas.find((flag) => !VERTEX.isBeta(flag));
  if (unknown !== undefined) return refuseClaude(unexpectedBeta(unknown));
  return {
    kind: "parsed",
    request: { surface: VERTEX, model, betas: new Set(betas), version: "2023-06-01", body },
  };
}

function acceptClaude(
  exchange: Exchange,
  request: ClaudeRequest,
  location: string,
  isCount: boolean,
  state: State,
): Call {
  const tools = { cache: state.cache, signatures: state.signatures, nowMs: exchange.now.getTime() };
  const headers = { "request-id": newId("req_vrtx_") };
  return {
    kind: "call",
    vendor: "vertex",
    model: request.model.name,
    failures: vertexClaudeFailures,
    answer(wish) {
      if (isCount)
        return jsonReply(200, { input_tokens: countClaudeTokens(request, tools) }, headers);
      const answer = answerClaude(request, `vertex ${location}`, wish, tools);
      if (request.body["stream"] !== true) return jsonReply(200, answer.message, headers);
      return {
        kind: "stream",
        headers: { "content-type": "text/event-stream; charset=utf-8", ...headers },
        chunks: answer.events.map(namedEvent),
      };
    },
  };
}

function unknownModel({ resource }: Target): string {
  return `Publisher Model \`${resource}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`;
}

/** Google's front refuses in Google's shape; the body reaches Claude and is refused in Claude's. */
function refuseClaude(message: string): Refusal {
  const id = newId("req_vrtx_");
  const reply = jsonReply(
    400,
    { type: "error", error: { type: "invalid_request_error", message }, request_id: id },
    { "request-id": id },
  );
  return { kind: "refusal", vendor: "vertex", reason: message, reply };
}

function refuse(status: number, code: string, message: string, details?: JsonObject[]): Refusal {
  return {
    kind: "refusal",
    vendor: "vertex",
    reason: message,
    reply: googleError(status, code, message, details),
  };
}
