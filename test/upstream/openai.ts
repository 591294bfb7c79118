import { CHAT_MODELS, findChatModel } from "./chat-models.ts";
import type { ChatModel } from "./chat-models.ts";
import type { ChatProblem } from "./chat-problem.ts";
import { chatProblem } from "./chat-rules.ts";
import { answerChat, chatInputTokens, thinkingOf } from "./chat.ts";
import { corruptText, dataEvent, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { openaiEndpoints } from "./openai-endpoints.ts";
import { keptResponses } from "./responses-kept.ts";
import { responses } from "./responses.ts";
import type { ResponsesHost } from "./responses.ts";
import type { State } from "./state.ts";

export const DONE = Buffer.from("data: [DONE]\n\n");
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
};

/** `POST /openai/v1/chat/completions` and `GET /openai/v1/models`. */
export function openai(exchange: Exchange, path: string, state: State): Outcome {
  const unauthorized = checkKey(exchange, state.credentials.openaiApiKey);
  if (unauthorized) return unauthorized;
  if (path === "/v1/models" && exchange.method === "GET") return listModels();
  const endpoint = openaiEndpoints(exchange, path.replace(/^\/v1/u, ""), "openai");
  if (endpoint) return endpoint;
  const host = responsesHost(exchange);
  if (path.startsWith("/v1/responses/"))
    return keptResponses(exchange, path.slice("/v1/responses".length), host, state);
  const isResponses = path === "/v1/responses";
  if ((path !== "/v1/chat/completions" && !isResponses) || exchange.method !== "POST") {
    return refuse(404, {
      message: `Invalid URL (${exchange.method} ${path})`,
      param: null,
      code: null,
    });
  }
  const { body } = exchange;
  if (!isObject(body)) return refuse(400, NOT_JSON);
  if (body["model"] === undefined)
    return refuse(400, { message: "you must provide a model parameter", param: null, code: null });
  const model = findChatModel(asString(body["model"]));
  if (!model) return refuse(404, unknownModel(asString(body["model"])));
  if (isResponses) return responses(exchange, body, model, host, state);
  const problem = chatProblem(body, model) ?? tooLong(body, model);
  if (problem) return refuse(400, problem, model.name);
  return accept(exchange, body, model, state);
}

function accept(exchange: Exchange, body: JsonObject, model: ChatModel, state: State): Outcome {
  return {
    kind: "call",
    vendor: "openai",
    model: model.name,
    failures: openaiFailures,
    answer(wish) {
      const request = { body, model, modelName: model.fullName, thinking: thinkingOf(body, model) };
      const answer = answerChat(request, "openai", wish, state.cache, exchange.now.getTime());
      if (body["stream"] !== true) return jsonReply(200, answer.completion, responseHeaders());
      const chunks = [...answer.chunks.map(dataEvent), DONE];
      return { kind: "stream", headers: { ...STREAM_HEADERS, ...responseHeaders() }, chunks };
    },
  };
}

function responsesHost({ headers }: Exchange): ResponsesHost {
  return {
    surface: "openai",
    scope: `openai ${headers["openai-organization"] ?? "org-standin"}`,
    headers: responseHeaders(),
    failures: openaiFailures,
    refuse,
    decorate: (response) => response,
  };
}

function checkKey({ headers }: Exchange, apiKey: string): Refusal | undefined {
  const authorization = headers["authorization"];
  if (authorization === undefined) {
    return refuse(401, {
      message:
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.",
      param: null,
      code: null,
    });
  }
  if (authorization === `Bearer ${apiKey}`) return undefined;
  const shown = `${authorization.replace(/^Bearer /u, "").slice(0, 3)}***`;
  return refuse(401, {
    message: `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    param: null,
    code: "invalid_api_key",
  });
}

export const NOT_JSON: ChatProblem = {
  message:
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
  param: null,
  code: null,
};

function unknownModel(name: string): ChatProblem {
  return {
    message: `The model \`${name}\` does not exist or you do not have access to it.`,
    param: null,
    code: "model_not_found",
  };
}

/** Codex and others compact on this code. */
export function tooLong(body: JsonObject, model: ChatModel): ChatProblem | undefined {
  const tokens = chatInputTokens(body);
  if (tokens <= model.contextTokens) return undefined;
  const message = `This model's maximum context length is ${model.contextTokens} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`;
  return { message, param: "messages", code: "context_length_exceeded" };
}

export function openaiError(
  status: number,
  type: string,
  problem: ChatProblem,
  headers: Record<string, string> = {},
): Reply {
  const { message, param, code } = problem;
  return jsonReply(
    status,
    { error: { message, type, param, code } },
    { ...responseHeaders(), ...headers },
  );
}

const SERVER_ERROR = "The server had an error while processing your request. Sorry about that!";

export const openaiFailures: Failures = {
  throttle(retryAfterSeconds) {
    const wait = waitHeaders(retryAfterSeconds, true);
    const message = `Rate limit reached for this model in organization org-standin on tokens per min (TPM): Limit 30000, Used 29500, Requested 1200. Please try again in ${retryAfterSeconds ?? 1.4}s. Visit https://platform.openai.com/account/rate-limits to learn more.`;
    return openaiError(
      429,
      "tokens",
      { message, param: null, code: "rate_limit_exceeded" },
      { ...wait, "x-ratelimit-remaining-tokens": "0" },
    );
  },
  failure: (fault) =>
    openaiError(500, fault.type ?? "server_error", {
      message: fault.message ?? SERVER_ERROR,
      param: null,
      code: null,
    }),
  errorChunk(fault) {
    return dataEvent({
      error: {
        message: fault.message ?? SERVER_ERROR,
        type: fault.type ?? "server_error",
        param: null,
        code: null,
      },
    });
  },
  corrupt: corruptText,
};

function listModels(): Outcome {
  const data = CHAT_MODELS.map((model) => ({
    id: model.name,
    object: "model",
    created: 1_700_000_000,
    owned_by: "system",
  }));
  return {
    kind: "call",
    vendor: "openai",
    failures: openaiFailures,
    answer: () => jsonReply(200, { object: "list", data }, responseHeaders()),
  };
}

function responseHeaders(): Record<string, string> {
  return {
    "x-request-id": newId("req_"),
    "openai-version": "2020-10-01",
    "openai-processing-ms": "120",
  };
}

function refuse(status: number, problem: ChatProblem, model?: string): Refusal {
  const reply = openaiError(status, "invalid_request_error", problem);
  return { kind: "refusal", vendor: "openai", reason: problem.message, reply, model };
}
