import { aiStudioEmbeddings } from "./embeddings.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Outcome, Refusal } from "./exchange.ts";
import { camelKeys, unknownFields } from "./gemini-fields.ts";
import { findGeminiModel } from "./gemini-models.ts";
import type { GeminiModel } from "./gemini-models.ts";
import { geminiProblem } from "./gemini-rules.ts";
import { answerGemini, geminiInputTokens } from "./gemini.ts";
import { geminiStream, googleError, inArray, vertexFailures } from "./google-errors.ts";
import { asObject, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { State } from "./state.ts";

const ADDRESS =
  /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$/u;

interface Target {
  model: GeminiModel;
  method: string;
  isSse: boolean;
}

/** `POST /aistudio/v1beta/models/{m}:{method}`: Gemini for whoever has a key. */
export function aiStudio(exchange: Exchange, path: string, state: State): Outcome {
  const [whole, name = "", method = ""] = ADDRESS.exec(path) ?? [];
  if (whole === undefined || exchange.method !== "POST") return refuse(404, "NOT_FOUND", "");
  const isSse = exchange.query.get("alt") === "sse";
  const outcome = checkKey(exchange, state) ?? ask(exchange, name, method, isSse, state);
  const isArray = method === "streamGenerateContent" && !isSse;
  return outcome.kind === "refusal" && isArray
    ? { ...outcome, reply: inArray(outcome.reply) }
    : outcome;
}

/** A wrong key is a bad argument here, and not a missing authentication. */
function checkKey({ headers, query }: Exchange, { credentials }: State): Refusal | undefined {
  const key = headers["x-goog-api-key"] ?? query.get("key");
  if (key === null || key === undefined) {
    const message =
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";
    return refuse(403, "PERMISSION_DENIED", message);
  }
  if (key === credentials.geminiApiKey) return undefined;
  return refuse(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
  ]);
}

function ask(
  exchange: Exchange,
  name: string,
  method: string,
  isSse: boolean,
  state: State,
): Outcome {
  const embedded = aiStudioEmbeddings(exchange, decodeURIComponent(name), method);
  if (embedded) return embedded;
  const model = findGeminiModel(decodeURIComponent(name), "global");
  if (!model || method.includes("mbedContent")) {
    const message = `models/${name} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`;
    return refuse(404, "NOT_FOUND", message);
  }
  if (!isObject(exchange.body))
    return refuse(400, "INVALID_ARGUMENT", "Invalid JSON payload received. Unexpected token.");
  const read = method === "countTokens" ? countedBody(exchange.body) : exchange.body;
  const unknown = unknownFields(read).map(({ description }) => description);
  // Vertex AI's alone.
  if (read["labels"] !== undefined)
    unknown.push('Invalid JSON payload received. Unknown name "labels": Cannot find field.');
  if (unknown.length > 0) return refuse(400, "INVALID_ARGUMENT", unknown.join("\n"));
  const body = camelKeys(read);
  const problem = geminiProblem(body, model, state.signatures) ?? overflow(body, model);
  if (problem !== undefined)
    return { ...refuse(400, "INVALID_ARGUMENT", problem), model: model.name };
  return accept(exchange, { model, method, isSse }, body, state);
}

/** The counter takes contents, or a whole request under a name of its own, and nothing else. */
function countedBody(body: JsonObject): JsonObject {
  const { generateContentRequest: inner, ...rest } = body;
  const { contents: _, ...others } = rest;
  return inner === undefined
    ? { ...rest, ...Object.fromEntries(Object.keys(others).map((key) => [`${key}?`, 1])) }
    : { ...asObject(inner), ...rest };
}

function overflow(body: JsonObject, model: GeminiModel): string | undefined {
  const tokens = geminiInputTokens(body);
  if (tokens <= model.contextTokens) return undefined;
  return `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.contextTokens}).`;
}

function accept(
  exchange: Exchange,
  { model, method, isSse }: Target,
  body: JsonObject,
  state: State,
): Outcome {
  const isArray = method === "streamGenerateContent" && !isSse;
  return {
    kind: "call",
    vendor: "ai-studio",
    model: model.name,
    failures: vertexFailures(!isArray),
    answer(wish) {
      if (method === "countTokens") return jsonReply(200, { totalTokens: geminiInputTokens(body) });
      const { cache, signatures } = state;
      const tools = { cache, signatures, nowMs: exchange.now.getTime() };
      const answer = answerGemini(body, model, "ai-studio", wish, tools);
      return method === "generateContent"
        ? jsonReply(200, answer.response)
        : geminiStream(answer.chunks, isSse);
    },
  };
}

function refuse(status: number, code: string, message: string, details?: JsonObject[]): Refusal {
  return {
    kind: "refusal",
    vendor: "ai-studio",
    reason: message || "The requested URL was not found on this server.",
    reply: googleError(status, code, message, details),
  };
}
