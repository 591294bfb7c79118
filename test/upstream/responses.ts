import type { ChatModel } from "./chat-models.ts";
import type { ChatProblem } from "./chat-problem.ts";
import type { Exchange, Failures, Fault, Outcome, Reply, Stream } from "./exchange.ts";
import { jsonReply } from "./exchange.ts";
import type { JsonObject } from "./json.ts";
import { answerResponses } from "./responses-answer.ts";
import { responsesInputTokens } from "./responses-prompt.ts";
import { responsesProblem } from "./responses-rules.ts";
import type { ResponsesSurface } from "./responses-rules.ts";
import { ownItems, recall } from "./responses-store.ts";
import type { State } from "./state.ts";

/** What OpenAI and Azure each do in their own way. */
export interface ResponsesHost {
  surface: ResponsesSurface;
  /** The account: whose prompt cache, whose kept answers, whose hidden thoughts. */
  scope: string;
  headers: Record<string, string>;
  failures: Failures;
  refuse(status: number, problem: ChatProblem, model: string): Outcome;
  /** Adds what only this host says about an answer. */
  decorate(response: JsonObject): JsonObject;
}

/** A request for a known model, from a caller who may ask. */
export function responses(
  exchange: Exchange,
  body: JsonObject,
  model: ChatModel,
  host: ResponsesHost,
  state: State,
): Outcome {
  const memory = { scope: host.scope, store: state.responses };
  const recalled = recall(body, memory);
  if (isProblem(recalled)) return host.refuse(400, recalled, model.name);
  const problem =
    responsesProblem(recalled, model, host.surface, memory) ?? tooLong(recalled, model);
  if (problem) return host.refuse(400, problem, model.name);
  return {
    kind: "call",
    vendor: host.surface,
    model: model.name,
    failures: { ...host.failures, errorChunk },
    answer(wish) {
      const nowMs = exchange.now.getTime();
      const request = { body: recalled, model };
      const answer = answerResponses(request, host.scope, wish, state.cache, nowMs);
      if (body["store"] !== false)
        state.responses.keep(host.scope, host.decorate(answer.whole), ownItems(body));
      return body["stream"] === true ? streamOf(answer.events, host) : wholeOf(answer.whole, host);
    },
  };
}

function isProblem(recalled: JsonObject | ChatProblem): recalled is ChatProblem {
  return "message" in recalled;
}

function wholeOf(response: JsonObject, host: ResponsesHost): Reply {
  return jsonReply(200, host.decorate(response), host.headers);
}

function streamOf(events: JsonObject[], host: ResponsesHost): Stream {
  const headers = { "content-type": "text/event-stream; charset=utf-8", ...host.headers };
  return { kind: "stream", headers, chunks: events.map(namedEvent) };
}

function namedEvent(event: JsonObject): Buffer {
  return Buffer.from(`event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
}

const SERVER_ERROR = "An error occurred while processing your request. You can retry your request.";

/** OpenAI says it twice: as an error, and as the end of the response. */
function errorChunk(
  { type = "server_error", message = SERVER_ERROR }: Fault,
  index: number,
): Buffer {
  const error = { type, code: type, message, param: null };
  const failed = { object: "response", status: "failed", error: { code: type, message } };
  return Buffer.concat([
    namedEvent({ type: "error", sequence_number: index, error }),
    namedEvent({ type: "response.failed", sequence_number: index + 1, response: failed }),
  ]);
}

function tooLong(body: JsonObject, model: ChatModel): ChatProblem | undefined {
  if (responsesInputTokens(body) <= model.contextTokens) return undefined;
  return {
    message:
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
    param: "input",
    code: "context_length_exceeded",
  };
}
