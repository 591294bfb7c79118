import { tooLong } from "./anthropic.ts";
import { bedrockFailures, refuse, requestId } from "./bedrock-errors.ts";
import { findBedrockModel } from "./bedrock-models.ts";
import type { ClaudeModel } from "./claude-models.ts";
import { claudeProblem } from "./claude-rules.ts";
import { BEDROCK } from "./claude-surfaces.ts";
import type { ClaudeRequest } from "./claude-surfaces.ts";
import { answerClaude, countClaudeTokens } from "./claude.ts";
import type { ClaudeUsage } from "./claude.ts";
import { converse } from "./converse.ts";
import { bedrockEmbeddings } from "./embeddings.ts";
import { encodeFrame } from "./eventstream.ts";
import { jsonReply } from "./exchange.ts";
import type { Call, Exchange, Outcome, Refusal } from "./exchange.ts";
import { asArray, asObject, asString, isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { checkSignature } from "./sigv4.ts";
import type { State } from "./state.ts";

const OPERATION =
  /^\/([a-z0-9-]+)\/model\/([^/]+)\/(invoke|invoke-with-response-stream|count-tokens|converse|converse-stream)$/u;
/** Claude's own limit on Bedrock. */
const BODY_BYTES_MAX = 20 * 1024 * 1024;

/** `POST /bedrock/{region}/model/{id}/invoke` and its siblings. The region stands in for the host. */
export function bedrock(exchange: Exchange, path: string, state: State): Outcome {
  const region = path.split("/")[1] ?? "";
  const unauthorized = authenticate(exchange, region, state);
  if (unauthorized) return { ...unauthorized, region };
  const embedded = bedrockEmbeddings(exchange, path, region);
  if (embedded) return embedded;
  const [, , encodedId, operation] = OPERATION.exec(path) ?? [];
  if (encodedId === undefined || exchange.method !== "POST")
    return { ...refuse(404, "UnknownOperationException", "Unknown operation"), region };
  if (operation === "converse" || operation === "converse-stream") {
    const isStream = operation === "converse-stream";
    const id = decodeURIComponent(encodedId);
    return converse(exchange, { id, region, isStream }, state);
  }
  const found = findBedrockModel(
    decodeURIComponent(encodedId),
    region,
    state.credentials.bedrockProfileArn,
  );
  if (!("model" in found)) return { ...refuse(found.status, found.type, found.message), region };
  const body = operation === "count-tokens" ? countedBody(exchange.body) : exchange.body;
  const claude = parse(exchange, body, found.model);
  if (claude.kind === "refusal") return { ...claude, region, model: found.model.name };
  const problem =
    claudeProblem(claude.request, state.signatures) ??
    (tooLong(claude.request) && "Input is too long for requested model.");
  if (problem !== undefined)
    return { ...refuse(400, "ValidationException", problem), region, model: found.model.name };
  return accept(exchange, claude.request, region, operation ?? "", state);
}

function authenticate(exchange: Exchange, region: string, state: State): Refusal | undefined {
  const authorization = exchange.headers["authorization"];
  if (authorization === undefined)
    return refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  if (authorization.startsWith("Bearer ")) {
    if (authorization === `Bearer ${state.credentials.bedrockApiKey}`) return undefined;
    return refuse(
      403,
      "AccessDeniedException",
      "Authentication failed: Please make sure your API Key is valid.",
    );
  }
  const keys = [state.credentials.aws, state.credentials.awsSession];
  const fault = checkSignature(exchange, { keys, region, service: "bedrock", now: exchange.now });
  return fault && refuse(fault.status, fault.type, fault.message);
}

/** CountTokens wraps the InvokeModel body, base64 inside JSON. */
function countedBody(body: unknown): unknown {
  const wrapped = asString(asObject(asObject(asObject(body)["input"])["invokeModel"])["body"]);
  const inner = parseJson(Buffer.from(wrapped, "base64").toString("utf8"));
  // What is only counted needs no limit on an answer.
  return isObject(inner) ? { max_tokens: 1, ...inner } : undefined;
}

interface Parsed {
  kind: "parsed";
  request: ClaudeRequest;
}

function parse(
  { rawBody, headers }: Exchange,
  body: unknown,
  model: ClaudeModel,
): Parsed | Refusal {
  if (rawBody.length > BODY_BYTES_MAX)
    return refuse(413, "ValidationException", "The request body exceeds the maximum size.");
  if (!(headers["content-type"] ?? "application/json").startsWith("application/json")) {
    return refuse(415, "UnsupportedMediaTypeException", "The content type is not supported.");
  }
  if (!isObject(body))
    return refuse(
      400,
      "ValidationException",
      "Malformed input request, please reformat your input and try again.",
    );
  const version = body["anthropic_version"];
  if (version === undefined)
    return refuse(400, "ValidationException", "anthropic_version: Field required");
  // The one value every Claude here takes; from 4.7 on the newer version is documented as well.
  if (version !== "bedrock-2023-05-31" && (version !== "2026-10-21" || model.generation < 4.7)) {
    return refuse(
      400,
      "ValidationException",
      "anthropic_version: Input should be 'bedrock-2023-05-31'",
    );
  }
  const betas = body["anthropic_beta"];
  if (betas !== undefined && !Array.isArray(betas))
    return refuse(400, "ValidationException", "anthropic_beta: Input should be a valid list");
  // One unknown flag fails the whole request, which is why a gateway has to filter them.
  if (!asArray(betas).every((flag) => BEDROCK.isBeta(asString(flag))))
    return refuse(400, "ValidationException", "invalid beta flag");
  const flags = new Set(asArray(betas).map(asString));
  return {
    kind: "parsed",
    request: {
      surface: BEDROCK,
      model,
      betas: flags,
      version: version === "2026-10-21" ? version : "2023-06-01",
      body,
    },
  };
}

function accept(
  exchange: Exchange,
  claude: ClaudeRequest,
  region: string,
  operation: string,
  state: State,
): Call {
  const tools = { cache: state.cache, signatures: state.signatures, nowMs: exchange.now.getTime() };
  return {
    kind: "call",
    vendor: "bedrock",
    region,
    model: claude.model.name,
    failures: bedrockFailures,
    answer(wish) {
      if (operation === "count-tokens")
        return jsonReply(200, { inputTokens: countClaudeTokens(claude, tools) }, requestId());
      const answer = answerClaude(claude, `bedrock ${region}`, wish, tools);
      if (operation === "invoke")
        return jsonReply(200, answer.message, { ...requestId(), ...tokenHeaders(answer.usage) });
      const events = answer.events.filter((event) => event["type"] !== "ping");
      const headers = {
        "content-type": "application/vnd.amazon.eventstream",
        "x-amzn-bedrock-content-type": "application/json",
        ...requestId(),
      };
      return {
        kind: "stream",
        headers,
        chunks: events.map((event) => chunkFrame(withMetrics(event, answer.usage))),
      };
    },
  };
}

/** Bedrock bills by what its last event says. */
function withMetrics(event: JsonObject, usage: ClaudeUsage): JsonObject {
  if (event["type"] !== "message_stop") return event;
  const metrics = {
    inputTokenCount: usage.uncachedTokens,
    outputTokenCount: usage.outputTokens,
    invocationLatency: 120,
    firstByteLatency: 40,
    cacheReadInputTokenCount: usage.readTokens,
    cacheWriteInputTokenCount: usage.write5mTokens + usage.write1hTokens,
  };
  return { ...event, "amazon-bedrock-invocationMetrics": metrics };
}

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** `p` hides the length of a token from whoever watches the line. */
function chunkFrame(event: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString("base64");
  const payload = JSON.stringify({
    bytes,
    p: PADDING.slice(0, 1 + (bytes.length % PADDING.length)),
  });
  return encodeFrame(
    { ":event-type": "chunk", ":content-type": "application/json", ":message-type": "event" },
    payload,
  );
}

function tokenHeaders(usage: ClaudeUsage): Record<string, string> {
  return {
    "x-amzn-bedrock-input-token-count": String(usage.uncachedTokens),
    "x-amzn-bedrock-output-token-count": String(usage.outputTokens),
    "x-amzn-bedrock-cache-read-input-token-count": String(usage.readTokens),
    "x-amzn-bedrock-cache-write-input-token-count": String(
      usage.write5mTokens + usage.write1hTokens,
    ),
    "x-amzn-bedrock-invocation-latency": "120",
  };
}
