import { createHash } from "node:crypto";
import { corruptText, dataEvent, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply, Stream, Vendor } from "./exchange.ts";
import { asArray, asObject, asString, isObject, unknownField } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { countTokens } from "./tokens.ts";

/** The same numbers for the same text, every one exact as a 32-bit float. */
export function vectorOf(text: string, dimensions: number): number[] {
  const digest = createHash("sha256").update(text).digest();
  return Array.from({ length: dimensions }, (_, index) => (digest[index % 32] ?? 0) / 256 - 0.5);
}

function tokensIn(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}

const TITAN_SIZES = new Set([256, 512, 1024]);

/** `POST /bedrock/{region}/model/{id}/invoke` of a model that embeds; undefined for all others. */
export function bedrockEmbeddings(
  exchange: Exchange,
  path: string,
  region: string,
): Outcome | undefined {
  const [, encoded, operation] = /\/model\/([^/]+)\/([\w-]+)$/u.exec(path) ?? [];
  const model = decodeURIComponent(encoded ?? "");
  if (!/^(amazon\.titan-embed|([a-z]+\.)?cohere\.embed)/u.test(model)) return undefined;
  const said = { vendor: "bedrock" as const, region, model };
  const body = asObject(exchange.body);
  const problem =
    operation !== "invoke"
      ? "The model does not support streaming."
      : model.includes("cohere")
        ? cohereProblem(body, [
            "texts",
            "input_type",
            "embedding_types",
            "output_dimension",
            "truncate",
          ])
        : titanProblem(body);
  if (problem !== undefined)
    return refuse({ ...said, status: 400, message: problem, error: { message: problem } });
  if (!model.includes("cohere")) return accept(said, () => jsonReply(200, titanAnswer(body)));
  const texts = asArray(body["texts"]).map(asString);
  return accept(said, () =>
    jsonReply(
      200,
      {
        id: "standin",
        response_type: "embeddings_by_type",
        embeddings: {
          float: texts.map((text) => vectorOf(text, Number(body["output_dimension"] ?? 1024))),
        },
        texts,
      },
      // Bedrock itself tells the count only here.
      { "x-amzn-bedrock-input-token-count": String(tokensIn(texts)) },
    ),
  );
}

function titanProblem(body: JsonObject): string | undefined {
  const known = new Set(["inputText", "dimensions", "normalize", "embeddingTypes"]);
  const extra = unknownField(body, known);
  if (extra !== undefined)
    return `Malformed input request: #: extraneous key [${extra}] is not permitted`;
  if (asString(body["inputText"]) === "")
    return "Malformed input request: #: required key [inputText] not found";
  const { dimensions } = body;
  return dimensions === undefined || TITAN_SIZES.has(Number(dimensions))
    ? undefined
    : `Malformed input request: #/dimensions: ${String(dimensions)} is not a valid enum value`;
}

function titanAnswer(body: JsonObject): JsonObject {
  const text = asString(body["inputText"]);
  const embedding = vectorOf(text, Number(body["dimensions"] ?? 1024));
  return {
    embedding,
    embeddingsByType: { float: embedding },
    inputTextTokenCount: countTokens(text),
  };
}

const INPUT_TYPES = ["search_document", "search_query", "classification", "clustering", "image"];

function cohereProblem(body: JsonObject, known: readonly string[]): string | undefined {
  const extra = unknownField(body, new Set(known));
  if (extra !== undefined) return `unknown field: parameter '${extra}' is not a valid field`;
  const texts = asArray(body["texts"]);
  if (texts.length === 0) return "invalid request: at least one text is required";
  if (texts.length > 96) return "invalid request: total number of texts must be at most 96";
  if (!INPUT_TYPES.includes(asString(body["input_type"])))
    return "invalid request: valid input_type must be provided with the provided model";
  return undefined;
}

