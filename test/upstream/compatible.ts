import { answerChat } from "./chat.ts";
import type { ChatRequest } from "./chat.ts";
import { jsonReply, waitHeaders, corruptText, dataEvent } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { DONE, STREAM_HEADERS } from "./openai.ts";
import { pieces } from "./pretend.ts";
import type { State } from "./state.ts";

/** A server of open models, as vLLM is: any model name, unknown fields ignored, errors in its own shape. */
export function compatible(exchange: Exchange, path: string, state: State): Outcome {
  if (exchange.headers["authorization"] !== `Bearer ${state.credentials.compatibleApiKey}`) {
    return refuse(
      {
        kind: "reply",
        status: 401,
        headers: { "content-type": "application/json" },
        body: '{"error":"Unauthorized"}',
      },
      "Unauthorized",
    );
  }
  if (path !== "/v1/chat/completions" || exchange.method !== "POST")
    return refuse(jsonReply(404, { detail: "Not Found" }), "Not Found");
  const { body } = exchange;
  if (!isObject(body)) return refuse(validation("JSON decode error"), "JSON decode error");
  const missing = ["model", "messages"].find((name) => body[name] === undefined);
  if (missing !== undefined)
    return refuse(validation(`${missing}: Field required`), `${missing}: Field required`);
  if (asArray(body["messages"]).length === 0)
    return refuse(
      validation("messages: List should have at least 1 item"),
      "messages: List should have at least 1 item",
    );
  const parts = asArray(body["messages"]).flatMap((one) => asArray(asObject(one)["content"]));
  if (parts.some((part) => asObject(part)["type"] === "file"))
    return refuse(validation("Unknown part type: file"), "Unknown part type: file");
  return accept(exchange, body, state);
}

function accept(exchange: Exchange, body: JsonObject, state: State): Outcome {
  const modelName = asString(body["model"]);
  const thinks = asObject(body["chat_template_kwargs"])["enable_thinking"] === true;
  const request: ChatRequest = {
    body,
    model: undefined,
    modelName,
    thinking: thinks ? "streamed" : "none",
  };
  return {
    kind: "call",
    vendor: "compatible",
    model: modelName,
    failures: compatibleFailures,
    answer(wish) {
      const { completion, chunks } = answerChat(
        request,
        "compatible",
        wish,
        state.cache,
        exchange.now.getTime(),
      );
      if (body["stream"] !== true)
        return jsonReply(200, thinks ? withThought(completion) : completion);
      const first = chunks[0];
      const thoughts =
        thinks && first ? pieces(THOUGHT).map((piece) => thoughtChunk(first, piece)) : [];
      return {
        kind: "stream",
        headers: STREAM_HEADERS,
        chunks: [...chunks.slice(0, 1), ...thoughts, ...chunks.slice(1)]
          .map(dataEvent)
          .concat(DONE),
      };
    },
  };
}

const THOUGHT = "The request is plain, so I answer it directly.";

/** The field was `reasoning_content` until 2025. */
function withThought(completion: JsonObject): JsonObject {
  const choices = asArray(completion["choices"]).map(asObject);
  return {
    ...completion,
    choices: choices.map((choice) => ({
      ...choice,
      message: { ...asObject(choice["message"]), reasoning: THOUGHT },
    })),
  };
}

function thoughtChunk(first: JsonObject, piece: string): JsonObject {
  return {
    ...first,
    choices: [{ index: 0, delta: { reasoning: piece }, logprobs: null, finish_reason: null }],
  };
}

const compatibleFailures: Failures = {
  throttle(retryAfterSeconds) {
    const wait = waitHeaders(retryAfterSeconds);
    return jsonReply(429, errorBody("Too many requests", "RateLimitError", 429), wait);
  },
  failure: (fault) =>
    jsonReply(
      500,
      errorBody(
        fault.message ?? "EngineCore encountered an issue.",
        fault.type ?? "InternalServerError",
        500,
      ),
    ),
  errorChunk: (fault) =>
    dataEvent(
      errorBody(
        fault.message ?? "EngineCore encountered an issue.",
        fault.type ?? "InternalServerError",
        500,
      ),
    ),
  corrupt: corruptText,
};

function errorBody(message: string, type: string, code: number): JsonObject {
  return { error: { message, type, param: null, code } };
}

function validation(message: string): Reply {
  return jsonReply(400, errorBody(message, "BadRequestError", 400));
}

function refuse(reply: Reply, reason: string): Refusal {
  return { kind: "refusal", vendor: "compatible", reason, reply };
}
