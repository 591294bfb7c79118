import { Hono, type Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { answer } from "../pipeline/answer.ts";
import { askKept, type KeptOperation } from "../pipeline/kept-response.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";
import { serve, spellings } from "./serve.ts";

export const RESPONSES: ChatRoute = {
  path: "/v1/responses",
  callType: "aresponses",
  dialect: openAiResponses,
  target: {},
};

const PATHS = spellings(RESPONSES.path, ["/openai", "/azure/openai"]);

/** The path of Azure's SDK names the deployment, which here is a model's public name. */
const DEPLOYMENT_PATHS = [
  "/openai/deployments/:model/responses",
  "/azure/openai/deployments/:model/responses",
];

/** Where Codex and OpenAI's newer clients ask. */
export function responseRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(app, PATHS, () => RESPONSES, answer);
  serve(
    app,
    DEPLOYMENT_PATHS,
    (c) => ({ ...RESPONSES, target: { model: c.req.param("model") ?? "" } }),
    answer,
  );
  app.on("GET", [...PATHS, ...DEPLOYMENT_PATHS], refuseSocket);
  for (const operation of KEPT) {
    const { method, suffix } = operation;
    const paths = [...PATHS, ...DEPLOYMENT_PATHS].map((path) => `${path}/:id${suffix}`);
    app.on(method, paths, (c) => serveKept(c, operation));
  }
  return app;
}

const ROUTE = "/v1/responses/{response_id}";

/** What can be done with an answer that OpenAI or Azure keeps. */
const KEPT: readonly KeptOperation[] = [
  { method: "GET", suffix: "", parameters: ["include", "include[]"], route: ROUTE },
  { method: "DELETE", suffix: "", parameters: [], route: ROUTE },
  { method: "POST", suffix: "/cancel", parameters: [], route: `${ROUTE}/cancel` },
  {
    method: "GET",
    suffix: "/input_items",
    parameters: ["after", "before", "include", "include[]", "limit", "order"],
    route: `${ROUTE}/input_items`,
  },
];

async function serveKept(c: Context<App>, operation: KeptOperation): Promise<Response> {
  const context = callContext(c);
  const id = c.req.param("id") ?? "";
  try {
    return await askKept(c.req.raw, id, operation, context, c.var.gateway.deps);
  } catch (error) {
    return errorResponse(error, openAiResponses, context.id);
  }
}

/** Codex tries a WebSocket first, and only this status makes it fall back to POST at once. */
const UPGRADE_REQUIRED = 426;

function refuseSocket(c: Context<App>): Response {
  const error = new GatewayError(
    "method_not_allowed",
    "Answers are streamed as server-sent events here, not over WebSockets: send a POST.",
  );
  const refused = errorResponse(error, openAiResponses, callContext(c).id);
  return c.req.header("upgrade")?.toLowerCase() === "websocket"
    ? new Response(refused.body, { status: UPGRADE_REQUIRED, headers: refused.headers })
    : refused;
}
