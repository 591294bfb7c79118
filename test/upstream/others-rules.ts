import { jsonReply } from "./exchange.ts";
import type { Reply } from "./exchange.ts";
import { asArray, asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import {
  alternationProblem,
  deepseekProblem,
  FOREIGN,
  groqProblem,
  mistralProblem,
  plainProblem,
  roleProblem,
  unknownIn,
} from "./others-problems.ts";

/** One vendor's accent: where it listens, what it refuses, where it counts, how it complains. */
export interface OtherVendor {
  base: string;
  /** The first thing it would refuse about a request that is otherwise fine. */
  problem(body: JsonObject): string | undefined;
  problemStatus?: number;
  whole(completion: JsonObject): JsonObject;
  chunks(chunks: JsonObject[], body: JsonObject): JsonObject[];
  /** What it sends while a request waits. */
  comment?: string;
  error(status: number, message: string): Reply;
  errorChunk(message: string): JsonObject;
}

function openaiLikeError(status: number, message: string): Reply {
  return jsonReply(status, {
    error: { message, type: "invalid_request_error", param: null, code: null },
  });
}

/** Counts as OpenAI does when asked, errors as OpenAI's. */
const PLAIN: Omit<OtherVendor, "base"> = {
  problem: plainProblem,
  whole: (completion) => withoutOpenAis(completion),
  chunks: (chunks, body) =>
    asObject(body["stream_options"])["include_usage"] === true
      ? chunks
      : chunks.filter((chunk) => asArray(chunk["choices"]).length > 0),
  error: openaiLikeError,
  errorChunk: (message) => ({ error: { message, type: "server_error" } }),
};

function withoutOpenAis({ service_tier: _, ...completion }: JsonObject): JsonObject {
  return completion;
}

function mistralIds(choice: JsonObject, member: string): JsonObject {
  const message = asObject(choice[member]);
  const calls = asArray(message["tool_calls"]).map(asObject);
  if (calls.length === 0) return choice;
  const tool_calls = calls.map((call) => {
    const id = asString(call["id"]);
    return id === "" ? call : { ...call, id: id.replaceAll(/[^a-zA-Z0-9]/gu, "").slice(-9) };
  });
  return { ...choice, [member]: { ...message, tool_calls } };
}

function mistralLength(choice: JsonObject): JsonObject {
  return choice["finish_reason"] === "length"
    ? { ...choice, finish_reason: "model_length" }
    : choice;
}

function mapChoices(chunk: JsonObject, map: (choice: JsonObject) => JsonObject): JsonObject {
  return { ...chunk, choices: asArray(chunk["choices"]).map((choice) => map(asObject(choice))) };
}

/** The last chunk with a choice, and the one that only counts. */
function lastWords(chunks: JsonObject[]): {
  said: JsonObject[];
  last: JsonObject;
  usage: JsonObject;
} {
  const spoken = chunks.filter((chunk) => asArray(chunk["choices"]).length > 0);
  const counted = chunks.find((chunk) => asArray(chunk["choices"]).length === 0);
  return {
    said: spoken.slice(0, -1),
    last: spoken.at(-1) ?? {},
    usage: asObject(counted?.["usage"]),
  };
}

/** `usage` moves to the last chunk that says something. */
function countedOnLast(chunks: JsonObject[]): JsonObject[] {
  const { said, last, usage } = lastWords(chunks);
  return [...said.map(withoutUsage), { ...last, usage }];
}

function withoutUsage({ usage: _, ...chunk }: JsonObject): JsonObject {
  return chunk;
}

function deepseekUsage(usage: JsonObject): JsonObject {
  // It says so in OpenAI's words and in its own, older ones.
  const hit = Number(asObject(usage["prompt_tokens_details"])["cached_tokens"] ?? 0);
  return {
    ...usage,
    prompt_cache_hit_tokens: hit,
    prompt_cache_miss_tokens: Number(usage["prompt_tokens"] ?? 0) - hit,
  };
}

function inUsage(value: JsonObject, map: (usage: JsonObject) => JsonObject): JsonObject {
  return value["usage"] ? { ...value, usage: map(asObject(value["usage"])) } : value;
}

/** Most of a call's price is its search. */
function perplexityUsage(usage: JsonObject): JsonObject {
  const cost = { input_tokens_cost: 0.0001, output_tokens_cost: 0.0001, request_cost: 0.006 };
  return { ...usage, search_context_size: "low", cost: { ...cost, total_cost: 0.0062 } };
}

/** xAI counts thoughts beside the completion. */
const XAI_THOUGHTS = 7;
function xaiUsage(usage: JsonObject): JsonObject {
  const prompt = Number(usage["prompt_tokens"]);
  const completion = Number(usage["completion_tokens"]);
  return {
    ...usage,
    total_tokens: prompt + completion + XAI_THOUGHTS,
    completion_tokens_details: { reasoning_tokens: XAI_THOUGHTS },
  };
}

/** Some servers of open models write a call's arguments as the object itself. */
function withObjectArguments(choice: JsonObject): JsonObject {
  const message = asObject(choice["message"]);
  const calls = asArray(message["tool_calls"]).map(asObject);
  if (calls.length === 0) return choice;
  const tool_calls = calls.map((call) => {
    const called = asObject(call["function"]);
    const parsed: unknown = JSON.parse(asString(called["arguments"]));
    return { ...call, function: { ...called, arguments: parsed } };
  });
  return { ...choice, message: { ...message, tool_calls } };
}

/** By the first step of the path, which stands for the vendor's host. */
export const OTHERS: Record<string, OtherVendor> = {
  mistral: {
    base: "/v1",
    problem: mistralProblem,
    problemStatus: 422,
    whole: (completion) =>
      mapChoices(withoutOpenAis(completion), (choice) =>
        mistralLength(mistralIds(choice, "message")),
      ),
    chunks: (chunks) =>
      countedOnLast(chunks).map((chunk) =>
        mapChoices(chunk, (choice) => mistralLength(mistralIds(choice, "delta"))),
      ),
    error: (status, message) =>
      status === 422
        ? jsonReply(422, {
            object: "error",
            message: { detail: [{ type: "extra_forbidden", loc: ["body"], msg: message }] },
            type: "invalid_request_error",
            param: null,
            code: null,
          })
        : jsonReply(status, { object: "error", message, type: "error", param: null, code: "1300" }),
    errorChunk: (message) => ({
      object: "error",
      error: { message, type: "internal_error", code: 500 },
    }),
  },
  groq: {
    ...PLAIN,
    base: "/openai/v1",
    problem: groqProblem,
    chunks: (chunks) => {
      const { said, last, usage } = lastWords(chunks);
      return [...said.map(withoutUsage), { ...withoutUsage(last), x_groq: { id: "req_1", usage } }];
    },
    errorChunk: (message) => ({ choices: [], x_groq: { id: "req_1", error: message } }),
  },
  together: { ...PLAIN, base: "/v1" },
  fireworks: {
    ...PLAIN,
    base: "/inference/v1",
    problem: (body) =>
      asString(body["model"]).startsWith("accounts/")
        ? plainProblem(body)
        : "Model not found, inaccessible, and/or not deployed",
    error: (status, message) =>
      jsonReply(status, { error: { object: "error", type: "invalid_request_error", message } }),
  },
  perplexity: {
    ...PLAIN,
    base: "",
    problem: (body) => alternationProblem(body) ?? plainProblem(body),
    whole: (completion) => ({
      ...inUsage(withoutOpenAis(completion), perplexityUsage),
      citations: ["https://example.com/"],
      search_results: [{ title: "Example", url: "https://example.com/" }],
    }),
    // It counts in every chunk, and the last count stands.
    chunks: (chunks) => {
      const { said, last, usage } = lastWords(chunks);
      return [...said, last].map((chunk) => ({
        ...chunk,
        usage: perplexityUsage(usage),
        citations: ["https://example.com/"],
        search_results: [{ title: "Example", url: "https://example.com/" }],
      }));
    },
    error: (status, message) =>
      status === 401
        ? {
            kind: "reply",
            status,
            headers: { "content-type": "text/html" },
            body: "<html><head><title>401 Authorization Required</title></head></html>",
          }
        : jsonReply(status, { error: { message, type: "invalid_message", code: status } }),
  },
  deepseek: {
    ...PLAIN,
    base: "",
    problem: deepseekProblem,
    comment: "keep-alive",
    whole: (completion) => inUsage(withoutOpenAis(completion), deepseekUsage),
    chunks: (chunks, body) =>
      PLAIN.chunks(chunks, body).map((chunk) => inUsage(chunk, deepseekUsage)),
    errorChunk: (message) => ({
      id: "",
      choices: [
        { index: 0, delta: { content: message }, finish_reason: "insufficient_system_resource" },
      ],
    }),
  },
  xai: {
    ...PLAIN,
    base: "/v1",
    problem: (body) => unknownIn(body, [...FOREIGN, "logit_bias"]),
    whole: (completion) => inUsage(withoutOpenAis(completion), xaiUsage),
    chunks: (chunks, body) => PLAIN.chunks(chunks, body).map((chunk) => inUsage(chunk, xaiUsage)),
    error: (status, message) =>
      jsonReply(status, { code: "Client specified an invalid argument", error: message }),
  },
  openrouter: {
    ...PLAIN,
    base: "/api/v1",
    problem: roleProblem,
    comment: "OPENROUTER PROCESSING",
    whole: (completion) =>
      inUsage({ ...withoutOpenAis(completion), provider: "DeepInfra" }, (usage) => ({
        ...usage,
        cost: 0.0123,
      })),
    chunks: (chunks, body) =>
      PLAIN.chunks(chunks, body).map((chunk) =>
        inUsage(chunk, (usage) => ({ ...usage, cost: 0.0123 })),
      ),
    error: (status, message) => jsonReply(status, { error: { code: status, message } }),
    errorChunk: (message) => ({
      id: "gen-1",
      error: { code: 502, message },
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
    }),
  },
  // Its documentation lists what it refuses of OpenAI's: https://inference-docs.cerebras.ai/resources/openai
  cerebras: {
    ...PLAIN,
    base: "/v1",
    problem: (body) => {
      const names = ["frequency_penalty", "logit_bias", "presence_penalty", "parallel_tool_calls"];
      return unknownIn(body, [...FOREIGN, ...names]);
    },
  },
  cloudflare: {
    ...PLAIN,
    base: "/client/v4/accounts/standin/ai/v1",
    error: (status, message) =>
      jsonReply(status, {
        errors: [{ message, code: 5006 }],
        success: false,
        result: {},
        messages: [],
      }),
  },
  ollama: {
    ...PLAIN,
    base: "/v1",
    problem: roleProblem,
    error: (status, message) => jsonReply(status, { error: message }),
  },
  huggingface: {
    ...PLAIN,
    base: "/v1",
    problem: (body) =>
      asArray(body["stop"]).length > 4
        ? "`stop` supports up to 4 stop sequences"
        : plainProblem(body),
    whole: (completion) => mapChoices(withoutOpenAis(completion), withObjectArguments),
    error: (status, message) => jsonReply(status, { error: message, error_type: "validation" }),
    errorChunk: (message) => ({ error: message, error_type: "generation" }),
  },
  nvidia: {
    ...PLAIN,
    base: "/v1",
    problem: (body) => unknownIn(body, [...FOREIGN, "user", "max_completion_tokens"]),
    problemStatus: 422,
    error: (status, message) =>
      jsonReply(status, {
        detail: [{ type: "extra_forbidden", loc: ["body", "field"], msg: message }],
      }),
  },
  cohere: {
    ...PLAIN,
    base: "/compatibility/v1",
    problem: (body) => {
      const names = [
        "logit_bias",
        "top_logprobs",
        "n",
        "modalities",
        "audio",
        "parallel_tool_calls",
      ];
      return unknownIn(body, [...FOREIGN, ...names, "max_completion_tokens", "user"]);
    },
    error: (status, message) => jsonReply(status, { id: "standin", message }),
  },
};
