import type { Deployment, GatewayConfig } from "../core/config/deployment.ts";
import { isSecretField } from "../core/config/known-settings.ts";
import { GatewayError, type ErrorCode } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { forwardedDialect, readForwardedEnvelope } from "../dialects/forwarded.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { answer } from "./answer.ts";
import type { ChatRoute } from "./call.ts";
import type { Deps } from "./deps.ts";
import { createChoosers } from "./choosers.ts";
import { FORWARDS } from "./forward.ts";
import { modeOf } from "./model-info.ts";

export type HealthCheck =
  | { kind: "healthy"; durationMs: number }
  | { kind: "unhealthy"; durationMs: number; code: ErrorCode; message: string }
  /** Not asked, because asking would cost too much or need a file. */
  | { kind: "skipped"; message: string };

/**
 * Asks one deployment something small, on the line every call takes: the same signature, the same
 * reading of the answer, one attempt. The call is the master key's own, so it is nobody's budget; it
 * costs money, so it is recorded like any other, under a tag.
 */
export async function checkHealth(deployment: Deployment, deps: Deps): Promise<HealthCheck> {
  const probe = probeOf(deployment);
  if (probe === undefined) {
    return {
      kind: "skipped",
      message: `${modeOf(deployment)} is not checked: asking is not small`,
    };
  }
  const startedAtMs = deps.nowMs();
  const work: Promise<unknown>[] = [];
  const context = {
    id: deps.newId(),
    startedAtMs,
    callerGone: new AbortController().signal,
    waitUntil: (more: Promise<unknown>) => void work.push(more),
  };
  const narrowed: Deps = {
    ...deps,
    config: onlyWith(deployment, deps.config),
    // Its own: a check takes no call's place, and what it finds sends no deployment to rest.
    chooserFor: createChoosers({
      nowMs: () => deps.nowMs(),
      random: () => deps.random(),
      noteAway: () => undefined,
    }),
  };
  try {
    const response = await answer(requestOf(probe.body, deps), probe.route, context, narrowed);
    await response.arrayBuffer();
    return { kind: "healthy", durationMs: deps.nowMs() - startedAtMs };
  } catch (cause) {
    if (!(cause instanceof GatewayError)) deps.noteFault(cause);
    const durationMs = deps.nowMs() - startedAtMs;
    return { kind: "unhealthy", durationMs, ...toldOf(cause, deployment) };
  } finally {
    await Promise.allSettled(work);
  }
}

interface Probe {
  route: ChatRoute;
  body: JsonObject;
}

const PATH = "/health";
const WORDS = "test from sekisho";

/** The least OpenAI takes for an answer over Responses; elsewhere five would do. */
const TOKENS = 16;

function probeOf(deployment: Deployment): Probe | undefined {
  const model = deployment.group;
  switch (modeOf(deployment)) {
    case "chat":
    case "completion":
    case "responses": {
      const route = {
        path: PATH,
        callType: "acompletion",
        dialect: openAiChat,
        target: {},
      } as const;
      const messages = [{ role: "user", content: WORDS }];
      return { route, body: { model, messages, max_tokens: tokensFor(deployment) } };
    }
    case "embedding":
      return forwarded("embeddings", "aembedding", { model, input: WORDS });
    case "rerank":
      return forwarded("rerank", "arerank", { model, query: WORDS, documents: [WORDS] });
    case "moderation":
      return forwarded("moderations", "amoderation", { model, input: WORDS });
    default:
      return undefined;
  }
}

function forwarded(
  operation: "embeddings" | "rerank" | "moderations",
  callType: ChatRoute["callType"],
  body: JsonObject,
): Probe {
  const shape = { required: [], outputTokensMax: 0 };
  const dialect = forwardedDialect((given, target) => readForwardedEnvelope(given, shape, target));
  return {
    route: { path: PATH, callType, dialect, target: {}, forward: FORWARDS[operation] },
    body,
  };
}

function tokensFor({ modelInfo }: Deployment): number {
  const { health_check_max_tokens: wished } = modelInfo;
  return typeof wished === "number" && wished >= 1 ? Math.floor(wished) : TOKENS;
}

/** LiteLLM's tag, which reports may leave out. */
const TAG = "litellm-internal-health-check";

function requestOf(body: JsonObject, deps: Deps): Request {
  return new Request(`https://gateway.invalid${PATH}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${deps.masterKey}`,
      "content-type": "application/json",
      "user-agent": "sekisho-health-check",
      "x-litellm-tags": TAG,
    },
    body: JSON.stringify(body),
  });
}

/** A configuration in which nothing else can answer in its place. */
function onlyWith(deployment: Deployment, config: GatewayConfig): GatewayConfig {
  const timeoutMs = Math.min(config.router.timeoutMs, timeoutOf(deployment));
  return {
    ...config,
    deployments: [deployment],
    groups: new Map([[deployment.group, [deployment]]]),
    aliases: new Map(),
    router: { ...config.router, retriesMax: 0, timeoutMs },
  };
}

/** Long for so small a question; somebody is waiting for all the answers. */
const TIMEOUT_MS = 20_000;
const MS_PER_SECOND = 1_000;

function timeoutOf({ modelInfo }: Deployment): number {
  const { health_check_timeout: seconds } = modelInfo;
  const isWished = typeof seconds === "number" && seconds > 0;
  return isWished ? Math.min(seconds * MS_PER_SECOND, TIMEOUT_MS) : TIMEOUT_MS;
}

const MESSAGE_CHARACTERS_MAX = 500;

/** Vendors like to repeat a credential they refuse. */
function toldOf(cause: unknown, { connection }: Deployment): { code: ErrorCode; message: string } {
  if (!(cause instanceof GatewayError)) {
    return { code: "internal_error", message: "The gateway failed; its log says where." };
  }
  const secrets = Object.entries(connection).filter(([name]) => isSecretField(name));
  const shown = secrets.reduce(
    (text, [, secret]) => text.replaceAll(String(secret), "********"),
    cause.message,
  );
  return { code: cause.code, message: shown.slice(0, MESSAGE_CHARACTERS_MAX) };
}