/** `POST /cohere/v2/embed`. */
export function cohereEmbed(exchange: Exchange): Outcome {
  const body = asObject(exchange.body);
  const model = asString(body["model"]);
  const said = { vendor: "others" as const, deployment: "cohere", model };
  const known = ["model", "texts", "input_type", "embedding_types", "output_dimension", "truncate"];
  const problem = cohereProblem(body, known);
  if (problem !== undefined)
    return refuse({ ...said, status: 400, message: problem, error: { message: problem } });
  const texts = asArray(body["texts"]).map(asString);
  return accept(said, () =>
    jsonReply(200, {
      id: "standin",
      embeddings: {
        float: texts.map((text) => vectorOf(text, Number(body["output_dimension"] ?? 1536))),
      },
      texts,
      meta: { api_version: { version: "2" }, billed_units: { input_tokens: tokensIn(texts) } },
    }),
  );
}

/** `POST /cohere/v2/rerank`: the longest document is the best. */
export function cohereRerank(exchange: Exchange): Outcome {
  const body = asObject(exchange.body);
  const model = asString(body["model"]);
  const said = { vendor: "others" as const, deployment: "cohere", model };
  const known = new Set(["model", "query", "documents", "top_n", "max_tokens_per_doc", "priority"]);
  const extra = unknownField(body, known);
  if (extra !== undefined) {
    const message = `unknown field: parameter '${extra}' is not a valid field`;
    return refuse({ ...said, status: 400, message, error: { message } });
  }
  const documents = asArray(body["documents"]).map(asString);
  const results = documents
    .map((document, index) => ({ index, relevance_score: document.length / 1000 }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, Number(body["top_n"] ?? documents.length));
  return accept(said, () =>
    jsonReply(200, {
      id: "standin",
      results,
      meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } },
    }),
  );
}

/** `:predict` and `:embedContent` on Vertex; undefined for every other model. */
export function vertexEmbeddings(
  exchange: Exchange,
  model: string,
  method: string,
): Outcome | undefined {
  if (!/^(text-embedding|gemini-embedding)/u.test(model)) return undefined;
  const said = { vendor: "vertex" as const, model };
  const isNew = model.startsWith("gemini-embedding") && model !== "gemini-embedding-001";
  if (method !== (isNew ? "embedContent" : "predict"))
    return invalidArgument(said, `Method ${method} is not supported by ${model}`);
  const body = asObject(exchange.body);
  return isNew ? embedContent(said, body) : predict(said, body, model);
}

const CONTENT_FIELDS = new Set(["model", "content", "taskType", "title", "outputDimensionality"]);
const TASKS = new Set([
  "TASK_TYPE_UNSPECIFIED",
  "RETRIEVAL_QUERY",
  "RETRIEVAL_DOCUMENT",
  "SEMANTIC_SIMILARITY",
  "CLASSIFICATION",
  "CLUSTERING",
  "QUESTION_ANSWERING",
  "FACT_VERIFICATION",
  "CODE_RETRIEVAL_QUERY",
]);

/** AI Studio's `:embedContent` and `:batchEmbedContents`; undefined for models that make no vectors. */
export function aiStudioEmbeddings(
  exchange: Exchange,
  model: string,
  method: string,
): Outcome | undefined {
  if (!model.startsWith("gemini-embedding") || !method.includes("mbedContent")) return undefined;
  const said = { vendor: "ai-studio" as const, model };
  const body = asObject(exchange.body);
  const isBatch = method === "batchEmbedContents";
  const extra = isBatch ? unknownField(body, new Set(["requests"])) : undefined;
  if (extra !== undefined) return invalidArgument(said, `Unknown name "${extra}"`);
  const requests = isBatch ? asArray(body["requests"]).map(asObject) : [body];
  if (requests.length === 0 || requests.length > 100)
    return invalidArgument(said, "at most 100 requests can be in one batch");
  const problem = requests.map((one) => contentProblem(one, model, isBatch)).find(Boolean);
  if (problem !== undefined) return invalidArgument(said, problem);
  const texts = requests.map((one) => textOfContent(one["content"]));
  const embeddings = requests.map((one, index) => ({
    values: vectorOf(texts[index] ?? "", Number(one["outputDimensionality"] ?? 3072)),
  }));
  const usageMetadata = { promptTokenCount: tokensIn(texts) };
  return accept(said, () =>
    jsonReply(200, {
      ...(isBatch ? { embeddings } : { embedding: embeddings[0] }),
      usageMetadata,
    }),
  );
}

