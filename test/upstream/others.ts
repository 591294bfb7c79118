import { answerChat } from "./chat.ts";
import { cohereChat } from "./cohere.ts";
import { cohereEmbed, cohereRerank } from "./embeddings.ts";
import { corruptText, dataEvent, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { asArray, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { openaiEndpoints } from "./openai-endpoints.ts";
import { DONE, STREAM_HEADERS } from "./openai.ts";
import { abilityProblem, withAbilities } from "./others-abilities.ts";
import { OTHERS, type OtherVendor } from "./others-rules.ts";
import type { State } from "./state.ts";

/** The key each of these vendors accepts. Ollama asks for none. */
export function otherKey(vendor: string): string {
  return `stand-in-${vendor}-key`;
}

/** `/{vendor}/…`: everybody who speaks OpenAI's grammar with an accent of their own. */
export function others(
  exchange: Exchange,
  host: string,
  path: string,
  state: State,
): Outcome | undefined {
  const name = host.slice(1);
  const vendor = OTHERS[name];
  if (vendor === undefined) return undefined;
  const refuse = (status: number, message: string): Refusal => ({
    kind: "refusal",
    vendor: "others",
    deployment: name,
    reason: message,
    reply: vendor.error(status, message),
  });
  const isKnown = exchange.headers["authorization"] === `Bearer ${otherKey(name)}`;
  if (name !== "ollama" && !isKnown) return refuse(401, "Unauthorized");
  const endpoint = otherEndpoint(exchange, name, path, vendor);
  if (endpoint !== undefined) return endpoint;
  if (path !== `${vendor.base}/chat/completions` || exchange.method !== "POST")
    return refuse(404, "Not Found");
  const { body } = exchange;
  if (!isObject(body)) return refuse(400, "the body is not JSON");
  const problem = basicProblem(body) ?? vendor.problem(body) ?? abilityProblem(name, body);
  if (problem !== undefined) return refuse(vendor.problemStatus ?? 400, problem);
  return accept(exchange, body, name, vendor, state);
}

function otherEndpoint(
  exchange: Exchange,
  name: string,
  path: string,
  { base }: OtherVendor,
): Outcome | undefined {
  if (name === "cohere" && path === "/v2/chat") return cohereChat(exchange);
  if (name === "cohere" && path === "/v2/embed") return cohereEmbed(exchange);
  if (name === "cohere" && path === "/v2/rerank") return cohereRerank(exchange);
  return path.startsWith(base)
    ? openaiEndpoints(exchange, path.slice(base.length), name)
    : undefined;
}

function basicProblem(body: JsonObject): string | undefined {
  if (asString(body["model"]) === "") return "model: Field required";
  if (asArray(body["messages"]).length === 0) return "messages: Field required";
  return undefined;
}

function accept(
  exchange: Exchange,
  body: JsonObject,
  name: string,
  vendor: OtherVendor,
  state: State,
): Outcome {
  const modelName = asString(body["model"]);
  return {
    kind: "call",
    vendor: "others",
    deployment: name,
    model: modelName,
    failures: failuresOf(vendor),
    answer(wish) {
      const request = {
        // The vendor counts in its own place, whether or not it was asked the way OpenAI is.
        body: { ...body, stream_options: { include_usage: true } },
        model: undefined,
        modelName,
        thinking: "none" as const,
      };
      const answer = answerChat(request, name, wish, state.cache, exchange.now.getTime());
      const { completion, chunks } = withAbilities(name, body, answer);
      if (body["stream"] !== true) return jsonReply(200, vendor.whole(completion));
      return {
        kind: "stream",
        headers: STREAM_HEADERS,
        chunks: [
          ...(vendor.comment === undefined ? [] : [Buffer.from(`: ${vendor.comment}\n\n`)]),
          ...vendor.chunks(chunks, body).map(dataEvent),
          DONE,
        ],
      };
    },
  };
}

function failuresOf(vendor: OtherVendor): Failures {
  return {
    throttle(retryAfterSeconds) {
      const reply: Reply = vendor.error(429, "Rate limit exceeded");
      return { ...reply, headers: { ...reply.headers, ...waitHeaders(retryAfterSeconds) } };
    },
    failure: (fault) => vendor.error(500, fault.message ?? "Internal error"),
    errorChunk: (fault) => dataEvent(vendor.errorChunk(fault.message ?? "The engine broke down")),
    corrupt: corruptText,
  };
}
