import { Hono } from "hono";
import type { Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { findGroup } from "../core/plan.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import type { CallerDialect } from "../dialects/dialect.ts";
import { gemini } from "../dialects/gemini/index.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { listModels } from "../pipeline/list-models.ts";
import { modelInfoOf } from "../pipeline/model-info.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";
import { GOOGLE_PREFIXES, withoutFolder } from "./google-paths.ts";

const GOOGLES = GOOGLE_PREFIXES.flatMap((prefix) => [
  `${prefix}/v1beta/models`,
  `${prefix}/v1alpha/models`,
  ...(prefix === "" ? [] : [`${prefix}/v1/models`]),
]);
const MODELS = ["/v1/models", "/models"];

/** `GET /v1/models`: what this key may use. Each vendor's clients tell themselves by a header. */
export function modelRoutes(): Hono<App> {
  const app = new Hono<App>();
  serveModels(app, GOOGLES, () => GEMINI);
  serveModels(app, MODELS, shapeFor);
  return app;
}

/** How one grammar's clients want to be told of models. */
interface Shape {
  dialect: CallerDialect;
  one(name: string, c: Context<App>): object;
  all(names: string[], c: Context<App>): object;
}

function serveModels(app: Hono<App>, paths: string[], shapeOf: (c: Context<App>) => Shape): void {
  app.on("GET", paths, (c) => tell(c, shapeOf(c), (names, shape) => shape.all(names, c)));
  app.on(
    "GET",
    paths.map((path) => `${path}/:model{.+}`),
    (c) =>
      tell(c, shapeOf(c), (names, shape) => {
        const name = withoutFolder(c.req.param("model") ?? "");
        if (names.includes(name)) return shape.one(name, c);
        throw new GatewayError(
          "not_found",
          "No such model; GET /v1/models lists what your key can use.",
          { param: "model" },
        );
      }),
  );
}

async function tell(
  c: Context<App>,
  shape: Shape,
  render: (names: string[], shape: Shape) => object,
): Promise<Response> {
  try {
    const names = await listModels(c.req.raw.headers, c.var.gateway.deps, c.req.url);
    return c.json(render(names, shape));
  } catch (error) {
    return errorResponse(error, shape.dialect, callContext(c).id);
  }
}

function shapeFor(c: Context<App>): Shape {
  if (c.req.header("anthropic-version") !== undefined) return ANTHROPIC;
  return c.req.header("x-goog-api-key") === undefined ? OPENAI : GEMINI;
}

/** LiteLLM reports this instant for every model, and clients only display it. */
const CREATED_AT_S = 1_677_610_602;

const OPENAI: Shape = {
  dialect: openAiChat,
  one: (id) => ({ id, object: "model", created: CREATED_AT_S, owned_by: "openai" }),
  all: (names, c) => ({ data: names.map((id) => OPENAI.one(id, c)), object: "list" }),
};

const ANTHROPIC: Shape = {
  dialect: anthropicMessages,
  one(id, c) {
    const { maxInputTokens, maxOutputTokens } = factsOf(id, c);
    return {
      type: "model",
      id,
      display_name: id,
      created_at: new Date(CREATED_AT_S * 1000).toISOString(),
      lifecycle: "active",
      deprecated_at: null,
      retires_at: null,
      line: null,
      capabilities: null,
      max_input_tokens: maxInputTokens,
      max_tokens: maxOutputTokens,
    };
  },
  all: (names, c) => ({
    data: names.map((id) => ANTHROPIC.one(id, c)),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
};

const GEMINI: Shape = {
  dialect: gemini,
  one(name, c) {
    const { isEmbedding, maxInputTokens, maxOutputTokens } = factsOf(name, c);
    return {
      name: `models/${name}`,
      version: "001",
      displayName: name,
      ...(maxInputTokens === null ? {} : { inputTokenLimit: maxInputTokens }),
      ...(maxOutputTokens === null ? {} : { outputTokenLimit: maxOutputTokens }),
      supportedGenerationMethods: isEmbedding
        ? ["embedContent", "batchEmbedContents"]
        : ["generateContent", "countTokens"],
    };
  },
  all: (names, c) => ({ models: names.map((name) => GEMINI.one(name, c)) }),
};

interface Facts {
  isEmbedding: boolean;
  /** `null` where nobody told. */
  maxInputTokens: number | null;
  maxOutputTokens: number | null;
}

/** What `/model/info` tells of the first deployment by this name. */
function factsOf(name: string, c: Context<App>): Facts {
  const [deployment] = findGroup(name, c.var.gateway.deps.config)?.deployments ?? [];
  const info = deployment === undefined ? {} : modelInfoOf(name, deployment).model_info;
  const limit = (value: unknown): number | null => (typeof value === "number" ? value : null);
  return {
    isEmbedding: info["mode"] === "embedding",
    maxInputTokens: limit(info["max_input_tokens"]),
    maxOutputTokens: limit(info["max_output_tokens"]),
  };
}