function contentProblem(request: JsonObject, model: string, isBatch: boolean): string | undefined {
  const extra = unknownField(request, CONTENT_FIELDS);
  if (extra !== undefined) return `Unknown name "${extra}": Cannot find field.`;
  if (isBatch && request["model"] !== `models/${model}`)
    return "* BatchEmbedContentsRequest.requests[0].model: unexpected model name format";
  if (textOfContent(request["content"]) === "") return "content is empty";
  const task = request["taskType"];
  if (task !== undefined && !TASKS.has(asString(task)))
    return `Invalid value at 'task_type' (TYPE_ENUM), "${asString(task)}"`;
  return undefined;
}

function textOfContent(content: unknown): string {
  const parts = asArray(asObject(content)["parts"]).map(asObject);
  return parts.map((part) => asString(part["text"])).join("");
}

function predict(said: Said, body: JsonObject, model: string): Outcome {
  const extra = unknownField(body, new Set(["instances", "parameters"]));
  if (extra !== undefined) return invalidArgument(said, `Unknown name "${extra}"`);
  const instances = asArray(body["instances"]).map(asObject);
  const known = new Set(["content", "task_type", "title"]);
  const odd = instances.find((one) => unknownField(one, known) !== undefined);
  if (odd !== undefined) return invalidArgument(said, "Unknown name in instances");
  const task = instances.map((one) => one["task_type"] ?? "RETRIEVAL_QUERY").map(asString);
  if (!task.every((one) => TASKS.has(one))) return invalidArgument(said, "Invalid task_type");
  const most = model === "gemini-embedding-001" ? 1 : 250;
  if (instances.length === 0 || instances.length > most)
    return invalidArgument(said, `The number of instances must be between 1 and ${most}.`);
  const size = Number(asObject(body["parameters"])["outputDimensionality"] ?? 768);
  const predictions = instances.map((instance) => {
    const text = asString(instance["content"]);
    const statistics = { token_count: countTokens(text), truncated: false };
    return { embeddings: { values: vectorOf(text, size), statistics } };
  });
  return accept(said, () =>
    jsonReply(200, { predictions, metadata: { billableCharacterCount: 1 } }),
  );
}

function embedContent(said: Said, body: JsonObject): Outcome {
  const extra = unknownField(
    body,
    new Set(["content", "taskType", "title", "outputDimensionality", "autoTruncate"]),
  );
  if (extra !== undefined) return invalidArgument(said, `Unknown name "${extra}"`);
  const texts = asArray(asObject(body["content"])["parts"]).map((part) =>
    asString(asObject(part)["text"]),
  );
  const values = vectorOf(texts.join(""), Number(body["outputDimensionality"] ?? 3072));
  return accept(said, () =>
    jsonReply(200, {
      embedding: { values },
      usageMetadata: { promptTokenCount: tokensIn(texts), totalTokenCount: tokensIn(texts) },
    }),
  );
}

function invalidArgument(said: Said, message: string): Refusal {
  const error = { error: { code: 400, message, status: "INVALID_ARGUMENT" } };
  return refuse({ ...said, status: 400, message, error });
}

interface Said {
  vendor: Vendor;
  model: string;
  region?: string;
  deployment?: string;
}

export function accept(said: Said, answer: () => Reply | Stream): Outcome {
  return { kind: "call", ...said, failures: FAILURES, answer };
}

export function refuse({
  status,
  message,
  error,
  ...said
}: Said & { status: number; message: string; error: JsonObject }): Refusal {
  return { kind: "refusal", ...said, reason: message, reply: jsonReply(status, error) };
}

const FAILURES: Failures = {
  throttle: (seconds) => jsonReply(429, { message: "Too many requests" }, waitHeaders(seconds)),
  failure: (fault) => jsonReply(500, { message: fault.message ?? "Internal error" }),
  errorChunk: (fault) => dataEvent({ message: fault.message ?? "Internal error" }),
  corrupt: corruptText,
};

/** A body that has to be an object, with nothing in it but these. */
export function strictBody(body: unknown, known: readonly string[]): JsonObject | string {
  if (!isObject(body)) return "We could not parse the JSON body of your request.";
  const extra = unknownField(body, new Set(known));
  return extra === undefined ? body : `Unrecognized request argument supplied: ${extra}`;
}
