import { findChatModel } from "./chat-models.ts";
import type { ChatModel } from "./chat-models.ts";
import { chatProblem } from "./chat-rules.ts";
import { answerChat, chatPrompt, thinkingOf } from "./chat.ts";
import { dataEvent, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { newUuid } from "./ids.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { openaiEndpoints } from "./openai-endpoints.ts";
import { DONE, NOT_JSON, STREAM_HEADERS, openaiError, openaiFailures, tooLong } from "./openai.ts";
import { keptResponses } from "./responses-kept.ts";
import { responses } from "./responses.ts";
import type { ResponsesHost } from "./responses.ts";
import type { State } from "./state.ts";

/** `/azure/openai/…`, or `/azure/{resource}/openai/…` to play several resources. */
const ADDRESS = /^(?:\/([\w-]+))?\/openai\/(?:deployments\/([^/]+)|v1)\/chat\/completions$/u;

const RESPONSES_ADDRESS = /^(?:\/([\w-]+))?\/openai\/v1\/responses(\/.*)?$/u;

interface Target {
  resource: string;
  deployment: string;
  model: ChatModel;
  body: JsonObject;
}

export function azure(exchange: Exchange, path: string, state: State): Outcome {
  const { headers, body, method } = exchange;
  const isKnown =
    headers["api-key"] === state.credentials.azureApiKey ||
    headers["authorization"] === `Bearer ${state.credentials.azureToken}`;
  if (!isKnown) return refuse(401, { code: "401", message: ACCESS_DENIED });
  const [, endpointPath] = /\/openai\/(?:deployments\/[^/]+|v1)(\/.*)$/u.exec(path) ?? [];
  const endpoint = openaiEndpoints(exchange, endpointPath ?? "", "azure");
  if (endpoint) return endpoint;
  const asked = RESPONSES_ADDRESS.exec(path);
  if (asked && (asked[2] !== undefined || method === "POST"))
    return azureResponses(exchange, asked[1] ?? "default", asked[2], state);
  const [whole, resource = "default", encoded] = ADDRESS.exec(path) ?? [];
  if (whole === undefined || method !== "POST") return refuse(404, RESOURCE_NOT_FOUND);
  const version = exchange.query.get("api-version");
  // The classic surface does not exist without a version; the newer one only knows names for its previews.
  const isDated = /^\d{4}-\d\d-\d\d(-preview)?$/u.test(version ?? "");
  if (encoded !== undefined ? !isDated : isDated) return refuse(404, RESOURCE_NOT_FOUND);
  if (!isObject(body)) return refuse(400, { ...NOT_JSON, type: "invalid_request_error" });
  if (encoded === undefined && body["model"] === undefined)
    return refuse(400, {
      message: "you must provide a model parameter",
      type: "invalid_request_error",
      param: null,
      code: null,
    });
  const deployment = encoded === undefined ? asString(body["model"]) : decodeURIComponent(encoded);
  const model = findDeployment(deployment);
  if (!model) return refuse(404, { code: "DeploymentNotFound", message: DEPLOYMENT_NOT_FOUND });
  if (encoded !== undefined && model.efforts.length > 0 && (version ?? "") < "2024-12-01") {
    return refuse(400, {
      code: "BadRequest",
      message: `Model ${model.name} is enabled only for api versions 2024-12-01-preview and later`,
    });
  }
  const target = { resource, deployment, model, body };
  return check(target) ?? accept(exchange, target, state);
}

/** The newer surface only; it names the deployment in the body and knows no dates. */
function azureResponses(
  exchange: Exchange,
  resource: string,
  kept: string | undefined,
  state: State,
): Outcome {
  const { body, query } = exchange;
  if (/^\d/u.test(query.get("api-version") ?? "")) return refuse(404, RESOURCE_NOT_FOUND);
  const host = azureHost(resource);
  if (kept !== undefined) return keptResponses(exchange, kept, host, state);
  if (!isObject(body)) return refuse(400, { ...NOT_JSON, type: "invalid_request_error" });
  const model = findDeployment(asString(body["model"]));
  if (!model) return refuse(404, { code: "DeploymentNotFound", message: DEPLOYMENT_NOT_FOUND });
  return responses(exchange, body, model, host, state);
}

function azureHost(resource: string): ResponsesHost {
  return {
    surface: "azure",
    scope: `azure ${resource}`,
    headers: responseHeaders(),
    failures: azureFailures,
    refuse: (status, problem, name) => ({
      ...refuse(status, { ...problem, type: "invalid_request_error" }),
      model: name,
    }),
    decorate: (response) => ({ ...response, content_filters: [] }),
  };
}

/** A deployment is named like its model, or like its model with anything in front: `prod-gpt-4o`. */
function findDeployment(name: string): ChatModel | undefined {
  const start = Math.max(0, name.search(/(gpt-|o\d)/u));
  return findChatModel(name) ?? findChatModel(name.slice(start));
}

function check({ body, model, deployment, resource }: Target): Refusal | undefined {
  const problem = chatProblem(body, model) ?? tooLong(body, model);
  const found = { deployment, region: resource, model: model.name };
  if (problem) return { ...refuse(400, { ...problem, type: "invalid_request_error" }), ...found };
  // A word that stands for a prompt Azure's own filter stops.
  if (
    chatPrompt({ body, model, modelName: "", thinking: "none" }, undefined).text.includes(
      "trigger:content_filter",
    )
  ) {
    return { ...refuse(400, FILTERED), ...found };
  }
  return undefined;
}

function accept(
  exchange: Exchange,
  { resource, deployment, model, body }: Target,
  state: State,
): Outcome {
  return {
    kind: "call",
    vendor: "azure",
    region: resource,
    deployment,
    model: model.name,
    failures: azureFailures,
    answer(wish) {
      const request = { body, model, modelName: model.fullName, thinking: thinkingOf(body, model) };
      const answer = answerChat(
        request,
        `azure ${resource}`,
        wish,
        state.cache,
        exchange.now.getTime(),
      );
      if (body["stream"] !== true)
        return jsonReply(
          200,
          { ...withFilters(answer.completion), ...PROMPT_FILTER },
          responseHeaders(),
        );
      const chunks = [FIRST_CHUNK, ...answer.chunks.map(withFilters)].map(dataEvent);
      return {
        kind: "stream",
        headers: { ...STREAM_HEADERS, ...responseHeaders() },
        chunks: [...chunks, DONE],
      };
    },
  };
}

const SAFE = {
  hate: { filtered: false, severity: "safe" },
  self_harm: { filtered: false, severity: "safe" },
  sexual: { filtered: false, severity: "safe" },
  violence: { filtered: false, severity: "safe" },
};
const PROMPT_FILTER = {
  prompt_filter_results: [
    {
      prompt_index: 0,
      content_filter_results: { ...SAFE, jailbreak: { filtered: false, detected: false } },
    },
  ],
};

/** Comes before the model has said anything, so it has neither id nor model nor choice. */
const FIRST_CHUNK = { choices: [], created: 0, id: "", model: "", object: "", ...PROMPT_FILTER };

function withFilters(answer: JsonObject): JsonObject {
  const choices = asArray(answer["choices"]).map(asObject);
  return {
    ...answer,
    choices: choices.map((choice) => ({
      ...choice,
      content_filter_results: isSpoken(choice) ? SAFE : {},
    })),
  };
}

function isSpoken(choice: JsonObject): boolean {
  return asString(asObject(choice["delta"] ?? choice["message"])["content"]) !== "";
}

const ACCESS_DENIED =
  "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.";
const DEPLOYMENT_NOT_FOUND =
  "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.";
const RESOURCE_NOT_FOUND = { code: "404", message: "Resource not found" };
const FILTERED = {
  message:
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
  type: null,
  param: "prompt",
  code: "content_filter",
  status: 400,
  innererror: {
    code: "ResponsibleAIPolicyViolation",
    content_filter_result: { ...SAFE, violence: { filtered: true, severity: "medium" } },
  },
};

const azureFailures: Failures = {
  ...openaiFailures,
  throttle(retryAfterSeconds) {
    const seconds = retryAfterSeconds ?? 24;
    const message = `Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after ${seconds} seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.`;
    const wait = waitHeaders(retryAfterSeconds, true);
    return jsonReply(
      429,
      { error: { code: "429", message } },
      { ...responseHeaders(), ...wait, "x-ratelimit-remaining-tokens": "0" },
    );
  },
  failure: (fault) =>
    openaiError(500, fault.type ?? "server_error", {
      message:
        fault.message ?? "The server had an error while processing your request. Sorry about that!",
      param: null,
      code: null,
    }),
};

function responseHeaders(): Record<string, string> {
  return {
    "apim-request-id": newUuid(),
    "x-ms-region": "East US",
    "x-request-id": newUuid(),
    "x-ratelimit-remaining-requests": "99",
  };
}

function refuse(status: number, error: JsonObject): Refusal {
  const reply: Reply = jsonReply(status, { error }, responseHeaders());
  return { kind: "refusal", vendor: "azure", reason: asString(error["message"]), reply };
}
